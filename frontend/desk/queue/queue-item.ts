/** One comment on the queue's page: what was opened, what the moderator makes of it, how far that is. */

import type { EditKind, QueueRow, Session } from "../api/types.ts";
import type { Envelope } from "../crypto/envelope.ts";
import { countLetters } from "../text/graphemes.ts";

const LANGUAGE_TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** `sending` and `done` are out of the queue; `unsent` stays in it, with a sentence. */
export type ItemState = "waiting" | "sending" | "unsent" | "done";
export type Mode = "read" | "edit" | "reject";

export interface Draft {
  text: string;
  name: string;
  lang: string;
  kind: EditKind | null;
  /** The clause of the edit; a rejection has its own, so that one never stands for the other. */
  editClause: string | null;
  rejectClause: string | null;
  note: string;
}

export interface Item {
  row: QueueRow;
  envelope: Envelope;
  state: ItemState;
  mode: Mode;
  draft: Draft;
  /** What stands beside it: what was decided, or what went wrong. */
  sentence: string | null;
  /** What could not be sent, to be tried again. */
  unsent: Act | null;
  /** What may have arrived all the same, before something else was decided. */
  perhapsSent: Act | null;
}

export type Act =
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

export function newItem(row: QueueRow, envelope: Envelope): Item {
  const { text, name } = envelope;
  const lang = languageOf(row, envelope);
  return {
    ...{ row, envelope, state: "waiting", mode: "read", sentence: null },
    ...{ unsent: null, perhapsSent: null },
    draft: { text, name, lang, kind: null, editClause: null, rejectClause: null, note: "" },
  };
}

/** The sealed guess is the finer one: the row names only the site's own languages. */
function languageOf(row: QueueRow, envelope: Envelope): string {
  return LANGUAGE_TAG.test(envelope.lang) ? envelope.lang : row.lang;
}

/** Whether somebody still has to decide about it. */
export function isOpen(item: Item): boolean {
  return item.state === "waiting" || item.state === "unsent";
}

/** Whether what could not be sent may be sent as it was: nothing was touched since. */
export function isUnsent(item: Item, act: Act): boolean {
  return item.state === "unsent" && item.unsent === act && item.mode === "read";
}

/** What could not be sent is not what is meant any more: from here on it is decided anew. */
export function takeUp(item: Item): void {
  item.sentence = null;
  if (item.state !== "unsent") return;
  Object.assign(item, { state: "waiting", unsent: null, perhapsSent: item.unsent });
}

/** Whether publishing it would show other words or another name than the author's. */
export function isEdited({ draft, envelope }: Item): boolean {
  return draft.text !== envelope.text || draft.name !== envelope.name;
}

/** Whether closing the page would lose something that was typed. */
export function hasTyped(item: Item): boolean {
  return item.state !== "done" && (isEdited(item) || item.draft.note !== "");
}

/** Whether nobody has begun anything with it. */
export function isUntouched(item: Item): boolean {
  return item.state === "waiting" && item.mode === "read" && !hasTyped(item);
}

/** The act of publishing it as it stands; a sentence where something is missing. */
export function publication(item: Item): Act | string {
  const { draft, envelope } = item;
  if (!isEdited(item)) {
    const { text, name, nonce } = envelope;
    return { verdict: "publish", text, name, nonce, lang: draft.lang };
  }
  if (draft.text.trim() === "") return "Nothing of the comment is left. Reject it instead.";
  if (draft.kind === null) return "Say what kind of edit this is.";
  const { text, name, kind: edit_kind, editClause: clause, lang } = draft;
  if (clause === null) return "Choose the clause of the terms that the edit is for.";
  return { verdict: "publish_edited", text, name, edit_kind, clause, lang, note: noteOf(item) };
}

export function rejection(item: Item): Act | string {
  const { rejectClause: clause } = item.draft;
  if (clause === null) return "Choose the clause of the terms that it is rejected for.";
  return { verdict: "reject", clause, note: noteOf(item) };
}

/** What the server would refuse is said before anything is sent; nothing is ever cut. */
export function tooLong({ draft }: Item, limits: Session["limits"]): string | null {
  const fields: [string, string, number][] = [
    ["comment", draft.text, limits.text_graphemes_max],
    ["name", draft.name, limits.name_graphemes_max],
    ["note", draft.note, limits.note_graphemes_max],
  ];
  for (const [field, text, max] of fields) {
    const letters = countLetters(text);
    if (letters > max) return `The ${field} has ${letters} letters; ${max} are the most.`;
  }
  return null;
}

function noteOf({ row, draft }: Item): string | null {
  return row.has_receipt && draft.note.trim() !== "" ? draft.note.trim() : null;
}
