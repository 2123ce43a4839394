/** A recovery sheet that was made, and is not in force yet. */

import { randomBytes } from "../crypto/bytes.ts";
import { readSheet, SHEET_BYTES, sheetGroups } from "../crypto/crockford.ts";
import { fromSheet } from "../crypto/derive.ts";
import { recipientOf, unwrap, wrap } from "../crypto/identity.ts";

export class NewSheet {
  private constructor(
    readonly groups: readonly string[],
    readonly recipient: string,
    /** What the server will store: the personal identity, sealed to the sheet. */
    readonly sealed: string,
  ) {}

  static async make(identityFile: string): Promise<NewSheet> {
    const raw = randomBytes(SHEET_BYTES);
    const recipient = await recipientOf(fromSheet(raw));
    return new NewSheet(sheetGroups(raw), recipient, await wrap(identityFile, recipient));
  }

  /** What the typed characters open, exactly as the recovery page would; null if nothing. */
  async open(typed: string): Promise<string | null> {
    const raw = readSheet(typed);
    if (raw === null) return null;
    return unwrap(this.sealed, fromSheet(raw)).catch(() => null);
  }
}
