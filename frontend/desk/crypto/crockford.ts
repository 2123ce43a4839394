/** The recovery sheet's code: 160 bits in Crockford's base 32, in groups of four. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const READ_AS: Record<string, string> = { O: "0", I: "1", L: "1" };
const GROUP = 4;
export const SHEET_BYTES = 20;
export const SHEET_CHARACTERS = 32;

/** Twenty bytes as eight groups of four characters. */
export function sheetGroups(raw: Uint8Array): string[] {
  let bits = "";
  for (const byte of raw) bits += byte.toString(2).padStart(8, "0");
  const characters = (bits.match(/.{5}/g) ?? []).map((five) =>
    ALPHABET.charAt(Number.parseInt(five, 2)),
  );
  return characters.join("").match(new RegExp(`.{${GROUP}}`, "g")) ?? [];
}

/** Upper case without spaces and hyphens; O becomes 0, I and L become 1. */
export function normalizeCode(typed: string): string {
  const compact = typed.toUpperCase().replace(/[\s\u200b-]/g, "");
  return compact.replace(/[OIL]/g, (character) => READ_AS[character] ?? character);
}

/** The sheet's bytes; null for text that cannot be from a sheet. */
export function readSheet(typed: string): Uint8Array | null {
  const code = normalizeCode(typed);
  if (code.length !== SHEET_CHARACTERS) return null;
  let bits = "";
  for (const character of code) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    bits += value.toString(2).padStart(5, "0");
  }
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2));
}
