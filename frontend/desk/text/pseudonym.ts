/** A moderator's pseudonym as the server keeps it, and why it would refuse one. */

export const NAME_LETTERS_MIN = 2;
const NAME_LETTERS_MAX = 40;

// Joiners and marks of direction that some scripts cannot be written without, and Arabic and
// Kaithi signs that are drawn although Unicode calls them formats: as in `core/text.py`.
const KEPT =
  "\\u200b-\\u200f\\u061c\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}";
const INVISIBLE = new RegExp(
  `(?![${KEPT}])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}]`,
  "u",
);
const NOT_SEEN = /[\s\u200b-\u200f\u061c]/g;

/** NFC with single spaces: however a keyboard writes the letters, it is the same name. */
export function plainPseudonym(typed: string): string {
  return typed.normalize("NFC").replace(/\s+/g, " ").trim();
}

/** A sentence, or null where it may be taken. Letters are counted as the server does. */
export function pseudonymRefusal(pseudonym: string): string | null {
  if (INVISIBLE.test(pseudonym)) {
    return "A pseudonym has no invisible signs. Type it by hand instead of pasting it.";
  }
  const seen = Array.from(pseudonym.replace(NOT_SEEN, "")).length;
  const fits = seen >= NAME_LETTERS_MIN && Array.from(pseudonym).length <= NAME_LETTERS_MAX;
  return fits ? null : "A pseudonym has 2 to 40 letters.";
}
