/** What keys and buttons do to the comment in focus, where it takes more than one call. */

import type { Desk } from "../model/desk.ts";
import type { Item } from "../model/item.ts";
import { maskPart } from "../text/letters.ts";

const PERSONAL_DATA = "personal-data";

export function openEditor(desk: Desk, item: Item): void {
  item.mode = "edit";
  item.sentence = null;
  desk.host.focusOn("#edit-text");
}

export function openRejection(desk: Desk, item: Item): void {
  item.mode = "reject";
  item.sentence = null;
  desk.host.focusOn("#focus .chips input");
}

/** Back to reading; what was typed stays. */
export function closePanels(desk: Desk, item: Item): void {
  item.mode = "read";
  item.sentence = null;
  desk.host.focusOn("#focus");
}

export function chooseClause(desk: Desk, item: Item, clause: string): void {
  item.draft.clause = clause;
  item.sentence = null;
  desk.host.changed();
}

/** The number of a clause: in the editor for the edit, else for a rejection. */
export function chooseClauseNumber(desk: Desk, item: Item, number: number): void {
  const clause = desk.session.terms.clauses[number - 1];
  if (clause === undefined) return;
  if (item.mode === "read") openRejection(desk, item);
  chooseClause(desk, item, clause.key);
  desk.host.say(clause.title);
}

/** Masks what is selected, in the editor's field or in the comment as it is read. */
export function maskSelection(desk: Desk, item: Item): void {
  const selected = item.mode === "edit" ? selectedInField() : selectedInReading();
  if (selected === null) {
    openEditor(desk, item);
    desk.host.say("Select what is to be masked, then mask it.");
    return;
  }
  const masked = maskPart(item.draft.text, selected.start, selected.end);
  item.draft.text = masked.text;
  item.draft.kind ??= "masked";
  item.draft.clause ??=
    desk.session.terms.clauses.find(({ key }) => key === PERSONAL_DATA)?.key ?? null;
  item.mode = "edit";
  item.sentence = null;
  desk.host.say("Masked.");
  desk.host.focusOn("#publish-edited");
}

interface Span {
  start: number;
  end: number;
}

function selectedInField(): Span | null {
  const field = document.querySelector<HTMLTextAreaElement>("#edit-text");
  if (field === null || field.selectionStart === field.selectionEnd) return null;
  return { start: field.selectionStart, end: field.selectionEnd };
}

/** Offsets into the text as it is shown unedited; null where nothing of it is selected. */
function selectedInReading(): Span | null {
  const words = document.querySelector("#reading-words");
  const selection = document.getSelection();
  if (words === null || selection === null || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!words.contains(range.startContainer) || !words.contains(range.endContainer)) return null;
  const before = document.createRange();
  before.selectNodeContents(words);
  before.setEnd(range.startContainer, range.startOffset);
  const start = before.toString().length;
  return { start, end: start + range.toString().length };
}
