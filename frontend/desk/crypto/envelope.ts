/** Opens a sealed comment and refuses it where it does not belong to its row. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { QueueRow } from "../api/types.ts";
import { fromBase64, fromHex, join, utf8 } from "./bytes.ts";
import { type Opener, open } from "./identity.ts";

const VERSION = 1;
/** What envelope and row must agree on, or somebody moved the comment. */
export const BOUND_FIELDS = [
  "comment_id",
  "site_id",
  "story_id",
  "edition",
  "root_id",
  "parent_id",
] as const;
const NONCE = /^[0-9a-f]{64}$/;

export interface Envelope {
  v: number;
  comment_id: string;
  site_id: string;
  story_id: string;
  edition: string;
  root_id: string | null;
  parent_id: string | null;
  text: string;
  name: string;
  lang: string;
  nonce: string;
}

export type Place = Pick<QueueRow, (typeof BOUND_FIELDS)[number]>;

/** Why a comment cannot be shown: no key for its epoch, another place than its row's, or damage. */
export type Unreadable = "no_key" | "moved" | "damaged";

export type Opened = { envelope: Envelope } | { unreadable: Unreadable };

export async function openRow(
  row: QueueRow,
  openers: ReadonlyMap<string, Opener>,
): Promise<Opened> {
  const opener = openers.get(row.epoch_id);
  if (opener === undefined) return { unreadable: "no_key" };
  const envelope = await tryOpen(row.envelope, opener);
  if (envelope === null) return { unreadable: "damaged" };
  return belongsTo(envelope, row) ? { envelope } : { unreadable: "moved" };
}

export function belongsTo(envelope: Envelope, place: Place): boolean {
  return BOUND_FIELDS.every((field) => envelope[field] === place[field]);
}

async function tryOpen(file: string, opener: Opener): Promise<Envelope | null> {
  try {
    const plain = await open(fromBase64(file), opener);
    return readEnvelope(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  } catch {
    return null; // not an age file, not for this key, cut short or changed
  }
}

/** The envelope in padded JSON; null where a field is missing or of another kind. */
export function readEnvelope(plain: string): Envelope | null {
  const raw = JSON.parse(plain) as Partial<Envelope> | null;
  if (raw === null || typeof raw !== "object") return null;
  return hasWords(raw) && hasPlace(raw) ? (raw as Envelope) : null;
}

function hasWords(raw: Partial<Envelope>): boolean {
  const strings = [raw.text, raw.name, raw.lang, raw.nonce];
  return (
    raw.v === VERSION &&
    strings.every((one) => typeof one === "string") &&
    NONCE.test(raw.nonce ?? "")
  );
}

function hasPlace(raw: Partial<Envelope>): boolean {
  const strings = [raw.comment_id, raw.site_id, raw.story_id, raw.edition];
  const perhaps = [raw.root_id, raw.parent_id];
  return (
    strings.every((one) => typeof one === "string") &&
    perhaps.every((one) => one === null || typeof one === "string")
  );
}

/** SHA-256("yobal 1" ‖ nonce ‖ len(name), 4 bytes big-endian ‖ name ‖ text). */
export function commitment(sealed: Pick<Envelope, "nonce" | "name" | "text">): Uint8Array {
  const name = utf8(sealed.name);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, name.length);
  return sha256(join(utf8("yobal 1"), fromHex(sealed.nonce), length, name, utf8(sealed.text)));
}
