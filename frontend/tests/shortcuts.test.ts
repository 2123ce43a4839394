import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actionFor,
  EDIT_KIND_KEYS,
  type KeyPress,
  SHORTCUTS,
  shortcutFor,
} from "../desk/shortcuts/shortcuts.ts";

function press(code: string, change: Partial<KeyPress> = {}): KeyPress {
  const none = { isComposing: false, repeat: false, shiftKey: false };
  const noChord = { ctrlKey: false, altKey: false, metaKey: false };
  return { code, key: code, ...none, ...noChord, ...change };
}

test("a shortcut follows the position of the key in every layout", () => {
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

test("a number pad without NumLock and Shift with a digit choose no clause", () => {
  assert.equal(actionFor(press("Numpad1", { key: "End" }), false), null);
  assert.equal(actionFor(press("Digit1", { key: "!", shiftKey: true }), false), null);
  const french = press("Digit1", { key: "1", shiftKey: true });
  assert.deepEqual(actionFor(french, false), { clause: 1 });
});

test("the question mark is found in every layout", () => {
  assert.equal(actionFor(press("Slash", { key: "៊", shiftKey: true }), false), "help");
  assert.equal(actionFor(press("Slash", { key: "/" }), false), null);
});

test("Ctrl or Command with Enter sends once, also in a field", () => {
  for (const chord of [{ ctrlKey: true }, { metaKey: true }]) {
    assert.equal(actionFor(press("Enter", chord), true), "send");
    assert.equal(actionFor(press("Enter", { ...chord, repeat: true }), true), null);
    assert.equal(actionFor(press("Enter", { ...chord, isComposing: true }), true), null);
  }
  assert.equal(actionFor(press("Enter"), false), null);
});

test("no shortcut works while somebody composes characters", () => {
  assert.equal(actionFor(press("KeyA", { isComposing: true }), false), null);
  assert.equal(actionFor(press("KeyA", { key: "Process" }), false), null);
  assert.equal(actionFor(press("Escape", { key: "Escape", isComposing: true }), true), null);
});

test("only Escape works in a field", () => {
  assert.equal(actionFor(press("KeyA"), true), null);
  assert.equal(actionFor(press("Digit1"), true), null);
  assert.equal(actionFor(press("Slash", { key: "?" }), true), null);
  assert.equal(actionFor(press("Escape", { key: "Escape" }), true), "leave");
});

test("the browser's own shortcuts are left alone", () => {
  for (const chord of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
    assert.equal(actionFor(press("KeyA", chord), false), null);
  }
});

test("a held key moves through the list, but decides only once", () => {
  assert.equal(actionFor(press("KeyJ", { repeat: true }), false), "next");
  assert.equal(actionFor(press("KeyA", { repeat: true }), false), null);
  assert.equal(actionFor(press("KeyZ", { repeat: true }), false), null);
});

test("no key press matches two shortcuts", () => {
  const codes = "JKAEMDZHBSW".split("").map((letter) => press(`Key${letter}`));
  const others = [
    press("Digit1", { key: "1" }),
    press("Slash", { key: "?", shiftKey: true }),
    press("KeyM", { key: "?", shiftKey: true }), // the question mark of a French keyboard
    press("Escape", { key: "Escape" }),
    press("Enter", { key: "Enter", ctrlKey: true }),
  ];
  for (const key of [...codes, ...others]) {
    const matching = SHORTCUTS.filter(({ matches }) => matches(key));
    assert.equal(matching.length, 1, `${key.code} ${key.key}`);
  }
});

test("every shortcut has its row in the table, a key and a label", () => {
  const actions = SHORTCUTS.map(({ action }) => action);
  assert.equal(new Set(actions).size, actions.length);
  for (const { action, keys, label } of SHORTCUTS) {
    assert.ok(keys.length > 0 && label() !== "", action);
    assert.equal(shortcutFor(action === "clause" ? { clause: 1 } : action)?.action, action);
  }
});

test("each kind of edit has a key, and so has the history", () => {
  assert.equal(actionFor(press("KeyB"), false), "masked");
  assert.equal(actionFor(press("KeyS"), false), "shortened");
  assert.equal(actionFor(press("KeyW"), false), "reworded");
  assert.equal(actionFor(press("KeyH"), false), "history");
  for (const [action, key] of Object.entries(EDIT_KIND_KEYS)) {
    assert.deepEqual(SHORTCUTS.find((shortcut) => shortcut.action === action)?.keys, [key]);
  }
});
