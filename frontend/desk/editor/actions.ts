/** What keys and buttons do to the comment in focus, where it takes more than one call. */

import type { Desk } from "../app/session-state.ts";
import { type Item, isOpen } from "../queue/queue-item.ts";
import { maskPart } from "../text/graphemes.ts";

const PERSONAL_DATA = "personal-data";

export function openEditor(desk: Desk, item: Item): void {
  if (!isOpen(item)) return;
  desk.decisions.takeUp(item);
  item.mode = "edit";
  desk.host.focusOn("#edit-text");
}

export function openRejection(desk: Desk, item: Item): void {
  if (!isOpen(item)) return;
  desk.decisions.takeUp(item);
  item.mode = "reject";
  focusOnClause(desk, item);
}

/** The chip that is chosen, or the first: a digit, an arrow and the eye mean the same one. */
function focusOnClause(desk: Desk, item: Item): void {
  const clause = clauseOf(item);
  const chosen = clause === null ? "" : `[value="${clause}"]`;
  desk.host.focusOn(`#focus .chips.clauses input${chosen}`);
}

/** A comment that has only just come into focus was not read yet: a second click was for the one before. */
export function publish(desk: Desk, item: Item): void {
  if (isTooSoon(desk, item)) return;
  // Never from within a rejection: there the two keys lie too near to each other's meaning.
  if (item.mode !== "reject") void desk.decisions.publish(item);
}

export function reject(desk: Desk, item: Item): void {
  if (!isTooSoon(desk, item)) void desk.decisions.reject(item);
}

function isTooSoon({ queue }: Desk, item: Item): boolean {
  return !isOpen(item) || (queue.isFresh && queue.focusId === item.row.comment_id);
}

/** A button's act, once however often it is clicked: the next click is for what has come there. */
export function once(act: () => void) {
  return (event: Event): void => {
    if ((event as MouseEvent).detail <= 1) act();
  };
}

/** To the next comment; at the end, or with nothing in focus, to what else waits. */
export function goOn(desk: Desk, isHeldDown: boolean): void {
  const before = desk.queue.focusId;
  if (before !== null) desk.queue.step(1);
  if (desk.queue.focusId === before && !isHeldDown) void loadOn(desk);
}

async function loadOn({ queue }: Desk): Promise<void> {
  const before = queue.focusId;
  if (before !== null && queue.more === 0) return;
  await queue.loadMore();
  if (before !== null && queue.focusId === before) queue.step(1);
}

/** Back to reading; what was typed stays. */
export function closePanels(desk: Desk, item: Item): void {
  item.mode = "read";
  item.sentence = null;
  desk.host.focusOn("#focus");
}

export function chooseClause(desk: Desk, item: Item, clause: string): void {
  desk.decisions.takeUp(item);
  if (item.mode === "edit") item.draft.editClause = clause;
  else item.draft.rejectClause = clause;
  desk.host.changed();
}

function clauseOf({ mode, draft }: Item): string | null {
  return mode === "edit" ? draft.editClause : draft.rejectClause;
}

/** The number of a clause: in the editor for the edit, else for a rejection. */
export function chooseClauseNumber(desk: Desk, item: Item, number: number): void {
  const clause = desk.session.terms.clauses[number - 1];
  if (clause === undefined || !isOpen(item)) return;
  if (item.mode === "read") item.mode = "reject";
  chooseClause(desk, item, clause.key);
  if (item.mode === "reject" || isInChips()) focusOnClause(desk, item);
  desk.host.say(clause.title);
}

function isInChips(): boolean {
  return document.activeElement?.closest(".chips.clauses") != null;
}

/** Masks what is selected, in the editor's field or in the comment as it is read. */
export function maskSelection(desk: Desk, item: Item): void {
  if (!isOpen(item)) return;
  const selected = item.mode === "edit" ? selectedInField() : selectedInReading();
  if (selected === null) {
    openEditor(desk, item);
    desk.host.say("Select what is to be masked, then mask it.");
    return;
  }
  desk.decisions.takeUp(item);
  const masked = maskPart(item.draft.text, selected.start, selected.end);
  item.draft.text = masked.text;
  item.draft.kind ??= "masked";
  item.draft.editClause ??=
    desk.session.terms.clauses.find(({ key }) => key === PERSONAL_DATA)?.key ?? null;
  item.mode = "edit";
  desk.host.say("Masked.");
  desk.host.focusOn("#edit-text", masked.end); // several in a row are masked without leaving the text
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
