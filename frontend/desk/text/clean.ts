/**
 * Cleans an edited text as the server cleans what readers send, in `core/text.py`: a moderator signs what will
 * appear, so the server may change nothing in it.
 */

import { isEmpty } from "./empty.ts";

const SEPARATORS = "\\x1c-\\x1e"; // of files, groups and records: a line ends there, too
const LINE_END = new RegExp(`\\r\\n|[\\n\\v\\f\\r${SEPARATORS}\\x85\\u2028\\u2029]`, "g");
const MISSING_OBJECT = /\ufffc/g;
// What may stay of the next pattern: tab, line end, formats without ink, isolates, tags.
const ALLOWED =
  "[\\t\\n\\p{Join_Control}\\u200e\\u200f\\u061c\\u200b\\u180e\\u2066-\\u2069\\u{e0020}-\\u{e007f}]";
const INVISIBLE = "(?=\\p{Default_Ignorable_Code_Point})[\\p{Cf}\\p{Cn}]";
const DROPPED = new RegExp(
  `(?!${ALLOWED})(?:[\\p{Cc}\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}\\ufff9-\\ufffb]|${INVISIBLE})`,
  "gu",
);
// The flag of a subdivision; any other tag can only smuggle text.
const TAG_OR_FLAG =
  /(\u{1f3f4}[\u{e0061}-\u{e007a}]{2}[\u{e0061}-\u{e007a}\u{e0030}-\u{e0039}]{1,4}\u{e007f})|[\u{e0020}-\u{e007f}]/gu;
// A variation selector needs a visible character before it, and those for ideographs an ideograph.
const STRAY_SELECTOR =
  /(?<!(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}\p{P}\p{S}])\p{Variation_Selector}|(?<!\p{Ideographic})[\u{e0100}-\u{e01ef}]/gu;
const ISOLATES = /[\u2066-\u2069]/g;
const END_OF_ISOLATE = "\u2069";
const BLANK =
  "\\t\\n\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const BLANKS_AT_END = new RegExp(`[${BLANK}]+$`);
const BLANK_RUN = new RegExp(`[${BLANK}]+`);
const BLANK_LINES = /\n{4,}/g;

export function clean(raw: string): string {
  const text = raw
    .replace(LINE_END, "\n")
    .replace(MISSING_OBJECT, "")
    .replace(DROPPED, "")
    .replace(TAG_OR_FLAG, "$1")
    .replace(STRAY_SELECTOR, "");
  const lines = text.split("\n").map((line) => balanceIsolates(line).replace(BLANKS_AT_END, ""));
  return lines
    .join("\n")
    .replace(BLANK_LINES, "\n\n\n")
    .replace(/^\n+|\n+$/g, "");
}

/** On one line, with single spaces; an invisible name becomes empty. */
export function cleanName(raw: string): string {
  const words = clean(raw).split(BLANK_RUN);
  const name = words.filter((word) => word !== "").join(" ");
  return isEmpty(name) ? "" : name;
}

/** Without bidi isolates that nothing closes, and closers that close nothing. */
function balanceIsolates(line: string): string {
  const openAt: number[] = [];
  const stray = new Set<number>();
  for (const { 0: character, index } of line.matchAll(ISOLATES)) {
    if (character !== END_OF_ISOLATE) openAt.push(index);
    else if (openAt.pop() === undefined) stray.add(index);
  }
  for (const index of openAt) stray.add(index);
  if (stray.size === 0) return line;
  return Array.from(line.split(""), (unit, index) => (stray.has(index) ? "" : unit)).join("");
}
