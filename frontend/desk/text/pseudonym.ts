/** A moderator's pseudonym as the server stores it, and the reasons to reject one. */

import { gettext } from "../i18n.ts";
import { removeInvisible } from "./empty.ts";

export const PSEUDONYM_CHARACTERS_MIN = 2;
const PSEUDONYM_CHARACTERS_MAX = 40;

// Joiners and direction marks that some scripts cannot be written without, and Arabic and
// Kaithi signs that are visible although Unicode classifies them as formats. Must match the
// server's list in `core/text.py`.
const ALLOWED =
  "\\u200b-\\u200f\\u061c\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}";
const INVISIBLE = new RegExp(
  `(?![${ALLOWED}])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}]`,
  "u",
);

/** NFC with single spaces, so that different keyboards give the same pseudonym. */
export function normalizePseudonym(typed: string): string {
  return typed.normalize("NFC").replace(/\s+/g, " ").trim();
}

/** Null for a valid pseudonym. Counts characters in the same way as the server. */
export function pseudonymError(pseudonym: string): string | null {
  if (INVISIBLE.test(pseudonym)) {
    return gettext(
      "A pseudonym must not contain invisible characters. Type it by hand instead of pasting it.",
    );
  }
  const visible = Array.from(removeInvisible(pseudonym)).length;
  const isValid =
    visible >= PSEUDONYM_CHARACTERS_MIN && Array.from(pseudonym).length <= PSEUDONYM_CHARACTERS_MAX;
  return isValid ? null : gettext("A pseudonym must have 2 to 40 characters.");
}
