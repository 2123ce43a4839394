import assert from "node:assert/strict";
import { test } from "node:test";
import { type DiffPart, diffWords } from "../desk/text/diff.ts";
import { isEmpty } from "../desk/text/empty.ts";
import { countGraphemes, splitGraphemes, truncate } from "../desk/text/graphemes.ts";
import { readVectors } from "./vectors.ts";

const shown = (parts: DiffPart[]) =>
  parts
    .map(
      ({ kind, text }) => ({ same: text, deleted: `[-${text}-]`, inserted: `[+${text}+]` })[kind],
    )
    .join("");

function side(parts: DiffPart[], without: DiffPart["kind"]): string {
  return parts.map(({ kind, text }) => (kind === without ? "" : text)).join("");
}

test("a changed word is deleted and its replacement inserted", () => {
  assert.equal(
    shown(diffWords("Call 012 345 now.", "Call ▮▮▮ now.", "en")),
    "Call [-012 345-][+▮▮▮+] now.",
  );
});

test("equal texts give one part, empty texts none", () => {
  assert.deepEqual(diffWords("same words", "same words", "en"), [
    { kind: "same", text: "same words" },
  ]);
  assert.deepEqual(diffWords("", "", "en"), []);
});

test("both texts can be restored from the parts, in every script", () => {
  const pairs = [
    ["one two three", "three two one", "en"],
    ["ខ្ញុំគាំទ្រពួកគេ។ ពួកគេមិនសុំច្រើនទេ។", "ខ្ញុំគាំទ្រ។ ពួកគេសុំច្រើនទេ។", "km"],
    ["今日は本当に暑い", "今日はとても暑いです", "ja"],
    ["هذا صحيح جدا", "هذا جدا صحيح", "ar"],
    ["", "new", "other"],
    ["gone\n\nall", "", "und"],
  ] as const;
  for (const [before, after, lang] of pairs) {
    const parts = diffWords(before, after, lang);
    assert.equal(side(parts, "inserted"), before);
    assert.equal(side(parts, "deleted"), after);
  }
});

test("in Khmer only a word is deleted, not the whole line", () => {
  const parts = diffWords("ខ្ញុំចូលចិត្តសាលា", "ខ្ញុំចូលចិត្តផ្សារ", "km");
  assert.ok(parts.some(({ kind }) => kind === "same"));
});

test("characters are counted as people count them, without Khmer word separators", () => {
  assert.equal(countGraphemes("abc"), 3);
  assert.equal(countGraphemes("ខ្ញុំ\u200bគាំទ្រ"), countGraphemes("ខ្ញុំគាំទ្រ"));
  assert.equal(countGraphemes("\u{1F44D}\u{1F3FD}"), 1);
});

test("a text is truncated between graphemes, and a short text stays whole", () => {
  assert.equal(truncate("short", 5), "short");
  assert.equal(truncate("longer", 5), "longe…");
  assert.equal(truncate("ខ្ញុំខ្ញុំខ្ញុំ", 2), `${splitGraphemes("ខ្ញុំខ្ញុំ").slice(0, 2).join("")}…`);
  assert.equal(truncate("👩‍👩‍👧‍👦".repeat(9), 3), `${"👩‍👩‍👧‍👦".repeat(3)}…`);
  const piled = `e${"\u0301".repeat(500)}`.repeat(3);
  assert.ok(truncate(piled, 5).length <= 5 * 16 + 1);
});

test("a text without ink is empty, by the server's rule", () => {
  const vectors = readVectors<{ empty: string[]; not_empty: string[] }>("text.json");
  for (const text of vectors.empty) assert.ok(isEmpty(text), JSON.stringify(text));
  for (const text of vectors.not_empty) assert.ok(!isEmpty(text), JSON.stringify(text));
});
