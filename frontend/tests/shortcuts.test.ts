import assert from "node:assert/strict";
import { test } from "node:test";
import { actionFor, type Pressed } from "../desk/shortcuts/keyboard.ts";

function press(code: string, change: Partial<Pressed> = {}): Pressed {
  const none = { isComposing: false, repeat: false, shiftKey: false };
  const noChord = { ctrlKey: false, altKey: false, metaKey: false };
  return { code, key: code, ...none, ...noChord, ...change };
}

test("a key acts by its place, whatever letter a layout puts there", () => {
  assert.equal(actionFor(press("KeyA", { key: "ា" }), false), "publish");
  assert.equal(actionFor(press("KeyJ", { key: "о" }), false), "next");
  assert.deepEqual(actionFor(press("Digit3", { key: "៣" }), false), { clause: 3 });
  assert.deepEqual(actionFor(press("Numpad8", { key: "8" }), false), { clause: 8 });
  assert.equal(actionFor(press("Slash", { key: "?" }), false), "help");
});

test("there is no clause nine or zero", () => {
  assert.equal(actionFor(press("Digit9"), false), null);
  assert.equal(actionFor(press("Digit0"), false), null);
});

test("a number block that moves and a digit's sign are no clauses", () => {
  assert.equal(actionFor(press("Numpad1", { key: "End" }), false), null);
  assert.equal(actionFor(press("Digit1", { key: "!", shiftKey: true }), false), null);
  const french = press("Digit1", { key: "1", shiftKey: true });
  assert.deepEqual(actionFor(french, false), { clause: 1 });
});

test("the question mark is found in a layout that has another sign there", () => {
  assert.equal(actionFor(press("Slash", { key: "៊", shiftKey: true }), false), "help");
  assert.equal(actionFor(press("Slash", { key: "/" }), false), null);
});

test("Ctrl or Command with Enter sends, in a field as well, and once", () => {
  for (const chord of [{ ctrlKey: true }, { metaKey: true }]) {
    assert.equal(actionFor(press("Enter", chord), true), "send");
    assert.equal(actionFor(press("Enter", { ...chord, repeat: true }), true), null);
    assert.equal(actionFor(press("Enter", { ...chord, isComposing: true }), true), null);
  }
  assert.equal(actionFor(press("Enter"), false), null);
});

test("nothing happens while somebody composes", () => {
  assert.equal(actionFor(press("KeyA", { isComposing: true }), false), null);
  assert.equal(actionFor(press("KeyA", { key: "Process" }), false), null);
  assert.equal(actionFor(press("Escape", { key: "Escape", isComposing: true }), true), null);
});

test("in a field only Escape acts", () => {
  assert.equal(actionFor(press("KeyA"), true), null);
  assert.equal(actionFor(press("Digit1"), true), null);
  assert.equal(actionFor(press("Slash", { key: "?" }), true), null);
  assert.equal(actionFor(press("Escape", { key: "Escape" }), true), "leave");
});

test("the browser's own chords are left alone", () => {
  for (const chord of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
    assert.equal(actionFor(press("KeyA", chord), false), null);
  }
});

test("a key held down walks, but decides only once", () => {
  assert.equal(actionFor(press("KeyJ", { repeat: true }), false), "next");
  assert.equal(actionFor(press("KeyA", { repeat: true }), false), null);
  assert.equal(actionFor(press("KeyZ", { repeat: true }), false), null);
});
