/** The file that a recovery sheet opens: sealed to the sheet, with a MAC that only the owner of the sheet can make. */

import { fromSheet, type IdentityContent, sheetMac } from "./derive.ts";
import { identityFile, parseIdentityFile, recipientOf, unwrap, wrap } from "./identity.ts";

export const sheetRecipient = (sheet: Uint8Array): Promise<string> => recipientOf(fromSheet(sheet));

export async function sealToSheet(sheet: Uint8Array, content: IdentityContent): Promise<string> {
  const file = identityFile(content.identity, content.first, sheetMac(sheet, content));
  return wrap(file, await sheetRecipient(sheet));
}

/** Null for a file that was not made with this sheet. Throws if the sheet does not open it at all. */
export async function openSheetFile(
  sealed: string,
  sheet: Uint8Array,
): Promise<IdentityContent | null> {
  const { identity, first, mac } = parseIdentityFile(await unwrap(sealed, fromSheet(sheet)));
  if (first === null || mac !== sheetMac(sheet, { identity, first })) return null;
  return { identity, first };
}
