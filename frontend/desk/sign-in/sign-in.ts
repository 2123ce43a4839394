/** Signing in: at the start, or again after a session has expired. */

import { errorMessage, post, RequestRejected } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import { fromPassphrase } from "../crypto/derive.ts";
import { type DecryptionKey, importDecryptionKey, unwrap } from "../crypto/identity.ts";
import { storeKey } from "../crypto/key-store.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import { gettext } from "../i18n.ts";
import { normalizePseudonym } from "../text/pseudonym.ts";
import type { Dom } from "../ui/dom.ts";

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

  async submit(typedPseudonym: string, passphrase: string): Promise<void> {
    this.error = null;
    this.isBusy = true;
    this.dom.requestRender();
    try {
      const pseudonym = this.pseudonym ?? normalizePseudonym(typedPseudonym);
      await this.onSignedIn(await this.#signIn(pseudonym, passphrase));
    } catch (error) {
      this.error = errorMessage(error);
      this.dom.focusOn("#passphrase");
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }

  async #signIn(pseudonym: string, passphrase: string): Promise<SignedIn> {
    const keys = await fromPassphrase(this.siteId, pseudonym, passphrase);
    const session = await post<Session>("/api/desk/sign-in", { pseudonym, secret: keys.secret });
    const personalKey = await importDecryptionKey(await personalIdentity(session, keys.identity));
    const isPersisted = await persistKey(this.siteId, session.pseudonym, personalKey);
    return { session, personalKey, isPersisted };
  }
}

async function personalIdentity(session: Session, passphraseIdentity: string): Promise<string> {
  try {
    return await unwrap(session.identity, passphraseIdentity);
  } catch {
    const message = gettext(
      "You are signed in, but your key on the server could not be decrypted. Use your recovery sheet, and tell your technician.",
    );
    throw new RequestRejected(403, "invalid_credentials", message, {});
  }
}

/** A browser without X25519 keys stores nothing, and needs the passphrase again after a reload. */
export async function persistKey(
  siteId: string,
  pseudonym: string,
  key: DecryptionKey,
): Promise<boolean> {
  return typeof key !== "string" && (await storeKey(siteId, pseudonym, key));
}
