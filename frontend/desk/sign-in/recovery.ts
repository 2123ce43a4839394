/** Signing in with the recovery sheet: it answers a challenge, and then a new passphrase is generated. */

import { NetworkError, post, RequestRejected } from "../api/client.ts";
import type { RecoveryChallenge, RecoveryTicket, Session } from "../api/types.ts";
import { fromBase64, toHex } from "../crypto/bytes.ts";
import { readSheet } from "../crypto/crockford.ts";
import { fromPassphrase, fromSheet } from "../crypto/derive.ts";
import { decrypt, recipientOf } from "../crypto/identity.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import { openSheetFile, sheetRecipient } from "../crypto/sheet-file.ts";
import { publicKeyOf, signingSeed } from "../crypto/signing.ts";
import { gettext } from "../i18n.ts";
import { type SignedKeys, signNewKeys } from "../roster/sign-statements.ts";
import { normalizePseudonym } from "../text/pseudonym.ts";
import { withBusy } from "../ui/busy.ts";
import type { Dom } from "../ui/dom.ts";
import { NewPassphrase } from "./new-passphrase.ts";
import { importPersonalKeys, sealedIdentities, signedKeysOf } from "./personal-keys.ts";

const ATTEMPTS_MAX = 3;

/** What the sheet has proved; `answer` gives another ticket if the roster changes meanwhile. */
interface ProvenRecovery extends RecoveryTicket {
  proof: { challenge_id: string; answer: string };
  recoveryRecipient: string;
  personalIdentity: string;
  first: string;
  sheet: Uint8Array;
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
      const proven = await proveSheet(pseudonym, sheet);
      this.newPassphrase = new NewPassphrase(this.dom, pseudonym, (passphrase) => {
        void this.#withBusy(async () =>
          this.onRecovered(await this.#finish(proven, pseudonym, passphrase)),
        );
      });
      await this.newPassphrase.generate();
    });
  }

  /** New words are a new statement of their owner. */
  async #finish(proven: ProvenRecovery, pseudonym: string, passphrase: string): Promise<SignedIn> {
    const { personalIdentity, recoveryRecipient, first, sheet } = proven;
    const passphraseKeys = await fromPassphrase(this.siteId, pseudonym, passphrase);
    const person = {
      siteId: this.siteId,
      pseudonym,
      identity: personalIdentity,
      passphraseKeys,
      recoveryRecipient,
      sheet,
    };
    const { identity } = await sealedIdentities(person, first);
    const session = await this.#change(proven, await signedKeysOf(person), identity);
    const keys = await importPersonalKeys(this.siteId, session.pseudonym, personalIdentity);
    const deviceRecipient = await recipientOf(passphraseKeys.deviceIdentity);
    return { session, keys, first, deviceRecipient };
  }

  /** Signs again if another statement came first. */
  async #change(proven: ProvenRecovery, keys: SignedKeys, identity: string): Promise<Session> {
    let { ticket, head } = proven;
    for (let attempt = 1; ; attempt += 1) {
      const seed = signingSeed(proven.personalIdentity);
      const signer = { signingKey: seed, publicKey: publicKeyOf(seed) };
      const statement = await signNewKeys(signer, {
        siteId: this.siteId,
        previous: head,
        keys,
      });
      try {
        return await post<Session>("/api/desk/recovery/finish", { ticket, statement, identity });
      } catch (error) {
        const isLate = error instanceof RequestRejected && error.code === "roster_changed";
        if (!isLate || attempt === ATTEMPTS_MAX) throw error;
        ({ ticket, head } = await post<RecoveryTicket>("/api/desk/recovery/prove", proven.proof));
      }
    }
  }

  #withBusy(work: () => Promise<void>): Promise<void> {
    return withBusy(this, () => this.dom.requestRender(), work);
  }
}

/** Answers the challenge of the server. Throws `RequestRejected` if the sheet is not this person's. */
export async function proveSheet(pseudonym: string, sheet: Uint8Array): Promise<ProvenRecovery> {
  const sheetIdentity = fromSheet(sheet);
  const { challenge_id, sealed } = await post<RecoveryChallenge>("/api/desk/recovery/challenge", {
    pseudonym,
  });
  const answer = toHex(await decryptChallenge(sealed, sheetIdentity));
  const proof = { challenge_id, answer };
  const ticket = await post<RecoveryTicket>("/api/desk/recovery/prove", proof);
  const content = await openSheetFile(ticket.identity, sheet);
  if (content === null) throw notTheOwners();
  const { identity, first } = content;
  const recoveryRecipient = await sheetRecipient(sheet);
  return { ...ticket, proof, recoveryRecipient, personalIdentity: identity, first, sheet };
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

/** Anyone can seal a file to a sheet's public key, but only its owner can make the MAC in it. */
function notTheOwners(): RequestRejected {
  const message = gettext(
    "Stop: what the server keeps for this sheet was not made with it. Someone may have changed the database. Nothing was sent. Call a lead, and keep the sheet.",
  );
  return new RequestRejected(409, "invalid", message, {});
}
