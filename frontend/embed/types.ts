/** The JSON of the public files, as far as it is drawn here. `docs/file-formats.md` describes it. */

type Sentence =
  | "anonymous"
  | "be_first"
  | "closed"
  | "email"
  | "form"
  | "in_reply_to"
  | "link"
  | "masked"
  | "more_replies"
  | "not_loaded"
  | "older"
  | "removed"
  | "reply"
  | "reply_to"
  | "reworded"
  | "share"
  | "shortened"
  | "whole"
  | "withheld"
  | "withdrawn"
  | "write";

export interface Words {
  lang: string;
  dir: string;
  total: string;
  sentences: Record<Sentence, string>;
  days: Record<string, string>;
  languages: Record<string, string>;
  clauses: Record<string, string>;
}

export interface PublicComment {
  id: string;
  name: string;
  text: string;
  lang: string;
  dir: string;
  is_long: boolean;
  day: string;
  edit_kind: "masked" | "shortened" | "reworded" | null;
  edited_clause: string | null;
  parent_name: string | null;
  removal: "withdrawn" | "removed" | "withheld" | null;
  removal_clause: string | null;
  link: string;
  replies: PublicComment[];
  has_more_replies: boolean;
}

export interface CommentsFile {
  comments: PublicComment[];
  words: Words;
}

export interface PageFile extends CommentsFile {
  older: number | null;
}

export interface NewestFile extends PageFile {
  form: "open" | "closed" | "not_open_yet";
  embedded_form: "frame" | "page";
}

export interface RepliesFile extends CommentsFile {
  has_more: boolean;
}
