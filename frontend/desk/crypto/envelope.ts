/** Decrypts a comment's envelope, and rejects it if it does not belong to its row. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { QueueRow } from "../api/types.ts";
import { fromBase64, fromHex, join, utf8 } from "./bytes.ts";
import { type DecryptionKey, decrypt } from "./identity.ts";

const VERSION = 1;
/** Fields in which envelope and row must agree; otherwise the comment was moved in the database. */
export const BOUND_FIELDS = [
  "comment_id",
  "site_id",
  "story_id",
  "edition",
  "root_id",
  "parent_id",
] as const;
const HEX_32 = /^[0-9a-f]{64}$/;

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
  /** Binds the recipients of the receipts to this comment. 64 hexadecimal digits. */
  feedback_key: string;
}

export type BoundFields = Pick<QueueRow, (typeof BOUND_FIELDS)[number]>;

/** No key for the epoch; bound to other fields than the row's; or damaged. */
export type UnreadableReason = "no_key" | "moved" | "damaged";

export type DecryptedRow = { envelope: Envelope } | { unreadable: UnreadableReason };

export async function decryptRow(
  row: QueueRow,
  keys: ReadonlyMap<string, DecryptionKey>,
): Promise<DecryptedRow> {
  const key = keys.get(row.epoch_id);
  if (key === undefined) return { unreadable: "no_key" };
  const envelope = await tryDecrypt(row.envelope, key);
  if (envelope === null) return { unreadable: "damaged" };
  return matchesRow(envelope, row) ? { envelope } : { unreadable: "moved" };
}

export function matchesRow(envelope: Envelope, row: BoundFields): boolean {
  return BOUND_FIELDS.every((field) => envelope[field] === row[field]);
}

async function tryDecrypt(file: string, key: DecryptionKey): Promise<Envelope | null> {
  try {
    const plain = await decrypt(fromBase64(file), key);
    return parseEnvelope(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  } catch {
    return null; // not an age file, encrypted for another key, truncated or changed
  }
}

/** The envelope from padded JSON; null if a field is missing or has the wrong type. */
export function parseEnvelope(plain: string): Envelope | null {
  const raw = JSON.parse(plain) as Partial<Envelope> | null;
  if (raw === null || typeof raw !== "object") return null;
  return hasContent(raw) && hasBoundFields(raw) ? (raw as Envelope) : null;
}

function hasContent(raw: Partial<Envelope>): boolean {
  const strings = [raw.text, raw.name, raw.lang];
  return (
    raw.v === VERSION &&
    strings.every((value) => typeof value === "string") &&
    [raw.nonce, raw.feedback_key].every((value) => typeof value === "string" && HEX_32.test(value))
  );
}

function hasBoundFields(raw: Partial<Envelope>): boolean {
  const strings = [raw.comment_id, raw.site_id, raw.story_id, raw.edition];
  const nullable = [raw.root_id, raw.parent_id];
  return (
    strings.every((value) => typeof value === "string") &&
    nullable.every((value) => value === null || typeof value === "string")
  );
}

/** SHA-256("yobal 1" ‖ nonce ‖ len(name), 4 bytes big-endian ‖ name ‖ text). */
export function commitment(envelope: Pick<Envelope, "nonce" | "name" | "text">): Uint8Array {
  const name = utf8(envelope.name);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, name.length);
  return sha256(join(utf8("yobal 1"), fromHex(envelope.nonce), length, name, utf8(envelope.text)));
}
