/** Characters as people count them (grapheme clusters), and masking them. */

const MASK = "\u25ae"; // ▮
const UNCOUNTED = /\u200b/g; // zero-width space: separates Khmer words, is not a character

// Firefox before 125 has no Segmenter; code points are the closest approximation there.
const segmenter =
  "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

export function splitGraphemes(text: string): string[] {
  return split(text.replace(UNCOUNTED, ""));
}

function split(text: string): string[] {
  if (segmenter === null) return Array.from(text);
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

export function countGraphemes(text: string): number {
  return splitGraphemes(text).length;
}

// No script puts more combining marks than this on one character; longer stacks are cut.
const GRAPHEME_UNITS_MAX = 16;

/** A short text unchanged; a longer text cut to its first graphemes, followed by an ellipsis. */
export function truncate(text: string, graphemesMax: number): string {
  const start = text.slice(0, graphemesMax * GRAPHEME_UNITS_MAX);
  const graphemes = split(start);
  if (start.length === text.length && graphemes.length <= graphemesMax) return text;
  // The slice may have cut the last grapheme in two.
  return `${graphemes.slice(0, Math.min(graphemesMax, graphemes.length - 1)).join("")}…`;
}

/** One ▮ for each character and space hides even the shape of a name; line breaks stay. */
export function mask(text: string): string {
  return splitGraphemes(text)
    .map((grapheme) => (/^[\r\n]+$/.test(grapheme) ? grapheme : MASK))
    .join("");
}

/** Masks the text between two offsets. `end` is the offset behind the mask. */
export function maskPart(text: string, start: number, end: number): { text: string; end: number } {
  const masked = mask(text.slice(start, end));
  return { text: text.slice(0, start) + masked + text.slice(end), end: start + masked.length };
}
