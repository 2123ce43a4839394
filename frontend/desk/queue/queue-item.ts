/** One comment on the queue's page: its envelope, the moderator's draft, and the state of the decision. */

import type { AlreadyDecided, EditKind, QueueRow, Session } from "../api/types.ts";
import type { Envelope } from "../crypto/envelope.ts";
import { type Feedback, genuineRecipients } from "../crypto/feedback.ts";
import { createFeedback, type EditedWords } from "../decisions/feedback.ts";
import { gettext } from "../i18n.ts";
import { clean, cleanName } from "../text/clean.ts";
import { isEmpty } from "../text/empty.ts";
import { countGraphemes } from "../text/graphemes.ts";
import { type Detect, guessLanguage } from "../text/guess-language.ts";
import { countWithMasks, normalizeMasks } from "../text/mask.ts";

const LANGUAGE_TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** `sending` and `done` have left the queue; `unsent` stays in it, with a message. */
export type ItemState = "pending" | "sending" | "unsent" | "done";
export type Mode = "read" | "edit" | "reject";

export interface Draft {
  text: string;
  name: string;
  lang: string;
  editKind: EditKind | null;
  /** Edit and rejection have separate clauses, so that one is never used for the other. */
  editClause: string | null;
  rejectClause: string | null;
  note: string;
}

/** A verdict with its reason, by any moderator. */
export type Outcome = Pick<AlreadyDecided, "verdict" | "clause" | "edit_kind">;

export interface QueueItem {
  row: QueueRow;
  envelope: Envelope;
  /** What feedback to the author is sealed to: those receipts that the intake gave for this comment. */
  recipients: readonly string[];
  state: ItemState;
  mode: Mode;
  draft: Draft;
  /** Languages that the comment may be in, for the top of the menu. */
  likelyLanguages: string[];
  /** Shown beside the comment: what was decided, or what went wrong; one sentence a line. */
  message: string | null;
  /** What was decided; null while it is undecided. */
  outcome: Outcome | null;
  /** Decided comments in the order of the decisions. */
  decidedNumber: number;
  /** Whether the editor says how to mask: nothing was selected. */
  isMaskHintShown: boolean;
  /** A request that could not be sent, and will be sent again. */
  unsent: DecisionRequest | null;
  /** An earlier request that may have arrived although no response came. */
  possiblySent: DecisionRequest | null;
}

export type DecisionRequest =
  | { verdict: "publish"; text: string; name: string; nonce: string; lang: string }
  | {
      verdict: "publish_edited";
      text: string;
      name: string;
      edit_kind: EditKind;
      clause: string;
      lang: string;
      feedback: Feedback | null;
    }
  | { verdict: "reject"; clause: string; feedback: Feedback | null };

export function createItem(row: QueueRow, envelope: Envelope, detect: Detect): QueueItem {
  const { text, name } = envelope;
  const serverGuess = languageOf(row, envelope);
  const { lang, alternatives } = guessLanguage(text, row.edition, serverGuess, detect);
  return {
    recipients: genuineRecipients(envelope.feedback_key, row.recipients),
    ...{ row, envelope, state: "pending", mode: "read", message: null, isMaskHintShown: false },
    ...{ unsent: null, possiblySent: null, outcome: null, decidedNumber: 0 },
    likelyLanguages: [lang, serverGuess, ...alternatives],
    draft: { text, name, lang, editKind: null, editClause: null, rejectClause: null, note: "" },
  };
}

/** The envelope's language is more precise: the row names only the languages of the site. */
function languageOf(row: QueueRow, envelope: Envelope): string {
  return LANGUAGE_TAG.test(envelope.lang) ? envelope.lang : row.lang;
}

export function isUndecided(item: QueueItem): boolean {
  return item.state === "pending" || item.state === "unsent";
}

/** Whether a request that could not be sent still states the moderator's decision. */
export function canResend(item: QueueItem, request: DecisionRequest): boolean {
  return item.state === "unsent" && item.unsent === request && item.mode === "read";
}

/** Starts a new decision: a request that could not be sent is not sent again. */
export function resetForEditing(item: QueueItem): void {
  item.message = null;
  item.isMaskHintShown = false;
  if (item.state !== "unsent") return;
  Object.assign(item, { state: "pending", unsent: null, possiblySent: item.unsent });
}

/** Whether text or name differ from what the author wrote. */
export function isEdited({ draft, envelope }: QueueItem): boolean {
  return draft.text !== envelope.text || draft.name !== envelope.name;
}

