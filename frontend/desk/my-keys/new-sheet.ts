/** A recovery sheet that was made, and is not in force yet. */

import { randomBytes } from "../crypto/bytes.ts";
import { readSheet, SHEET_BYTES, sheetGroups } from "../crypto/crockford.ts";
import type { IdentityContent } from "../crypto/derive.ts";
import { openSheetFile, sealToSheet, sheetRecipient } from "../crypto/sheet-file.ts";

export class NewSheet {
  private constructor(
    readonly groups: readonly string[],
    readonly recipient: string,
    /** What the server will store: the personal identity, sealed to the sheet. */
    readonly sealed: string,
  ) {}

  static async make(content: IdentityContent): Promise<NewSheet> {
    const raw = randomBytes(SHEET_BYTES);
    const sealed = await sealToSheet(raw, content);
    return new NewSheet(sheetGroups(raw), await sheetRecipient(raw), sealed);
  }

  /** What the typed characters open, by the code that the recovery page uses; null if nothing. */
  async open(typed: string): Promise<IdentityContent | null> {
    const raw = readSheet(typed);
    if (raw === null) return null;
    return openSheetFile(this.sealed, raw).catch(() => null);
  }
}
