/** Words struck and words added between two texts, as an editor's proof shows them. */

export interface Piece {
  kind: "same" | "struck" | "added";
  text: string;
}

/** The pieces of both texts in reading order; `lang` helps to find words where none are spaced. */
export function diffWords(before: string, after: string, lang: string): Piece[] {
  const a = wordsOf(before, lang);
  const b = wordsOf(after, lang);
  const head = sharedStart(a, b);
  const tail = sharedEnd(a.slice(head), b.slice(head));
  const middle = diffMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return merge([
    ...a.slice(0, head).map((text): Piece => ({ kind: "same", text })),
    ...middle,
    ...a.slice(a.length - tail).map((text): Piece => ({ kind: "same", text })),
  ]);
}

/** Words, spaces and marks, which joined are the text again. */
export function wordsOf(text: string, lang: string): string[] {
  if (!("Segmenter" in Intl)) return text.match(/\p{L}[\p{L}\p{M}]*|\p{N}+|\s+|./gsu) ?? [];
  const segmenter = new Intl.Segmenter(isTag(lang) ? lang : undefined, { granularity: "word" });
  return Array.from(segmenter.segment(text), (one) => one.segment);
}

function isTag(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length > 0;
  } catch {
    return false; // "other", or what a stranger put there
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

/** Longest common subsequence; a comment has at most some thousand words, most of them shared. */
function diffMiddle(a: string[], b: string[]): Piece[] {
  const lengths = commonLengths(a, b);
  const at = (i: number, j: number) => lengths[i * (b.length + 1) + j] ?? 0;
  const pieces: Piece[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      pieces.push({ kind: "same", text: a[i] ?? "" });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      pieces.push({ kind: "struck", text: a[i] ?? "" });
      i += 1;
    } else {
      pieces.push({ kind: "added", text: b[j] ?? "" });
      j += 1;
    }
  }
  const struck = a.slice(i).map((text): Piece => ({ kind: "struck", text }));
  const added = b.slice(j).map((text): Piece => ({ kind: "added", text }));
  return [...pieces, ...struck, ...added];
}

/** For each pair of ends, how many words are common from there on. */
function commonLengths(a: string[], b: string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const beside = Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
      const through = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      lengths[i * width + j] = a[i] === b[j] ? through : beside;
    }
  }
  return lengths;
}

/** Neighbours of one kind become one piece, and a struck run stands before the added one. */
function merge(pieces: Piece[]): Piece[] {
  const merged: Piece[] = [];
  let struck = "";
  let added = "";
  const flush = () => {
    if (struck) merged.push({ kind: "struck", text: struck });
    if (added) merged.push({ kind: "added", text: added });
    struck = "";
    added = "";
  };
  for (const piece of pieces) {
    if (piece.kind === "struck") struck += piece.text;
    else if (piece.kind === "added") added += piece.text;
    else {
      flush();
      const last = merged.at(-1);
      if (last?.kind === "same") last.text += piece.text;
      else merged.push({ ...piece });
    }
  }
  flush();
  return merged;
}