/** Whether closing the page would lose text that was typed. */
export function hasUnsavedText(item: QueueItem): boolean {
  return item.state !== "done" && (isEdited(item) || item.draft.note !== "");
}

/** Whether no moderator has started work on it in this browser. */
export function isUntouched(item: QueueItem): boolean {
  return item.state === "pending" && item.mode === "read" && !hasUnsavedText(item);
}

/** The request to publish the comment with its edits, or every problem that must be corrected first. */
export function publishRequest(
  item: QueueItem,
  limits: Session["limits"],
): DecisionRequest | string[] {
  const { draft, envelope } = item;
  const { lang, editKind: edit_kind, editClause: clause } = draft;
  if (!isEdited(item)) {
    const { text, name, nonce } = envelope;
    return { verdict: "publish", text, name, nonce, lang };
  }
  const problems = [
    isEmpty(draft.text) && gettext("The comment is empty. Reject it instead."),
    ...lengthProblems(draft, limits),
    edit_kind === null && gettext("Choose the kind of edit."),
    clause === null && gettext("Choose the clause of the terms for this edit."),
  ].filter((problem) => problem !== false);
  if (problems.length > 0 || edit_kind === null || clause === null) return problems;
  const text = normalizeMasks(clean(draft.text));
  const name = normalizeMasks(cleanName(draft.name));
  const edited = { text, name, lang };
  const feedback = feedbackFor(item, edited, limits);
  return { verdict: "publish_edited", ...edited, edit_kind, clause, feedback };
}

/** The request to reject the comment, or every problem that must be corrected first. */
export function rejectRequest(
  item: QueueItem,
  limits: Session["limits"],
): DecisionRequest | string[] {
  const { rejectClause: clause, note } = item.draft;
  const problems = [
    clause === null && gettext("Choose the clause of the terms for this rejection."),
    noteProblem(note, limits),
  ].filter((problem) => problem !== false);
  if (problems.length > 0 || clause === null) return problems;
  return { verdict: "reject", clause, feedback: feedbackFor(item, null, limits) };
}

/** Each text that is longer than the server accepts. Text is never cut. */
function lengthProblems(draft: Draft, limits: Session["limits"]): (string | false)[] {
  const text = countWithMasks(draft.text);
  const name = countWithMasks(draft.name);
  return [
    text > limits.text_graphemes_max &&
      gettext("The comment has %(count)s characters; at most %(max)s are allowed.", {
        count: text,
        max: limits.text_graphemes_max,
      }),
    name > limits.name_graphemes_max &&
      gettext("The name has %(count)s characters; at most %(max)s are allowed.", {
        count: name,
        max: limits.name_graphemes_max,
      }),
    noteProblem(draft.note, limits),
  ];
}

function noteProblem(note: string, limits: Session["limits"]): string | false {
  const count = countGraphemes(note);
  const max = limits.note_graphemes_max;
  if (count <= max) return false;
  return gettext("The note has %(count)s characters; at most %(max)s are allowed.", { count, max });
}

/** Null if there is nothing to say, or the author has no receipt to open it with. */
function feedbackFor(
  { recipients, envelope, draft }: QueueItem,
  edited: EditedWords | null,
  limits: Session["limits"],
): Feedback | null {
  const note = isEmpty(draft.note) ? "" : clean(draft.note).trim();
  if (recipients.length === 0 || (note === "" && edited === null)) return null;
  return createFeedback(note, edited && { original: envelope, edited }, limits);
}

/** What a moderator had begun on a comment when the desk was locked. */
export interface SavedDraft {
  comment_id: string;
  mode: Mode;
  draft: Draft;
  /** A decision that was made and may not have arrived. */
  unsent: DecisionRequest | null;
}

/** Null if nothing was begun. */
export function saveDraft(item: QueueItem): SavedDraft | null {
  if (item.state === "done" || isUntouched(item)) return null;
  const { row, mode, draft } = item;
  return { comment_id: row.comment_id, mode, draft, unsent: item.unsent };
}

/** A decision that was not sent is never sent by itself after a lock: its author looks at it again. */
export function applyDraft(item: QueueItem, { mode, draft, unsent }: SavedDraft): void {
  Object.assign(item, { mode, draft, possiblySent: unsent });
  if (unsent === null) return;
  item.message = gettext("Your decision was not sent before the desk was locked. Decide again.");
  if (unsent.verdict === "publish_edited") item.mode = "edit";
  if (unsent.verdict === "reject") item.mode = "reject";
}
