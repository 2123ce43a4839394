/** Characters as people count them (grapheme clusters). */

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
