/** A moderator's pseudonym as the server stores it, and the reasons to reject one. */

import { gettext } from "../i18n.ts";
import { removeInvisible } from "./empty.ts";

export const PSEUDONYM_CHARACTERS_MIN = 2;
const PSEUDONYM_CHARACTERS_MAX = 40;

// Joiners, direction marks and separators that some scripts cannot be written without. Must match
// `core/text.py`, which also allows balanced isolates and flags; a pseudonym needs neither.
const ALLOWED = "\\u200b-\\u200f\\u061c\\u180e";
const INVISIBLE = new RegExp(
  `(?![${ALLOWED}])(?:[\\p{Cc}\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}\\ufff9-\\ufffc]|(?=\\p{Default_Ignorable_Code_Point})[\\p{Cf}\\p{Cn}])`,
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
