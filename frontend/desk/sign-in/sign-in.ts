/** Signing in, at the start or again when a session ended. */

import { post, Refusal, sentenceFor } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import { fromPassphrase } from "../crypto/derive.ts";
import { type Opener, openerOf, unwrap } from "../crypto/identity.ts";
import { keepKey } from "../crypto/key-store.ts";
import { plainPseudonym } from "../text/pseudonym.ts";
import type { Host } from "../ui/dom.ts";

const DAMAGED_KEY =
  "You are signed in, but the key that the server keeps for you does not open. Come in with your recovery sheet, and tell your technician.";

export interface SignedIn {
  session: Session;
  personal: Opener;
  /** Whether the browser keeps the key over a reload. */
  isKept: boolean;
}

export class SignIn {
  error: string | null = null;
  isBusy = false;

  /** `pseudonym` is fixed where a session is renewed: another person must not take over the desk. */
  constructor(
    private readonly host: Host,
    private readonly site: string,
    readonly pseudonym: string | null,
    private readonly done: (signedIn: SignedIn) => Promise<void>,
  ) {}

  async submit(pseudonym: string, passphrase: string): Promise<void> {
    this.error = null;
    this.isBusy = true;
    this.host.changed();
    try {
      await this.done(await this.#signIn(this.pseudonym ?? plainPseudonym(pseudonym), passphrase));
    } catch (error) {
      this.error = sentenceFor(error);
      this.host.focusOn("#passphrase");
    } finally {
      this.isBusy = false;
      this.host.changed();
    }
  }

  async #signIn(pseudonym: string, passphrase: string): Promise<SignedIn> {
    const keys = await fromPassphrase(this.site, pseudonym, passphrase);
    const session = await post<Session>("/api/desk/sign-in", { pseudonym, secret: keys.secret });
    const personal = await openerOf(await personalIdentity(session, keys.identity));
    const isKept = await keepIfPossible(this.site, session.pseudonym, personal);
    return { session, personal, isKept };
  }
}

async function personalIdentity(session: Session, key: string): Promise<string> {
  try {
    return await unwrap(session.identity, key);
  } catch {
    throw new Refusal(403, "invalid_credentials", DAMAGED_KEY, {});
  }
}

/** A browser without X25519 keys keeps nothing: it asks again after a reload. */
export async function keepIfPossible(site: string, name: string, key: Opener): Promise<boolean> {
  return typeof key !== "string" && (await keepKey(site, name, key));
}
