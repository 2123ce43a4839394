/** The recovery sheet's letters: 160 bits in Crockford's base 32, groups of four. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const READ_AS: Record<string, string> = { O: "0", I: "1", L: "1" };
const GROUP = 4;
export const SHEET_BYTES = 20;
export const SHEET_LETTERS = 32;

/** Twenty bytes as eight groups of four letters. */
export function sheetGroups(raw: Uint8Array): string[] {
  let bits = "";
  for (const byte of raw) bits += byte.toString(2).padStart(8, "0");
  const letters = (bits.match(/.{5}/g) ?? []).map((five) =>
    ALPHABET.charAt(Number.parseInt(five, 2)),
  );
  return letters.join("").match(new RegExp(`.{${GROUP}}`, "g")) ?? [];
}

/** Upper case without spaces and hyphens; O read as 0, I and L as 1. */
export function plainLetters(typed: string): string {
  const bare = typed.toUpperCase().replace(/[\s\u200b-]/g, "");
  return bare.replace(/[OIL]/g, (letter) => READ_AS[letter] ?? letter);
}

/** The sheet's bytes from what was typed; null where it cannot be a sheet. */
export function readSheet(typed: string): Uint8Array | null {
  const letters = plainLetters(typed);
  if (letters.length !== SHEET_LETTERS) return null;
  let bits = "";
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    bits += value.toString(2).padStart(5, "0");
  }
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2));
}
