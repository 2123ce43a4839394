/** Masking. A mask covers whole numbers, addresses and words, and never tells how long they were. */

import { wordSpans } from "./diff.ts";
import { countGraphemes } from "./graphemes.ts";
import { PRIVATE_DATA } from "./private-data.ts";

const SIGN = "\u25ae"; // ▮
/** Replaces masked text, whatever its length. */
export const MASK = SIGN.repeat(8);
const SIGNS = new RegExp(`${SIGN}+`, "gu");

/** Offsets in code units; `end` is behind the last one. */
export interface TextRange {
  start: number;
  end: number;
}

/** Words that a hyphen joins are one: a number plate, a double name. */
const HYPHEN = /^[-_\u2010\u2011]$/u;
/** In scripts without spaces, a foreign word may touch the words around it. */
const SCRIPT_RUN =
  /[\p{Script=Latin}\p{Nd}.'\u2019_][\p{Script=Latin}\p{Nd}.'\u2019_\p{M}\u200c\u200d]*|[^\p{Script=Latin}\p{Nd}]+/gu;
/** Combining marks, joiners and variation selectors have no script: they belong to what is before them. */
const REST_OF_GRAPHEME = /[\p{M}\u200c\u200d]/u;
const OUTER = /^[\s\p{P}]+|[\s\p{P}]+$/gu;

/** Masks the tokens that a range touches. `end` is the offset behind the mask; null if it touches none. */
export function maskPart(
  text: string,
  range: TextRange,
  lang: string,
): { text: string; end: number } | null {
  const overlapping = snapToTokens(text, range, lang);
  if (overlapping === null) return null;
  const before = text.slice(0, overlapping.start) + MASK;
  return { text: before + text.slice(overlapping.end), end: before.length };
}

/** Gives every mask its length, also one that was typed by hand. */
export function normalizeMasks(text: string): string {
  return text.replace(SIGNS, MASK);
}

/** The length that the server compares with the limit: a mask counts as one character. */
export function countWithMasks(text: string): number {
  return countGraphemes(text.replace(SIGNS, SIGN));
}

function snapToTokens(text: string, range: TextRange, lang: string): TextRange | null {
  const tokens = findTokens(text, lang);
  let snapped = trim(text, range);
  let isLarger = true;
  while (isLarger) {
    const { start, end } = snapped;
    const overlapping = tokens.filter((token) => token.start < end && token.end > start);
    // A caret between two tokens touches neither.
    const larger = {
      start: Math.min(start, ...overlapping.map((token) => token.start)),
      end: Math.max(end, ...overlapping.map((token) => token.end)),
    };
    if (overlapping.length === 0) return null;
    isLarger = larger.start < start || larger.end > end;
    snapped = larger;
  }
  return joinMasks(text, snapToGraphemes(text, snapped));
}

function snapToGraphemes(text: string, { start, end }: TextRange): TextRange {
  let last = end;
  while (REST_OF_GRAPHEME.test(text.charAt(last))) last += 1;
  return { start, end: last };
}

/** Without the spaces and the punctuation at both ends; tokens bring back what is theirs. */
function trim(text: string, { start, end }: TextRange): TextRange {
  const selected = text.slice(start, end);
  const inner = selected.replace(OUTER, "");
  if (inner === "") return { start, end };
  const offset = start + selected.indexOf(inner);
  return { start: offset, end: offset + inner.length };
}

function findTokens(text: string, lang: string): TextRange[] {
  const words: TextRange[] = [];
  for (const { start, end, isWord } of wordSpans(text, lang)) {
    if (!isWord) continue;
    for (const part of matches(text.slice(start, end), SCRIPT_RUN, start)) {
      const last = words.at(-1);
      if (last !== undefined && HYPHEN.test(text.slice(last.end, part.start))) last.end = part.end;
      else words.push(part);
    }
  }
  return [...words, ...[...PRIVATE_DATA, SIGNS].flatMap((pattern) => matches(text, pattern, 0))];
}

function matches(text: string, pattern: RegExp, offset: number): TextRange[] {
  return Array.from(text.matchAll(pattern), (match) => ({
    start: offset + match.index,
    end: offset + match.index + match[0].length,
  }));
}

/** Two masks side by side would tell that two things are hidden. */
function joinMasks(text: string, { start, end }: TextRange): TextRange {
  const before = text.slice(0, start).match(new RegExp(`${SIGN}+$`, "u"))?.[0].length ?? 0;
  const after = text.slice(end).match(new RegExp(`^${SIGN}+`, "u"))?.[0].length ?? 0;
  return { start: start - before, end: end + after };
}
