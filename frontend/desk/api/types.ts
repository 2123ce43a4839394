/** The JSON of the desk's routes, as documented in `docs/http-desk.md`. */

export interface Slot {
  at: number;
  label: string;
}

export type Role = "lead" | "moderator";
export type EditKind = "masked" | "shortened" | "reworded";
export type Verdict = "publish" | "publish_edited" | "reject" | "remove" | "undo";

export interface Clause {
  key: string;
  title: string;
  sentence: string;
}

/** `wrap`: the epoch's identity encrypted to this moderator, in base64; null where there is none. */
export interface EpochKey {
  epoch_id: string;
  recipient: string;
  wrap: string | null;
}

export interface NewWrap {
  epoch_id: string;
  wrap: string;
}

export interface QueueStatus {
  pending_count: number;
  held_count: number;
  next_slot: Slot;
}

export interface Session extends QueueStatus {
  site_id: string;
  site_name: string;
  is_demo: boolean;
  pseudonym: string;
  role: Role;
  identity: string;
  epochs: EpochKey[];
  unreadable_count: number;
  needs_second_lead: boolean;
  /** While false, the server releases and destroys nothing. */
  is_clock_trusted: boolean;
  terms: { version: number; clauses: Clause[] };
  edit_kinds: EditKind[];
  limits: { text_graphemes_max: number; name_graphemes_max: number; note_graphemes_max: number };
  languages: string[];
}

export interface Invitation {
  role: Role;
  is_first: boolean;
  wraps: { epoch_id: string; recipient: string; wrap: string }[];
}

export interface PeopleList {
  people: { pseudonym: string; role: Role }[];
  invitations: { role: Role; expires: Slot }[];
}

export interface QueueRow {
  comment_id: string;
  site_id: string;
  story_id: string;
  edition: string;
  root_id: string | null;
  parent_id: string | null;
  story_title: string;
  story_url: string;
  lang: string;
  epoch_id: string;
  age_slots: number;
  has_receipt: boolean;
  parent: { name: string; text: string; lang: string } | null;
  envelope: string;
}

export interface QueuePage extends QueueStatus {
  comments: QueueRow[];
  next_cursor: string | null;
}

export interface DecisionResult {
  decision_id: string;
  comment_id: string;
  state: string;
  slot: Slot;
  decided_by: string;
}

/** A comment that is no longer pending, and its current decision. */
export interface AlreadyDecided {
  comment_id: string;
  decided_by: string;
  verdict: string;
  decision_id: string | null;
}

export interface RejectManyResult {
  decided: DecisionResult[];
  already_decided: AlreadyDecided[];
  not_stored: string[];
}

export interface UndoManyResult {
  undone: { decision_id: string; comment_id: string; state: string }[];
  failed: { decision_id: string; error: string; message: string }[];
  not_stored: string[];
}

export interface HistoryEntry {
  decision_id: string;
  comment_id: string;
  story_id: string;
  story_title: string;
  verdict: Verdict;
  clause: string | null;
  edit_kind: EditKind | null;
  note: string | null;
  decided_by: string;
  day: string;
  slot: Slot;
  state: string;
  is_undone: boolean;
  can_undo: boolean;
  can_remove: boolean;
  name: string | null;
  text: string | null;
  lang: string | null;
}

export interface HistoryPage {
  entries: HistoryEntry[];
  next_cursor: string | null;
}
