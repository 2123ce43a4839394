/** The seven-word passphrase: drawn evenly from the list that the server sends along. */

const LIST_LENGTH = 7_776; // EFF's large list, 12.9 bits a word
export const PASSPHRASE_WORDS = 7; // 90 bits

/** The word list; throws where it is not the whole one, for then a passphrase would be weak. */
export async function fetchWords(): Promise<string[]> {
  const answer = await fetch("/assets/words.json");
  const words: unknown = await answer.json();
  if (!Array.isArray(words) || new Set(words).size !== LIST_LENGTH) {
    throw new Error("the word list is not whole");
  }
  return words as string[];
}

export type Random32 = () => number;

const browserRandom: Random32 = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** An even draw of 0 … below − 1: what lies past the last whole multiple is drawn again. */
export function drawBelow(below: number, random: Random32 = browserRandom): number {
  const fair = Math.floor(2 ** 32 / below) * below;
  let drawn = random();
  while (drawn >= fair) drawn = random();
  return drawn % below;
}

export function newPassphrase(words: string[], random: Random32 = browserRandom): string {
  const draw = () => words[drawBelow(words.length, random)] ?? "";
  return Array.from({ length: PASSPHRASE_WORDS }, draw).join(" ");
}
