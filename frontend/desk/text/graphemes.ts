/** Letters as people count them (grapheme clusters), and masking them. */

const MASK = "\u25ae"; // ▮
const UNCOUNTED = /\u200b/g; // zero-width space: separates Khmer words, is no letter

// Firefox before 125 has no Segmenter: code points are the next best thing there.
const graphemes =
  "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

export function lettersOf(text: string): string[] {
  return clusters(text.replace(UNCOUNTED, ""));
}

function clusters(text: string): string[] {
  if (graphemes === null) return Array.from(text);
  return Array.from(graphemes.segment(text), (one) => one.segment);
}

export function countLetters(text: string): number {
  return lettersOf(text).length;
}

// No script stacks more signs than this on one letter; what somebody piles higher is cut there.
const LETTER_SIGNS_MAX = 16;

/** The text where it is short, else its first letters, whole ones, and a sign that more follows. */
export function beginning(text: string, lettersMax: number): string {
  const looked = text.slice(0, lettersMax * LETTER_SIGNS_MAX);
  const letters = clusters(looked);
  if (looked.length === text.length && letters.length <= lettersMax) return text;
  // The last one may have been cut in two by the look.
  return `${letters.slice(0, Math.min(lettersMax, letters.length - 1)).join("")}…`;
}

/** One ▮ for each letter and space, so that not even the shape of a name shows; line ends stay. */
export function mask(text: string): string {
  return lettersOf(text)
    .map((letter) => (/^[\r\n]+$/.test(letter) ? letter : MASK))
    .join("");
}

/** The text with the part between two offsets masked, and where the mask ends. */
export function maskPart(text: string, start: number, end: number): { text: string; end: number } {
  const masked = mask(text.slice(start, end));
  return { text: text.slice(0, start) + masked + text.slice(end), end: start + masked.length };
}
