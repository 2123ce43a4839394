/** Signing in with the recovery sheet: it answers a challenge, and then a new passphrase is generated. */

import { errorMessage, NetworkError, post, RequestRejected } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import { fromBase64, toHex } from "../crypto/bytes.ts";
import { readSheet } from "../crypto/crockford.ts";
import { fromPassphrase, fromSheet } from "../crypto/derive.ts";
import { decrypt, importDecryptionKey, recipientOf, unwrap, wrap } from "../crypto/identity.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import { gettext } from "../i18n.ts";
import { normalizePseudonym } from "../text/pseudonym.ts";
import type { Dom } from "../ui/dom.ts";
import { NewPassphrase } from "./new-passphrase.ts";
import { persistKey } from "./sign-in.ts";

interface ProvenRecovery {
  ticket: string;
  personalIdentity: string;
}

export class Recovery {
  error: string | null = null;
  isBusy = false;
  newPassphrase: NewPassphrase | null = null;

  constructor(
    private readonly dom: Dom,
    private readonly siteId: string,
    private readonly onRecovered: (signedIn: SignedIn) => Promise<void>,
  ) {}

  async prove(typedPseudonym: string, typedSheet: string): Promise<void> {
    const pseudonym = normalizePseudonym(typedPseudonym);
    const sheet = readSheet(typedSheet);
    this.error =
      sheet === null ? gettext("A sheet has 32 characters in eight groups of four.") : null;
    if (sheet === null) {
      this.dom.focusOn("#sheet");
      return;
    }
    await this.#withBusy(async () => {
      const proven = await this.#prove(pseudonym, fromSheet(sheet));
      this.newPassphrase = new NewPassphrase(this.dom, pseudonym, (passphrase) => {
        void this.#withBusy(async () =>
          this.onRecovered(await this.#finish(proven, pseudonym, passphrase)),
        );
      });
      await this.newPassphrase.generate();
    });
  }

  async #prove(pseudonym: string, sheetIdentity: string): Promise<ProvenRecovery> {
    const { challenge_id, sealed } = await post<{ challenge_id: string; sealed: string }>(
      "/api/desk/recovery/challenge",
      { pseudonym },
    );
    const answer = toHex(await decryptChallenge(sealed, sheetIdentity));
    const { ticket, identity } = await post<{ ticket: string; identity: string }>(
      "/api/desk/recovery/prove",
      { challenge_id, answer },
    );
    return { ticket, personalIdentity: await unwrap(identity, sheetIdentity) };
  }

  async #finish(
    { ticket, personalIdentity }: ProvenRecovery,
    pseudonym: string,
    passphrase: string,
  ): Promise<SignedIn> {
    const keys = await fromPassphrase(this.siteId, pseudonym, passphrase);
    const identity = await wrap(personalIdentity, await recipientOf(keys.identity));
    const { secret } = keys;
    const session = await post<Session>("/api/desk/recovery/finish", { ticket, secret, identity });
    const personalKey = await importDecryptionKey(personalIdentity);
    const isPersisted = await persistKey(this.siteId, session.pseudonym, personalKey);
    return { session, personalKey, isPersisted };
  }

  async #withBusy(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.error = null;
    this.dom.requestRender();
    try {
      await work();
    } catch (error) {
      this.error = errorMessage(error);
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }
}

/** For an unknown pseudonym the server sends a challenge that no key decrypts. */
async function decryptChallenge(sealed: string, sheetIdentity: string): Promise<Uint8Array> {
  try {
    return await decrypt(fromBase64(sealed), sheetIdentity);
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    const message = gettext(
      "This pseudonym and this sheet do not match. Compare them character by character.",
    );
    throw new RequestRejected(403, "invalid_credentials", message, {});
  }
}
