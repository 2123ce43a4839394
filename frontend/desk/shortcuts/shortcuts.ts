/**
 * The desk's keyboard shortcuts: one table for the handler, the bar at the bottom and the dialog.
 *
 * A shortcut is bound to a position on the keyboard, so that it works in every layout. It does nothing
 * while the moderator types in a field or composes characters.
 */

import type { EditKind } from "../api/types.ts";
import { gettext } from "../i18n.ts";
import type { Mode } from "../queue/queue-item.ts";

/** The part of a KeyboardEvent that matters. */
export interface KeyPress {
  code: string;
  key: string;
  isComposing: boolean;
  repeat: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

export type ActionName =
  | "next"
  | "previous"
  | "publish"
  | "edit"
  | "mask"
  | EditKind
  | "reject"
  | "clause"
  | "preset-note"
  | "send"
  | "undo"
  | "history"
  | "leave"
  | "lock"
  | "help";
export type Action = Exclude<ActionName, "clause"> | { clause: number };

interface Hint {
  label: () => string;
  /** Other keys than those in the dialog. */
  keys?: string[];
}

export interface Shortcut {
  action: ActionName;
  /** As printed in the dialog. */
  keys: string[];
  matches: (press: KeyPress) => boolean;
  /** Every tab of the desk, the queue, or the queue with a comment in focus. */
  scope: "desk" | "queue" | "comment";
  /** A single key can be switched off, and does not work in fields. */
  isSingleKey: boolean;
  /** Whether a key that is held down repeats the action. */
  mayRepeat: boolean;
  /** What the dialog says. */
  label: () => string;
  /** What the bar says, in each mode of the comment in focus in which the shortcut is useful. */
  hints: Partial<Record<Mode, Hint>>;
}

const HELP_CODE = "Slash"; // with Shift this is "?", also in layouts with other scripts
const COMPOSING_KEY = "Process"; // older browsers report this instead of isComposing
const CLAUSE_CODE = /^(Digit|Numpad)([1-8])$/;
const DIGIT = /^\p{Nd}$/u;

/** "b" is for the black bar; "m" masks the selection. */
export const EDIT_KIND_KEYS: Record<EditKind, string> = {
  masked: "b",
  shortened: "s",
  reworded: "w",
};

export const SHORTCUTS: readonly Shortcut[] = [
  {
    ...single("next", "j", "KeyJ"),
    scope: "queue",
    mayRepeat: true,
    label: () => gettext("next comment; at the end of the page, load more; in the list also ↓"),
    hints: { read: { label: () => gettext("next") } },
  },
  {
    ...single("previous", "k", "KeyK"),
    mayRepeat: true,
    label: () => gettext("previous comment; in the list also ↑"),
    hints: { read: { label: () => gettext("previous") } },
  },
  {
    ...single("publish", "a", "KeyA"),
    label: () => gettext("publish; after an edit, publish edited"),
    hints: {
      read: { label: () => gettext("publish") },
      edit: { label: () => gettext("publish edited"), keys: ["a", "Ctrl+Enter"] },
    },
  },
  {
    ...single("edit", "e", "KeyE"),
    label: () => gettext("edit in place"),
    hints: { read: { label: () => gettext("edit") } },
  },
  {
    ...single("mask", "m", "KeyM"),
    label: () => gettext("mask the selection"),
    hints: { read: { label: () => gettext("mask") }, edit: { label: () => gettext("mask") } },
  },
  {
    ...single("masked", EDIT_KIND_KEYS.masked, "KeyB"),
    label: () => gettext("kind of edit: masked"),
    hints: {}, // these three are on the chips
  },
  {
    ...single("shortened", EDIT_KIND_KEYS.shortened, "KeyS"),
    label: () => gettext("kind of edit: shortened"),
    hints: {},
  },
  {
    ...single("reworded", EDIT_KIND_KEYS.reworded, "KeyW"),
    label: () => gettext("kind of edit: reworded"),
    hints: {},
  },
  {
    ...single("reject", "d", "KeyD"),
    label: () => gettext("reject; press again to send"),
    hints: {
      read: { label: () => gettext("reject") },
      reject: { label: () => gettext("reject"), keys: ["d", "Enter"] },
    },
  },
  {
    action: "clause",
    keys: ["1", "…", "8"],
    matches: (press) => clauseNumber(press) !== null,
    scope: "comment",
    isSingleKey: true,
    mayRepeat: false,
    label: () => gettext("clause of the terms"),
    hints: {
      read: { label: () => gettext("clause"), keys: ["1–8"] },
      edit: { label: () => gettext("clause"), keys: ["1–8"] },
      reject: { label: () => gettext("clause"), keys: ["1–8"] },
    },
  },
  {
    ...single("preset-note", "n", "KeyN"),
    label: () => gettext("insert a prepared sentence into the note; press again for the next one"),
    hints: {
      edit: { label: () => gettext("sentence") },
      reject: { label: () => gettext("sentence") },
    },
  },
  {
    action: "send",
    keys: ["Ctrl", "Enter"],
    matches: isSendChord,
    scope: "comment",
    isSingleKey: false,
    mayRepeat: false,
    label: () =>
      gettext("send the edit or the rejection, also from within a field; on a clause, Enter"),
    hints: {}, // shown together with the key that publishes an edit
  },
  {
    ...single("undo", "z", "KeyZ"),
    scope: "desk",
    label: () =>
      gettext("undo the last decision, until its slot; from another tab, back to the queue"),
    hints: {}, // shown in the toast
  },
  {
    ...single("history", "h", "KeyH"),
    scope: "desk",
    label: () => gettext("the history, and back to the queue"),
    hints: { read: { label: () => gettext("history") } },
  },
  {
    action: "leave",
    keys: ["Esc"],
    matches: (press) => hasNoModifier(press) && press.key === "Escape",
    scope: "queue",
    isSingleKey: false,
    mayRepeat: true,
    label: () => gettext("leave the field, then the panel"),
    hints: {
      edit: { label: () => gettext("leave the field, then the editor") },
      reject: { label: () => gettext("do not reject") },
    },
  },
  {
    action: "lock",
    keys: ["Ctrl", "Shift", "L"],
    matches: isLockChord,
    scope: "desk",
    isSingleKey: false,
    mayRepeat: false,
    label: () => gettext("lock the desk at once, from anywhere"),
    hints: {}, // has a button of its own in the header
  },
  {
    action: "help",
    keys: ["?"],
    matches: (press) => hasNoModifier(press) && isHelp(press),
    scope: "desk",
    isSingleKey: true,
    mayRepeat: false,
    label: () => gettext("show these shortcuts"),
    hints: {}, // has a button of its own in the bar
  },
];

function single(action: ActionName, key: string, code: string) {
  return {
    action,
    keys: [key],
    // In some layouts "?" is on a key that has another meaning here.
    matches: (press: KeyPress) => hasNoModifier(press) && !isHelp(press) && press.code === code,
    scope: "comment" as const,
    isSingleKey: true,
    mayRepeat: false,
  };
}

export function shortcutFor(action: Action): Shortcut | undefined {
  const name = typeof action === "object" ? "clause" : action;
  return SHORTCUTS.find((shortcut) => shortcut.action === name);
}

/** The action of a key press; null if it has none, or if the key belongs to the field. */
export function actionFor(press: KeyPress, isInField: boolean): Action | null {
  const shortcut = SHORTCUTS.find(({ matches }) => matches(press));
  if (shortcut === undefined) return null;
  if (isInField && shortcut.isSingleKey) return null;
  if (press.repeat && !shortcut.mayRepeat) return null;
  if (shortcut.action !== "clause") return shortcut.action;
  const clause = clauseNumber(press);
  return clause === null ? null : { clause };
}

/** Ctrl or Command with Enter. */
function isSendChord(press: KeyPress): boolean {
  const isChord = (press.ctrlKey || press.metaKey) && press.key === "Enter";
  return isChord && !press.altKey && !isComposing(press);
}

/** Three keys, to prevent locking by mistake; no browser uses them. */
function isLockChord(press: KeyPress): boolean {
  return (
    press.ctrlKey && press.shiftKey && press.code === "KeyL" && !press.altKey && !press.metaKey
  );
}

/** Neither a shortcut of the browser nor part of a character that is being composed. */
function hasNoModifier(press: KeyPress): boolean {
  return !(isComposing(press) || press.ctrlKey || press.altKey || press.metaKey);
}

function isComposing(press: KeyPress): boolean {
  return press.isComposing || press.key === COMPOSING_KEY;
}

function isHelp(press: KeyPress): boolean {
  return press.key === "?" || (press.code === HELP_CODE && press.shiftKey);
}

/**
 * The number pad without NumLock moves the caret, and Shift+1 is "!" in most layouts: neither is a
 * clause. A French keyboard needs Shift for its digits.
 */
function clauseNumber(press: KeyPress): number | null {
  if (!hasNoModifier(press) || isHelp(press)) return null;
  const [, block, digit] = CLAUSE_CODE.exec(press.code) ?? [];
  const mustBeDigit = block === "Numpad" || press.shiftKey;
  if (digit === undefined || (mustBeDigit && !DIGIT.test(press.key))) return null;
  return Number(digit);
}

const SETTING = "yobal-single-keys";

/** Single keys can be switched off: speech input or an accidental key press would trigger them. */
export function areSingleKeysEnabled(): boolean {
  return localStorage.getItem(SETTING) !== "off";
}

export function enableSingleKeys(isEnabled: boolean): void {
  if (isEnabled) localStorage.removeItem(SETTING);
  else localStorage.setItem(SETTING, "off");
}

/** A closed menu would use the key to choose an option; an open one is searched by typing. */
export function wouldChooseOption(press: KeyPress, target: EventTarget | null): boolean {
  const isMenu = target instanceof HTMLSelectElement && CSS.supports("selector(:open)");
  return (
    isMenu && !target.matches(":open") && areSingleKeysEnabled() && actionFor(press, false) !== null
  );
}
