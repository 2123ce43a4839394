import assert from "node:assert/strict";
import { test } from "node:test";
import { diffWords, type Piece } from "../desk/text/diff.ts";
import { beginning, countLetters, lettersOf, mask, maskPart } from "../desk/text/graphemes.ts";
import { directionOf } from "../desk/text/language.ts";

const shown = (pieces: Piece[]) =>
  pieces
    .map(({ kind, text }) => ({ same: text, struck: `[-${text}-]`, added: `[+${text}+]` })[kind])
    .join("");

function side(pieces: Piece[], without: Piece["kind"]): string {
  return pieces.map(({ kind, text }) => (kind === without ? "" : text)).join("");
}

test("a changed word is struck and its successor added", () => {
  assert.equal(
    shown(diffWords("Call 012 345 now.", "Call ▮▮▮ now.", "en")),
    "Call [-012 345-][+▮▮▮+] now.",
  );
});

test("equal texts have one piece, empty ones none", () => {
  assert.deepEqual(diffWords("same words", "same words", "en"), [
    { kind: "same", text: "same words" },
  ]);
  assert.deepEqual(diffWords("", "", "en"), []);
});

test("both texts can be read out of the pieces, in any script", () => {
  const pairs = [
    ["one two three", "three two one", "en"],
    ["ខ្ញុំគាំទ្រពួកគេ។ ពួកគេមិនសុំច្រើនទេ។", "ខ្ញុំគាំទ្រ។ ពួកគេសុំច្រើនទេ។", "km"],
    ["今日は本当に暑い", "今日はとても暑いです", "ja"],
    ["هذا صحيح جدا", "هذا جدا صحيح", "ar"],
    ["", "new", "other"],
    ["gone\n\nall", "", "und"],
  ] as const;
  for (const [before, after, lang] of pairs) {
    const pieces = diffWords(before, after, lang);
    assert.equal(side(pieces, "added"), before);
    assert.equal(side(pieces, "struck"), after);
  }
});

test("in Khmer a word is struck, not the whole line", () => {
  const pieces = diffWords("ខ្ញុំចូលចិត្តសាលា", "ខ្ញុំចូលចិត្តផ្សារ", "km");
  assert.ok(pieces.some(({ kind }) => kind === "same"));
});

test("letters are counted as people do, a Khmer word separator is none", () => {
  assert.equal(countLetters("abc"), 3);
  assert.equal(countLetters("ខ្ញុំ\u200bគាំទ្រ"), countLetters("ខ្ញុំគាំទ្រ"));
  assert.equal(countLetters("\u{1F44D}\u{1F3FD}"), 1);
});

test("a mask has one sign for each letter and keeps line ends", () => {
  assert.equal(mask("012 34"), "▮▮▮▮▮▮");
  assert.equal(mask("a\nb"), "▮\n▮");
  assert.equal(mask("e\u0301"), "▮");
});

test("only what is selected is masked", () => {
  assert.deepEqual(maskPart("Call 012 now", 5, 8), { text: "Call ▮▮▮ now", end: 8 });
});

test("direction follows the language, and its script where that is named", () => {
  assert.equal(directionOf("ar"), "rtl");
  assert.equal(directionOf("uz-Arab"), "rtl");
  assert.equal(directionOf("km"), "ltr");
  assert.equal(directionOf("und"), "auto");
});

test("the beginning of a text is cut between letters, and a short one is left whole", () => {
  assert.equal(beginning("short", 5), "short");
  assert.equal(beginning("longer", 5), "longe…");
  assert.equal(beginning("ខ្ញុំខ្ញុំខ្ញុំ", 2), `${lettersOf("ខ្ញុំខ្ញុំ").slice(0, 2).join("")}…`);
  assert.equal(beginning("👩‍👩‍👧‍👦".repeat(9), 3), `${"👩‍👩‍👧‍👦".repeat(3)}…`);
  const piled = `e${"\u0301".repeat(500)}`.repeat(3);
  assert.ok(beginning(piled, 5).length <= 5 * 16 + 1);
});
