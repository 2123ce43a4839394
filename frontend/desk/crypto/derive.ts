/** From what a person holds (passphrase, link, sheet) to secrets and age identities: `docs/http-desk.md`. */

import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64Url, join, toHex, utf8 } from "./bytes.ts";
import { identityOf } from "./identity.ts";

const DOMAIN = "yobal 1";
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, dkLen: 64 };
const LINK_SECRET_BYTES = 32;

/** What signs in (hex, sent to the server) and what opens the personal identity (never sent). */
export interface PassphraseKeys {
  secret: string;
  identity: string;
}

/** Lower case, single spaces: however the words were typed or pasted. */
export function plainPassphrase(typed: string): string {
  return typed.trim().toLowerCase().replace(/\s+/g, " ");
}

/** Takes about half a second, in slices: the page stays alive. */
export async function fromPassphrase(
  site: string,
  pseudonym: string,
  passphrase: string,
): Promise<PassphraseKeys> {
  const salt = utf8(DOMAIN + site + pseudonym.trim());
  const key = await scryptAsync(utf8(plainPassphrase(passphrase)), salt, SCRYPT);
  return { secret: toHex(key.subarray(0, 32)), identity: identityOf(key.subarray(32)) };
}

export interface LinkKeys {
  token: string;
  identity: string;
}

/** `secret` is the link's fragment, 43 letters; null where it cannot be one. */
export function fromLinkSecret(secret: string): LinkKeys | null {
  const raw = linkBytes(secret);
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

function linkBytes(secret: string): Uint8Array | null {
  try {
    const raw = fromBase64Url(secret);
    return raw.length === LINK_SECRET_BYTES ? raw : null;
  } catch {
    return null;
  }
}
