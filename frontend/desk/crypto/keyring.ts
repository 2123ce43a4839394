/** The keys of who is signed in: the personal one, and every epoch's that it opens. */

import type { NewWrap, Session } from "../api/types.ts";
import type { SignedIn } from "../sign-in/sign-in.ts";
import { type Opener, openerOf, unwrap, wrap } from "./identity.ts";

export class Keyring {
  private constructor(
    private readonly personal: Opener,
    private readonly epochs: Session["epochs"],
    readonly openers: ReadonlyMap<string, Opener>,
    /** False where the browser cannot keep the personal key over a reload. */
    readonly isKept: boolean,
  ) {}

  /** An epoch whose wrap does not open counts as one without a wrap: its comments are unreadable. */
  static async of({ session, personal, isKept }: SignedIn): Promise<Keyring> {
    const openers = new Map<string, Opener>();
    for (const { epoch_id, wrap: wrapped } of session.epochs) {
      const identity = wrapped === null ? null : await tryUnwrap(wrapped, personal);
      if (identity !== null) openers.set(epoch_id, await openerOf(identity));
    }
    return new Keyring(personal, session.epochs, openers, isKept);
  }

  /** Every epoch that we can open, wrapped for somebody else; the identities live only meanwhile. */
  async wrapsFor(recipient: string): Promise<NewWrap[]> {
    const wraps: NewWrap[] = [];
    for (const { epoch_id, wrap: wrapped } of this.epochs) {
      const identity = wrapped === null ? null : await tryUnwrap(wrapped, this.personal);
      if (identity !== null) wraps.push({ epoch_id, wrap: await wrap(identity, recipient) });
    }
    return wraps;
  }
}

async function tryUnwrap(wrapped: string, opener: Opener): Promise<string | null> {
  try {
    return await unwrap(wrapped, opener);
  } catch {
    return null;
  }
}
