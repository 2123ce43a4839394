/** Derives secrets and age identities from a passphrase, a link or a sheet: `docs/http-desk.md`. */

import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64Url, join, toHex, utf8 } from "./bytes.ts";
import { identityOf } from "./identity.ts";

const DOMAIN = "yobal 1";
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, dkLen: 64 };
const LINK_SECRET_BYTES = 32;

/** `secret` is sent to the server to sign in; `identity` decrypts the personal key and is never sent. */
export interface PassphraseKeys {
  secret: string;
  identity: string;
}

/** Lower case and single spaces, so that differences in typing do not matter. */
export function normalizePassphrase(typed: string): string {
  return typed.trim().toLowerCase().replace(/\s+/g, " ");
}

/** Takes about half a second, in slices, so that the page stays responsive. */
export async function fromPassphrase(
  siteId: string,
  pseudonym: string,
  passphrase: string,
): Promise<PassphraseKeys> {
  const salt = utf8(DOMAIN + siteId + pseudonym.trim());
  const key = await scryptAsync(utf8(normalizePassphrase(passphrase)), salt, SCRYPT);
  return { secret: toHex(key.subarray(0, 32)), identity: identityOf(key.subarray(32)) };
}

export interface LinkKeys {
  token: string;
  identity: string;
}

/** `secret` is the link's fragment, 43 characters; null for an invalid one. */
export function fromLinkSecret(secret: string): LinkKeys | null {
  const raw = decodeLinkSecret(secret);
  if (raw === null) return null;
  return {
    token: toHex(sha256(join(utf8("yobal invite token"), raw))),
    identity: identityOf(sha256(join(utf8("yobal invite key"), raw))),
  };
}

/** The age identity of a recovery sheet's 20 bytes. */
export function fromSheet(raw: Uint8Array): string {
  return identityOf(sha256(join(utf8("yobal recovery"), raw)));
}

function decodeLinkSecret(secret: string): Uint8Array | null {
  try {
    const raw = fromBase64Url(secret);
    return raw.length === LINK_SECRET_BYTES ? raw : null;
  } catch {
    return null;
  }
}
