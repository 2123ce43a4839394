/** Whether a text shows nothing. The same rule as the server's, in `core/text.py`. */

// Without ink, although Unicode has no property that says so: the empty Braille cell, the place
// of a missing object, blanks and joiners of hieroglyphs, the Khitan filler, the null notehead.
const BLANK = "\\u2800\\ufffc\\u{13430}-\\u{1343f}\\u{13441}\\u{13442}\\u{16fe4}\\u{1d159}";
const INVISIBLE = new RegExp(`[\\p{White_Space}\\p{Default_Ignorable_Code_Point}${BLANK}]`, "gu");

export function isEmpty(text: string): boolean {
  return removeInvisible(text) === "";
}

export function removeInvisible(text: string): string {
  return text.replace(INVISIBLE, "");
}
