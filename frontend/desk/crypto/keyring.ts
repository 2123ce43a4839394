/** The keys of the signed-in moderator: the personal key, and the epoch keys that it decrypts. */

import type { NewWrap, Session } from "../api/types.ts";
import { type DecryptionKey, importDecryptionKey, unwrap, wrap } from "./identity.ts";

/** The result of signing in, joining or recovering. */
export interface SignedIn {
  session: Session;
  personalKey: DecryptionKey;
  /** Whether the browser stores the key across a reload. */
  isPersisted: boolean;
}

export class Keyring {
  private constructor(
    private readonly personalKey: DecryptionKey,
    private readonly epochs: Session["epochs"],
    readonly epochKeys: ReadonlyMap<string, DecryptionKey>,
    /** Whether the browser stores the personal key across a reload. */
    readonly isPersisted: boolean,
  ) {}

  /** A wrap that cannot be decrypted counts as a missing one: the comments of its epoch stay unreadable. */
  static async of({ session, personalKey, isPersisted }: SignedIn): Promise<Keyring> {
    const epochKeys = new Map<string, DecryptionKey>();
    for (const { epoch_id, wrap: wrapped } of session.epochs) {
      const identity = wrapped === null ? null : await tryUnwrap(wrapped, personalKey);
      if (identity !== null) epochKeys.set(epoch_id, await importDecryptionKey(identity));
    }
    return new Keyring(personalKey, session.epochs, epochKeys, isPersisted);
  }

  /** Every epoch key that we can decrypt, wrapped for `recipient`. The identities are not stored. */
  async wrapsFor(recipient: string): Promise<NewWrap[]> {
    const wraps: NewWrap[] = [];
    for (const { epoch_id, wrap: wrapped } of this.epochs) {
      const identity = wrapped === null ? null : await tryUnwrap(wrapped, this.personalKey);
      if (identity !== null) wraps.push({ epoch_id, wrap: await wrap(identity, recipient) });
    }
    return wraps;
  }
}

async function tryUnwrap(wrapped: string, key: DecryptionKey): Promise<string | null> {
  try {
    return await unwrap(wrapped, key);
  } catch {
    return null;
  }
}
