/** Signing in: at the start, or again after a session has expired. */

import { errorMessage, post, RequestRejected, RosterRefused } from "../api/client.ts";
import type { Session, SignInChallenge } from "../api/types.ts";
import { toBase64 } from "../crypto/bytes.ts";
import { fromPassphrase, type PassphraseKeys } from "../crypto/derive.ts";
import { parseIdentityFile, recipientOf, unwrap } from "../crypto/identity.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import { sign } from "../crypto/signing.ts";
import { gettext } from "../i18n.ts";
import { giveBackStatements } from "../roster/held-statements.ts";
import { signInMessage } from "../roster/sign-statements.ts";
import { normalizePseudonym } from "../text/pseudonym.ts";
import type { Dom } from "../ui/dom.ts";
import { unlockWithPasskey } from "./passkey.ts";
import { importPersonalKeys } from "./personal-keys.ts";

export class SignIn {
  error: string | null = null;
  isBusy = false;

  /** `pseudonym` is fixed when a session is renewed: no other person may take over the open desk. */
  constructor(
    private readonly dom: Dom,
    private readonly siteId: string,
    readonly pseudonym: string | null,
    private readonly onSignedIn: (signedIn: SignedIn) => Promise<void>,
  ) {}

  submit(typedPseudonym: string, passphrase: string): Promise<void> {
    return this.#attempt("#passphrase", async () => {
      const pseudonym = this.pseudonym ?? normalizePseudonym(typedPseudonym);
      const keys = await fromPassphrase(this.siteId, pseudonym, passphrase);
      return signInWith(this.siteId, pseudonym, keys);
    });
  }

  usePasskey(): Promise<void> {
    return this.#attempt("#use-passkey", () => unlockWithPasskey(this.siteId, this.pseudonym));
  }

  async #attempt(focusSelector: string, signIn: () => Promise<SignedIn>): Promise<void> {
    this.error = null;
    this.isBusy = true;
    this.dom.requestRender();
    try {
      await this.onSignedIn(await signIn());
    } catch (error) {
      this.error = errorMessage(error);
      this.dom.focusOn(focusSelector);
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }
}

/** Nothing that depends on the pseudonym is fetched before, so names cannot be probed. */
export async function signInWith(
  siteId: string,
  pseudonym: string,
  passphraseKeys: PassphraseKeys,
): Promise<SignedIn> {
  const { challenge } = await post<SignInChallenge>("/api/desk/sign-in/challenge", {});
  const message = signInMessage({ site_id: siteId, pseudonym, challenge });
  const signature = toBase64(await sign(passphraseKeys.signInSeed, message));
  const body = { pseudonym, challenge, signature };
  const session = await signInOrGiveBack(body, siteId, passphraseKeys);
  const { identity, first } = await openIdentity(session, passphraseKeys.identity);
  const keys = await importPersonalKeys(siteId, session.pseudonym, identity);
  const deviceRecipient = await recipientOf(passphraseKeys.deviceIdentity);
  return { session, keys, first, deviceRecipient };
}

/** A server that has lost the end of its roster refuses all sign-ins until a browser has returned it. */
async function signInOrGiveBack(
  body: { pseudonym: string; challenge: string; signature: string },
  siteId: string,
  { deviceIdentity }: PassphraseKeys,
): Promise<Session> {
  try {
    return await post<Session>("/api/desk/sign-in", body);
  } catch (error) {
    if (!(error instanceof RosterRefused)) throw error;
    if (!(await giveBackStatements(siteId, deviceIdentity, error))) throw error;
    return post<Session>("/api/desk/sign-in", body);
  }
}

async function openIdentity(
  session: Session,
  passphraseIdentity: string,
): Promise<{ identity: string; first: string | null }> {
  try {
    return parseIdentityFile(await unwrap(session.identity, passphraseIdentity));
  } catch {
    const message = gettext(
      "You are signed in, but your key on the server could not be decrypted. Use your recovery sheet, and tell your technician.",
    );
    throw new RequestRejected(403, "invalid_credentials", message, {});
  }
}
