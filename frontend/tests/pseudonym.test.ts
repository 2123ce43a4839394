import assert from "node:assert/strict";
import { test } from "node:test";
import { plainPseudonym, pseudonymRefusal } from "../desk/text/pseudonym.ts";

test("a pseudonym has 2 to 40 letters that can be seen", () => {
  for (const fits of ["Ox", "n".repeat(40), "𑄌".repeat(40), "First lead"]) {
    assert.equal(pseudonymRefusal(fits), null, fits);
  }
  for (const other of ["", "O", "\u200b\u200b\u200b", "O \u200d", "n".repeat(41)]) {
    assert.match(pseudonymRefusal(other) ?? "", /2 to 40 letters/, other);
  }
});

test("a pseudonym has no invisible signs", () => {
  const hidden = [
    "\u202e",
    "\u2066",
    "\u00ad",
    "\ufeff",
    "\u2060",
    "\u0000",
    "\u{e0041}",
    "\ue000",
  ];
  for (const sign of [...hidden, "\ufdd0", "\ud800"]) {
    assert.match(pseudonymRefusal(`Her${sign}on`) ?? "", /no invisible signs/);
  }
});

test("what a script cannot be written without is no invisible sign", () => {
  for (const name of ["می\u200cخواهم", "ខ្ញុំ\u200bគាំទ្រ", "क्\u200dष", "\u0600 12"]) {
    assert.equal(pseudonymRefusal(name), null, name);
  }
});

test("however it is typed, it is the same pseudonym", () => {
  assert.equal(plainPseudonym(" Ame\u0301lie\u00a0\t Gray "), "Amélie Gray");
  assert.equal(plainPseudonym(plainPseudonym("가\u3000나")), "가 나");
});
