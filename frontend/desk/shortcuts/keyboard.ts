/** Which key means what: physical keys, never while somebody writes or composes. */

export type Action =
  | "next"
  | "previous"
  | "publish"
  | "edit"
  | "mask"
  | "reject"
  | "undo"
  | "leave"
  | "help"
  | "send"
  | { clause: number };

/** The part of a KeyboardEvent that decides. */
export interface Pressed {
  code: string;
  key: string;
  isComposing: boolean;
  repeat: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const BY_CODE: Record<string, Action> = {
  KeyJ: "next",
  KeyK: "previous",
  KeyA: "publish",
  KeyE: "edit",
  KeyM: "mask",
  KeyD: "reject",
  KeyZ: "undo",
};
const MAY_REPEAT: readonly Action[] = ["next", "previous"];
const CLAUSE_KEY = /^(Digit|Numpad)([1-8])$/;
const DIGIT = /^\p{Nd}$/u;
const HELP_KEY = "Slash"; // with Shift it is "?" where the letters are not Latin, too
const COMPOSING = "Process"; // what older browsers report instead of isComposing

/** The action of a key, by its place on the keyboard; null where it is none, or belongs to a field. */
export function actionFor(pressed: Pressed, isInField: boolean): Action | null {
  if (isSending(pressed)) return "send";
  if (!isPlain(pressed)) return null;
  if (pressed.key === "Escape") return "leave";
  if (isInField) return null;
  if (isHelp(pressed)) return pressed.repeat ? null : "help";
  const action = BY_CODE[pressed.code] ?? clauseOf(pressed);
  if (action === null || (pressed.repeat && !MAY_REPEAT.includes(action))) return null;
  return action;
}

/** Ctrl and Enter, or a Mac's Command and Enter: the one chord that acts within a field, too. */
function isSending(pressed: Pressed): boolean {
  const isChord = (pressed.ctrlKey || pressed.metaKey) && pressed.key === "Enter";
  return isChord && !pressed.altKey && !pressed.repeat && !isComposing(pressed);
}

/** Neither part of a letter that is being composed nor of a chord that is the browser's. */
function isPlain(pressed: Pressed): boolean {
  return !(isComposing(pressed) || pressed.ctrlKey || pressed.altKey || pressed.metaKey);
}

function isComposing(pressed: Pressed): boolean {
  return pressed.isComposing || pressed.key === COMPOSING;
}

function isHelp(pressed: Pressed): boolean {
  return pressed.key === "?" || (pressed.code === HELP_KEY && pressed.shiftKey);
}

/**
 * A number block without NumLock moves, and Shift makes "!" of 1: those are no clauses. A French
 * keyboard writes its digits with Shift.
 */
function clauseOf({ code, key, shiftKey }: Pressed): Action | null {
  const [, block, digit] = CLAUSE_KEY.exec(code) ?? [];
  const mustBeDigit = block === "Numpad" || shiftKey;
  if (digit === undefined || (mustBeDigit && !DIGIT.test(key))) return null;
  return { clause: Number(digit) };
}

const SWITCH = "yobal-single-keys";

/** Single keys can be switched off, for who speaks to the machine or hits keys by chance. */
export function areKeysOn(): boolean {
  return localStorage.getItem(SWITCH) !== "off";
}

export function switchKeys(isOn: boolean): void {
  if (isOn) localStorage.removeItem(SWITCH);
  else localStorage.setItem(SWITCH, "off");
}

const TEXT_INPUTS = new Set(["text", "password", "search", "email", "url", "tel", "number"]);

/** Whether the focus is where letters are typed, or chosen by typing. */
export function isField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return TEXT_INPUTS.has(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** A menu would take a key of the desk for the first letter of one of its choices, unseen. */
export function isMenuLetter(pressed: Pressed, target: EventTarget | null): boolean {
  return target instanceof HTMLSelectElement && areKeysOn() && actionFor(pressed, false) !== null;
}
