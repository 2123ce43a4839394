import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizePseudonym, pseudonymError } from "../desk/text/pseudonym.ts";
import { readVectors } from "./vectors.ts";

const vectors = readVectors<{ removed: string[]; kept: string[] }>("text.json");

test("a pseudonym has 2 to 40 visible characters", () => {
  for (const valid of ["Ox", "n".repeat(40), "𑄌".repeat(40), "First lead"]) {
    assert.equal(pseudonymError(valid), null, valid);
  }
  for (const invalid of [
    "",
    "O",
    "\u200b\u200b\u200b",
    "O \u200d",
    "O\u034f\ufe0f",
    "\u2800\u2800",
    "n".repeat(41),
  ]) {
    assert.match(pseudonymError(invalid) ?? "", /2 to 40 characters/, invalid);
  }
});

test("a pseudonym contains no invisible characters", () => {
  for (const character of [...vectors.removed, "\ud800"]) {
    assert.match(pseudonymError(`Her${character}on`) ?? "", /not contain invisible characters/);
  }
});

test("joiners and marks that a script needs are allowed", () => {
  for (const name of vectors.kept) assert.equal(pseudonymError(name), null, name);
});

test("different ways of typing give the same pseudonym", () => {
  assert.equal(normalizePseudonym(" Ame\u0301lie\u00a0\t Gray "), "Amélie Gray");
  assert.equal(normalizePseudonym(normalizePseudonym("가\u3000나")), "가 나");
});
