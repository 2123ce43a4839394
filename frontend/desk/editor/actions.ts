/** What shortcuts and buttons do to the comment in focus. */

import type { EditKind } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { editKindLabel } from "../decisions/messages.ts";
import { gettext } from "../i18n.ts";
import { isUndecided, type QueueItem } from "../queue/queue-item.ts";
import { maskPart, type TextRange } from "../text/mask.ts";
import { nextPresetNote, presetNotesFor, withPresetNote } from "./preset-notes.ts";

const PERSONAL_DATA = "personal-data";

export function openEditor(desk: SessionState, item: QueueItem): void {
  if (!isUndecided(item)) return;
  desk.decisions.resetForEditing(item);
  item.mode = "edit";
  desk.dom.focusOn("#edit-text");
}

export function openRejection(desk: SessionState, item: QueueItem): void {
  if (!isUndecided(item)) return;
  desk.decisions.resetForEditing(item);
  item.mode = "reject";
  focusOnClause(desk, item);
}

/** The chosen clause or the first one, so that keyboard focus and selection agree. */
function focusOnClause(desk: SessionState, item: QueueItem): void {
  const clause = chosenClause(item);
  const chosen = clause === null ? "" : `[value="${clause}"]`;
  desk.dom.focusOn(`#focus .chips.clauses input${chosen}`);
}

/** Not in a rejection, where the key to publish is too easily hit by mistake. */
export function publish(desk: SessionState, item: QueueItem): void {
  if (isTooEarly(desk, item)) return;
  if (item.mode === "reject") {
    showMessage(
      desk,
      item,
      gettext("Not published: a rejection is open. Close it with Esc first."),
    );
  } else void desk.decisions.publish(item);
}

export function reject(desk: SessionState, item: QueueItem): void {
  if (!isTooEarly(desk, item)) void desk.decisions.reject(item);
}

/** Whether the focus has just moved to this comment by itself: the click was meant for the previous one. */
function isTooEarly(desk: SessionState, item: QueueItem): boolean {
  if (!isUndecided(item)) return true;
  const { queue } = desk;
  const isGuarded = queue.isGuarded && queue.focusId === item.row.comment_id;
  if (isGuarded) {
    showMessage(
      desk,
      item,
      gettext("Ignored: this comment had only just appeared. Read it, then press again."),
    );
  }
  return isGuarded;
}

/** Beside the buttons of the comment. */
function showMessage({ dom }: SessionState, item: QueueItem, message: string): void {
  item.message = message;
  dom.announce(message);
}

/** To the next comment, or at the end of the page to the rest of the queue. */
export function goToNext(desk: SessionState, isKeyHeldDown: boolean): void {
  const previousId = desk.queue.focusId;
  if (previousId !== null) desk.queue.step(1);
  if (desk.queue.focusId === previousId && !isKeyHeldDown) void loadNext(desk);
}

async function loadNext({ queue }: SessionState): Promise<void> {
  const previousId = queue.focusId;
  if (previousId !== null && queue.remainingCount === 0) return;
  await queue.loadMore();
  if (previousId !== null && queue.focusId === previousId) queue.step(1);
}

/** Back to reading. The draft stays. */
export function closePanels(desk: SessionState, item: QueueItem): void {
  item.mode = "read";
  item.message = null;
  desk.dom.focusOn("#focus");
}

export function restoreOriginal(desk: SessionState, item: QueueItem): void {
  const { text, name } = item.envelope;
  Object.assign(item.draft, { text, name, editKind: null });
  desk.dom.focusOn("#edit-text");
}

export function chooseClause(desk: SessionState, item: QueueItem, clause: string): void {
  desk.decisions.resetForEditing(item);
  if (item.mode === "edit") item.draft.editClause = clause;
  else item.draft.rejectClause = clause;
  desk.dom.requestRender();
}

function chosenClause({ mode, draft }: QueueItem): string | null {
  return mode === "edit" ? draft.editClause : draft.rejectClause;
}

