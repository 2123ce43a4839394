/** The words that were deleted and inserted between two texts. */

export interface DiffPart {
  kind: "same" | "deleted" | "inserted";
  text: string;
}

/** Both texts in reading order. `lang` helps to find words in scripts without spaces. */
export function diffWords(before: string, after: string, lang: string): DiffPart[] {
  const a = splitWords(before, lang);
  const b = splitWords(after, lang);
  const head = sharedStart(a, b);
  const tail = sharedEnd(a.slice(head), b.slice(head));
  const middle = diffMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return merge([
    ...a.slice(0, head).map((text): DiffPart => ({ kind: "same", text })),
    ...middle,
    ...a.slice(a.length - tail).map((text): DiffPart => ({ kind: "same", text })),
  ]);
}

/** Words, spaces and punctuation; joined, they give the text again. */
export function splitWords(text: string, lang: string): string[] {
  return wordSpans(text, lang).map(({ start, end }) => text.slice(start, end));
}

interface WordSpan {
  start: number;
  end: number;
  /** False for spaces and punctuation. */
  isWord: boolean;
}

/** The whole text in spans, in scripts without spaces by a dictionary. */
export function wordSpans(text: string, lang: string): WordSpan[] {
  if (!("Segmenter" in Intl)) {
    return Array.from(text.matchAll(/\p{L}[\p{L}\p{M}]*|\p{N}+|\s+|./gsu), (match) => ({
      start: match.index,
      end: match.index + match[0].length,
      isWord: /^[\p{L}\p{N}]/u.test(match[0]),
    }));
  }
  const segmenter = new Intl.Segmenter(isLanguageTag(lang) ? lang : undefined, {
    granularity: "word",
  });
  return Array.from(segmenter.segment(text), ({ segment, index, isWordLike }) => ({
    start: index,
    end: index + segment.length,
    isWord: isWordLike ?? false,
  }));
}

function isLanguageTag(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length > 0;
  } catch {
    return false; // "other", or not a language tag at all
  }
}

function sharedStart(a: string[], b: string[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}

function sharedEnd(a: string[], b: string[]): number {
  return sharedStart(a.toReversed(), b.toReversed());
}

/** Longest common subsequence; a comment has at most some thousand words, and most of them are shared. */
function diffMiddle(a: string[], b: string[]): DiffPart[] {
  const lengths = commonLengths(a, b);
  const at = (i: number, j: number) => lengths[i * (b.length + 1) + j] ?? 0;
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      parts.push({ kind: "same", text: a[i] ?? "" });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      parts.push({ kind: "deleted", text: a[i] ?? "" });
      i += 1;
    } else {
      parts.push({ kind: "inserted", text: b[j] ?? "" });
      j += 1;
    }
  }
  const deleted = a.slice(i).map((text): DiffPart => ({ kind: "deleted", text }));
  const inserted = b.slice(j).map((text): DiffPart => ({ kind: "inserted", text }));
  return [...parts, ...deleted, ...inserted];
}

/** For each pair of positions, the number of common words from there to the end. */
function commonLengths(a: string[], b: string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const skipped = Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
      const matched = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      lengths[i * width + j] = a[i] === b[j] ? matched : skipped;
    }
  }
  return lengths;
}

/** Joins neighbours of one kind; deleted words come before inserted ones. */
function merge(parts: DiffPart[]): DiffPart[] {
  const merged: DiffPart[] = [];
  let deleted = "";
  let inserted = "";
  const flush = () => {
    if (deleted) merged.push({ kind: "deleted", text: deleted });
    if (inserted) merged.push({ kind: "inserted", text: inserted });
    deleted = "";
    inserted = "";
  };
  for (const part of parts) {
    if (part.kind === "deleted") deleted += part.text;
    else if (part.kind === "inserted") inserted += part.text;
    else {
      flush();
      const last = merged.at(-1);
      if (last?.kind === "same") last.text += part.text;
      else merged.push({ ...part });
    }
  }
  flush();
  return merged;
}
