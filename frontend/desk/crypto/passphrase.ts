/** Generates the passphrase of seven words, each with equal probability from the server's word list. */

const LIST_LENGTH = 7_776; // EFF's large list, 12.9 bits a word
export const PASSPHRASE_WORDS = 7; // 90 bits

/** Throws if the list is incomplete, because a passphrase from it would be weak. */
export async function fetchWordList(): Promise<string[]> {
  const response = await fetch("/assets/words.json");
  const words: unknown = await response.json();
  if (!Array.isArray(words) || new Set(words).size !== LIST_LENGTH) {
    throw new Error("the word list is incomplete");
  }
  return words as string[];
}

export type Random32 = () => number;

const browserRandom: Random32 = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** Uniform in 0 … limit − 1: retries above the last whole multiple, which would favour small numbers. */
export function randomBelow(limit: number, random: Random32 = browserRandom): number {
  const multiple = Math.floor(2 ** 32 / limit) * limit;
  let value = random();
  while (value >= multiple) value = random();
  return value % limit;
}

export function generatePassphrase(words: string[], random: Random32 = browserRandom): string {
  const randomWord = () => words[randomBelow(words.length, random)] ?? "";
  return Array.from({ length: PASSPHRASE_WORDS }, randomWord).join(" ");
}