/** Chooses a clause by its number: in the editor for the edit, otherwise for a rejection. */
export function chooseClauseNumber(desk: SessionState, item: QueueItem, number: number): void {
  const clause = desk.session.terms.clauses[number - 1];
  if (clause === undefined || !isUndecided(item)) return;
  if (item.mode === "read") item.mode = "reject";
  chooseClause(desk, item, clause.key);
  if (item.mode === "reject" || doesFocusFollow()) focusOnClause(desk, item);
  desk.dom.announce(clause.title);
}

/** The next prepared sentence into the note; says why if there is none. Does nothing while a comment is read. */
export function insertNextPresetNote(desk: SessionState, item: QueueItem): boolean {
  if (!isUndecided(item) || item.mode === "read") return false;
  const sentences = presetNotesFor(desk.session.preset_notes, item);
  const next = nextPresetNote(item.draft.note, sentences);
  if (item.recipients.length === 0) {
    showMessage(desk, item, gettext("The author has no receipt, so no one could read a note."));
  } else if (next !== undefined) {
    insertPresetNote(desk, item, next);
  } else {
    showMessage(desk, item, whyNoPresetNote(item));
  }
  return true;
}

function whyNoPresetNote(item: QueueItem): string {
  return chosenClause(item) === null
    ? gettext("Choose a clause first: each has sentences of its own.")
    : gettext("There are no prepared sentences for this clause in the language of the comment.");
}

/** At the end of the note. The focus stays where it is, so that the next key can send the decision. */
export function insertPresetNote(desk: SessionState, item: QueueItem, sentence: string): void {
  desk.decisions.resetForEditing(item);
  const sentences = presetNotesFor(desk.session.preset_notes, item);
  item.draft.note = withPresetNote(item.draft.note, sentence, sentences);
  desk.dom.requestRender();
  desk.dom.announce(sentence);
}

/** From another clause, and from the message about the missing clause, which disappears. */
function doesFocusFollow(): boolean {
  return document.activeElement?.closest(".chips.clauses, .item-message") != null;
}

/** Masks the selected text, in the editor or in the comment as it is read. */
export function maskSelection(desk: SessionState, item: QueueItem): void {
  if (!isUndecided(item)) return;
  const selection = item.mode === "edit" ? selectionInEditor() : selectionInComment();
  const masked = selection && maskPart(item.draft.text, selection, item.draft.lang);
  if (masked === null) {
    openEditor(desk, item);
    item.isMaskHintShown = true;
    desk.dom.announce(maskHint());
    return;
  }
  desk.decisions.resetForEditing(item);
  item.draft.text = masked.text;
  item.draft.editKind ??= "masked";
  item.draft.editClause ??=
    desk.session.terms.clauses.find(({ key }) => key === PERSONAL_DATA)?.key ?? null;
  item.mode = "edit";
  desk.dom.announce(gettext("Masked."));
  desk.dom.focusOn("#edit-text", masked.end); // the caret stays in the text for the next mask
}

export function maskHint(): string {
  return gettext(
    "Nothing is selected. Select any part of what you want to mask, then mask it: the whole number, address or word is covered.",
  );
}

/** In the editor, or while reading, which opens it. */
export function chooseEditKind(desk: SessionState, item: QueueItem, editKind: EditKind): boolean {
  if (!isUndecided(item) || item.mode === "reject") return false;
  desk.decisions.resetForEditing(item);
  item.mode = "edit";
  item.draft.editKind = editKind;
  // Not into the text: the next key is the number of the clause.
  desk.dom.focusOn(`#focus input[name="edit-kind"][value="${editKind}"]`);
  desk.dom.announce(editKindLabel(editKind));
  return true;
}

function selectionInEditor(): TextRange | null {
  const field = document.querySelector<HTMLTextAreaElement>("#edit-text");
  if (field === null || field.selectionStart === field.selectionEnd) return null;
  return { start: field.selectionStart, end: field.selectionEnd };
}

/** Offsets into the unedited comment; null if nothing in it is selected. */
function selectionInComment(): TextRange | null {
  const comment = document.querySelector("#reading-words");
  const selection = document.getSelection();
  if (comment === null || selection === null || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!comment.contains(range.startContainer) || !comment.contains(range.endContainer)) return null;
  const before = document.createRange();
  before.selectNodeContents(comment);
  before.setEnd(range.startContainer, range.startOffset);
  const start = before.toString().length;
  return { start, end: start + range.toString().length };
}
