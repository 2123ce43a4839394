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
  | { clause: number };

/** The part of a KeyboardEvent that decides. */
export interface Pressed {
  code: string;
  key: string;
  isComposing: boolean;
  repeat: boolean;
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
const CLAUSE_KEY = /^(?:Digit|Numpad)([1-8])$/;
const COMPOSING = "Process"; // what older browsers report instead of isComposing

/** The action of a key, by its place on the keyboard; null where it is none, or belongs to a field. */
export function actionFor(pressed: Pressed, isInField: boolean): Action | null {
  if (!isPlain(pressed)) return null;
  if (pressed.key === "Escape") return "leave";
  if (isInField) return null;
  if (pressed.key === "?") return pressed.repeat ? null : "help";
  const action = BY_CODE[pressed.code] ?? clauseOf(pressed.code);
  if (action === null || (pressed.repeat && !MAY_REPEAT.includes(action))) return null;
  return action;
}

/** Neither part of a letter that is being composed nor of a chord that is the browser's. */
function isPlain(pressed: Pressed): boolean {
  const isComposing = pressed.isComposing || pressed.key === COMPOSING;
  return !(isComposing || pressed.ctrlKey || pressed.altKey || pressed.metaKey);
}

function clauseOf(code: string): Action | null {
  const digit = CLAUSE_KEY.exec(code)?.[1];
  return digit === undefined ? null : { clause: Number(digit) };
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
