/** The keys of the signed-in moderator: the personal keys, and the epoch keys that they decrypt. */

import type { NewWrap, Session } from "../api/types.ts";
import type { Roster } from "../roster/roster.ts";
import { type DecryptionKey, importDecryptionKey, recipientOf, unwrap, wrap } from "./identity.ts";
import type { SigningKey } from "./signing.ts";

/** What words, a sheet or this browser's store open. */
export interface PersonalKeys {
  key: DecryptionKey;
  signingKey: SigningKey;
  publicKey: string;
  /** Whether the browser stores the keys across a reload. */
  isPersisted: boolean;
}

/** The result of signing in, joining or recovering. */
export interface SignedIn {
  session: Session;
  keys: PersonalKeys;
  /** The roster's first statement, as the words, the sheet or the link say it; null after a reload. */
  first: string | null;
  /** Whether a link has just said so: then this device's memory of another roster does not count. */
  ignoresPin?: boolean;
  /** To which this device seals what it stores of the roster, if words were typed. */
  deviceRecipient?: string;
}

export class Keyring {
  readonly #epochKeys = new Map<string, DecryptionKey>();
  #epochs: Session["epochs"] = [];
  #recipients: ReadonlyMap<string, string> = new Map();

  private constructor(readonly keys: PersonalKeys) {}

  static async of(session: Session, keys: PersonalKeys, roster: Roster): Promise<Keyring> {
    const keyring = new Keyring(keys);
    await keyring.update(session, roster);
    return keyring;
  }

  get epochKeys(): ReadonlyMap<string, DecryptionKey> {
    return this.#epochKeys;
  }

  /** Null for an epoch that no lead of this roster has signed. */
  epochRecipient(epochId: string): string | null {
    return this.#recipients.get(epochId) ?? null;
  }

  /**
   * Opens the wraps of epochs that have begun since. One that cannot be decrypted counts as a missing one:
   * the comments of its epoch stay unreadable.
   */
  async update(session: Session, roster: Roster): Promise<void> {
    this.#epochs = session.epochs;
    this.#recipients = new Map(roster.epochs.map((epoch) => [epoch.epoch_id, epoch.recipient]));
    for (const { epoch_id, wrap: wrapped } of session.epochs) {
      if (this.#epochKeys.has(epoch_id)) continue;
      const identity = await tryUnwrap(wrapped, this.keys.key, this.#recipients.get(epoch_id));
      if (identity !== null) this.#epochKeys.set(epoch_id, await importDecryptionKey(identity));
    }
  }

  /** Every epoch key that we can decrypt, wrapped for `recipient`. The identities are not stored. */
  async wrapsFor(recipient: string): Promise<NewWrap[]> {
    const wraps: NewWrap[] = [];
    for (const { epoch_id, wrap: wrapped } of this.#epochs) {
      const identity = await tryUnwrap(wrapped, this.keys.key, this.#recipients.get(epoch_id));
      if (identity !== null) wraps.push({ epoch_id, wrap: await wrap(identity, recipient) });
    }
    return wraps;
  }
}

/** Null unless it is the identity of the recipient that a lead has signed. */
async function tryUnwrap(
  wrapped: string | null,
  key: DecryptionKey,
  recipient: string | undefined,
): Promise<string | null> {
  if (wrapped === null) return null;
  try {
    const identity = await unwrap(wrapped, key);
    return (await recipientOf(identity)) === recipient ? identity : null;
  } catch {
    return null;
  }
}
