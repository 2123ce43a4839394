import assert from "node:assert/strict";
import { test } from "node:test";
import { countWithMasks, MASK, maskPart, normalizeMasks } from "../desk/text/mask.ts";
import { readVectors } from "./vectors.ts";

interface Vectors {
  mask: string;
  cases: { lang: string; text: string; selected: string; masked: string | null }[];
  typed: [string, string][];
  lengths: [string, number][];
}

const vectors = readVectors<Vectors>("masks.json");

test("a mask has the same eight signs on both sides", () => {
  assert.equal(MASK, vectors.mask);
  assert.equal(MASK.length, 8);
});

test("a mask covers the numbers, addresses and words that the selection touches, without the spaces around them", () => {
  for (const { lang, text, selected, masked } of vectors.cases) {
    const start = text.indexOf(selected);
    const result = maskPart(text, { start, end: start + selected.length }, lang);
    assert.equal(result?.text ?? null, masked, `${selected} in ${text}`);
    if (result !== null) assert.ok(result.text.slice(0, result.end).endsWith(MASK), text);
  }
});

test("a mask typed by hand gets the length of every mask", () => {
  for (const [typed, normalized] of vectors.typed) assert.equal(normalizeMasks(typed), normalized);
});

test("a mask counts as one character, as on the server", () => {
  for (const [text, length] of vectors.lengths) assert.equal(countWithMasks(text), length, text);
});
