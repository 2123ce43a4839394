/** The shapes of `docs/http-desk.md`, and nothing else. */

export interface Slot {
  at: number;
  label: string;
}

export type Role = "lead" | "moderator" | "translator";
export type InvitedRole = "lead" | "moderator";
export type EditKind = "masked" | "shortened" | "reworded";
export type Verdict = "publish" | "publish_edited" | "reject" | "remove" | "undo";
export type Lane = "likely-fine" | "look" | "danger" | "likely-spam";

export interface Clause {
  key: string;
  title: string;
  sentence: string;
}

/** An epoch's identity, sealed for somebody; `wrap` is base64, null where it is not for us. */
export interface EpochWrap {
  epoch: string;
  recipient: string;
  wrap: string | null;
}

export interface NewWrap {
  epoch: string;
  wrap: string;
}

/** What the head of the desk shows. */
export interface Pulse {
  waiting: number;
  held: number;
  next_slot: Slot;
}

export interface Session extends Pulse {
  site: string;
  site_name: string;
  is_demo: boolean;
  pseudonym: string;
  role: Role;
  identity: string;
  epochs: EpochWrap[];
  unreadable: number;
  needs_second_lead: boolean;
  /** The server does not believe its clock: nothing is released or destroyed. */
  is_clock_doubted: boolean;
  terms: { version: number; clauses: Clause[] };
  edit_kinds: EditKind[];
  limits: { text_letters_max: number; name_letters_max: number; note_letters_max: number };
  languages: string[];
}

export interface Invitation {
  role: Role;
  is_first: boolean;
  wraps: { epoch: string; recipient: string; wrap: string }[];
}

export interface People {
  people: { pseudonym: string; role: Role }[];
  invited: { role: Role; until: Slot }[];
}

export interface Waiting {
  id: string;
  site: string;
  story: string;
  edition: string;
  root: string | null;
  to: string | null;
  story_title: string;
  story_url: string;
  lang: string;
  lane: Lane;
  epoch: string;
  age_slots: number;
  has_receipt: boolean;
  answers: { name: string; text: string; lang: string } | null;
  envelope: string;
}

export interface QueuePage extends Pulse {
  rows: Waiting[];
  next: string | null;
}

export interface Decided {
  decision: string;
  id: string;
  state: string;
  slot: Slot;
  by: string;
}

/** A comment that does not wait any more, and whose decision stands on it. */
export interface Missed {
  id: string;
  by: string;
  verdict: string;
  decision: string | null;
}

export interface RejectedMany {
  decided: Decided[];
  missed: Missed[];
  unsent: string[];
}

export interface UndoneMany {
  undone: { decision: string; id: string; state: string }[];
  missed: { decision: string; error: string; sentence: string }[];
  unsent: string[];
}

export interface Past {
  decision: string;
  id: string;
  story: string;
  story_title: string;
  verdict: Verdict;
  clause: string | null;
  kind: EditKind | null;
  note: string | null;
  by: string;
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
  rows: Past[];
  next: string | null;
}
