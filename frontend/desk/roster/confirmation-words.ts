/** Six words that an invited person reads out and a lead types: they differ if anything between them was changed. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { Role } from "../api/types.ts";
import { join, toHex, utf8 } from "../crypto/bytes.ts";

const WORDS = 6; // 77 bits: too many to find other keys with the same words
const DOMAIN = utf8("yobal words 1\0");

/** What both sides must agree on. `keys_hash` covers the pseudonym and all new public keys. */
export interface WordsOver {
  token_hash: string;
  first: string;
  head: string;
  /** The inviting lead's signing key. */
  lead: string;
  role: Role;
  keys_hash: string;
}

/** The server knows a token only by its hash. */
export const tokenHash = (token: Uint8Array): string => toHex(sha256(token));

export function confirmationWords(agreed: WordsOver, list: readonly string[]): string {
  const text = JSON.stringify(agreed, Object.keys(agreed).sort());
  const digest = sha256(join(DOMAIN, utf8(text)));
  let rest = digest.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  const words: string[] = [];
  for (let index = 0; index < WORDS; index += 1) {
    words.push(list[Number(rest % BigInt(list.length))] ?? "");
    rest /= BigInt(list.length);
  }
  return words.join(" ");
}
