import assert from "node:assert/strict";
import { test } from "node:test";
import { splitWords } from "../desk/text/diff.ts";
import { isEmpty } from "../desk/text/empty.ts";
import { splitGraphemes, truncate } from "../desk/text/graphemes.ts";
import { normalizePseudonym, pseudonymError } from "../desk/text/pseudonym.ts";
import { readVectors } from "./vectors.ts";

const names = readVectors<{ script: string; name: string }[]>("names.json");

test("there are names of 500 languages in 40 scripts", () => {
  assert.ok(names.length >= 500);
  assert.ok(new Set(names.map(({ script }) => script)).size >= 40);
});

test("the name of every language can be a pseudonym and is not empty", () => {
  for (const { name } of names) {
    assert.ok(!isEmpty(name), name);
    assert.equal(pseudonymError(normalizePseudonym(name)), null, name);
  }
});

test("no character of any script is lost between words or characters", () => {
  for (const { name } of names) {
    assert.equal(splitWords(name, "und").join(""), name);
    assert.equal(splitGraphemes(name).join(""), name.replaceAll("\u200b", ""));
    assert.equal(truncate(name, 60), name);
  }
});
