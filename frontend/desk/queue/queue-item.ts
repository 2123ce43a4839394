/** One comment on the queue's page: its envelope, the moderator's draft, and the state of the decision. */

import type { EditKind, QueueRow, Session } from "../api/types.ts";
import type { Envelope } from "../crypto/envelope.ts";
import { gettext } from "../i18n.ts";
import { isEmpty } from "../text/empty.ts";
import { countGraphemes } from "../text/graphemes.ts";

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

export interface QueueItem {
  row: QueueRow;
  envelope: Envelope;
  state: ItemState;
  mode: Mode;
  draft: Draft;
  /** Shown beside the comment: what was decided, or what went wrong. */
  message: string | null;
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
      note: string | null;
    }
  | { verdict: "reject"; clause: string; note: string | null };

export function createItem(row: QueueRow, envelope: Envelope): QueueItem {
  const { text, name } = envelope;
  const lang = languageOf(row, envelope);
  return {
    ...{ row, envelope, state: "pending", mode: "read", message: null },
    ...{ unsent: null, possiblySent: null },
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

/** The request to publish the comment with its edits, or a message about what is missing. */
export function publishRequest(item: QueueItem): DecisionRequest | string {
  const { draft, envelope } = item;
  if (!isEdited(item)) {
    const { text, name, nonce } = envelope;
    return { verdict: "publish", text, name, nonce, lang: draft.lang };
  }
  if (isEmpty(draft.text)) return gettext("The comment is empty. Reject it instead.");
  if (draft.editKind === null) return gettext("Choose the kind of edit.");
  const { text, name, editKind: edit_kind, editClause: clause, lang } = draft;
  if (clause === null) return gettext("Choose the clause of the terms for this edit.");
  return { verdict: "publish_edited", text, name, edit_kind, clause, lang, note: noteOf(item) };
}

export function rejectRequest(item: QueueItem): DecisionRequest | string {
  const { rejectClause: clause } = item.draft;
  if (clause === null) return gettext("Choose the clause of the terms for this rejection.");
  return { verdict: "reject", clause, note: noteOf(item) };
}

/** A message if a text is longer than the server accepts. Text is never cut. */
export function lengthError({ draft }: QueueItem, limits: Session["limits"]): string | null {
  const text = countGraphemes(draft.text);
  const name = countGraphemes(draft.name);
  const note = countGraphemes(draft.note);
  if (text > limits.text_graphemes_max) {
    return gettext("The comment has %(count)s characters; at most %(max)s are allowed.", {
      count: text,
      max: limits.text_graphemes_max,
    });
  }
  if (name > limits.name_graphemes_max) {
    return gettext("The name has %(count)s characters; at most %(max)s are allowed.", {
      count: name,
      max: limits.name_graphemes_max,
    });
  }
  if (note > limits.note_graphemes_max) {
    return gettext("The note has %(count)s characters; at most %(max)s are allowed.", {
      count: note,
      max: limits.note_graphemes_max,
    });
  }
  return null;
}

function noteOf({ row, draft }: QueueItem): string | null {
  return row.has_receipt && !isEmpty(draft.note) ? draft.note.trim() : null;
}
