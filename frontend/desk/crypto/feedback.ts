/** Seals what a moderator writes: to the receipts of the author, and the note to the epoch for colleagues. */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { Encrypter } from "age-encryption";
import type { Feedback as SealedFeedback } from "../api/types.ts";
import type { DiffPart } from "../text/diff.ts";
import { fromBase64, fromHex, join, randomBytes, toBase64, toHex, utf8 } from "./bytes.ts";
import { type DecryptionKey, decrypt } from "./identity.ts";

const HASH_DOMAIN = utf8("yobal feedback 1\0");
const RECIPIENT_DOMAIN = utf8("yobal receipt recipient 1\0");
const SPACE = 32;
/** All feedback has these sizes: `core/feedback.py`. */
export const FEEDBACK_BYTES = 40 * 1024;
export const NOTE_BYTES = 4 * 1024;
/** How many receipts a comment can have. */
const RECIPIENTS = 5;

/** `docs/file-formats.md` has the format. */
export interface Feedback {
  v: 1;
  note: string;
  changes: DiffPart[];
  former_name: string | null;
  name: string | null;
  lang: string | null;
  is_abridged: boolean;
}

/** A recipient, and the MAC that binds it to its comment. */
export interface BoundRecipient {
  recipient: string;
  recipient_mac: string;
}

/** The recipients that the intake made for this comment: the key is in its envelope only. */
export function genuineRecipients(key: string, bound: readonly BoundRecipient[]): string[] {
  const genuine = bound.filter(({ recipient, recipient_mac }) => {
    const mac = hmac(sha256, fromHex(key), join(RECIPIENT_DOMAIN, utf8(recipient)));
    return toBase64(mac) === recipient_mac;
  });
  return genuine.map(({ recipient }) => recipient);
}

/** Throws if it is longer than the limits allow. */
export async function sealFeedback(
  feedback: Feedback,
  recipients: readonly string[],
  epochRecipient: string,
): Promise<SealedFeedback> {
  const { note } = feedback;
  const missing = Array.from({ length: RECIPIENTS - recipients.length }, madeUpRecipient);
  const [sealed, sealed_note] = await Promise.all([
    encrypt(feedback, FEEDBACK_BYTES, [...recipients, ...missing]),
    encrypt({ v: 1, note }, NOTE_BYTES, [epochRecipient]),
  ]);
  return { sealed: toBase64(sealed), sealed_note: toBase64(sealed_note) };
}

/** What the decision's signature names. */
export function feedbackHash({ sealed, sealed_note }: SealedFeedback): string {
  const hashes = [sealed, sealed_note].map((file) => sha256(fromBase64(file)));
  return toHex(sha256(join(HASH_DOMAIN, ...hashes)));
}

/** The note that a colleague wrote; null without the epoch's key, or if it is damaged. */
export async function openNote(
  sealed_note: string,
  key: DecryptionKey | undefined,
): Promise<string | null> {
  if (key === undefined) return null;
  try {
    const plain = await decrypt(fromBase64(sealed_note), key);
    const raw = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
    return typeof raw?.note === "string" ? raw.note : null;
  } catch {
    return null; // sealed to another key, truncated or changed
  }
}

/** Any 32 bytes are a public key of X25519; its private key is unknown. */
function madeUpRecipient(): string {
  return bech32.encodeFromBytes("age", randomBytes(32));
}

async function encrypt(
  content: unknown,
  size: number,
  recipients: readonly string[],
): Promise<Uint8Array> {
  const json = utf8(JSON.stringify(content));
  if (json.length > size) throw new RangeError(`${json.length} bytes`);
  const padded = new Uint8Array(size).fill(SPACE);
  padded.set(json);
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(padded);
}
