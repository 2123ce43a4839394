/** Ed25519: by the browser where it can, so that the key cannot be exported; else by a library. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { fromHex, join, toHex, utf8 } from "./bytes.ts";

/** A key inside the browser, or its seed in a browser without Ed25519. */
export type SigningKey = CryptoKey | Uint8Array;

// RFC 8410: the bytes before an Ed25519 seed of 32 bytes in PKCS #8.
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420");
const ALGORITHM = { name: "Ed25519" };

/** A member's signing key comes from the personal identity: words and sheet open both. */
export function signingSeed(identity: string): Uint8Array {
  const { bytes } = bech32.decodeToBytes(identity);
  return sha256(join(utf8("yobal signing key"), bytes));
}

export function publicKeyOf(seed: Uint8Array): string {
  return toHex(ed25519.getPublicKey(seed));
}

export async function importSigningKey(seed: Uint8Array): Promise<SigningKey> {
  const pkcs8 = join(PKCS8_PREFIX, seed) as Uint8Array<ArrayBuffer>;
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]);
  } catch (error) {
    if (error instanceof DOMException) return seed; // NotSupportedError, or one of its older names
    throw error;
  } finally {
    pkcs8.fill(0);
  }
}

export async function sign(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  if (key instanceof Uint8Array) return ed25519.sign(message, key);
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, ownBuffer(message)));
}

/** False also for a key or a signature that is none. */
export async function isSigned(
  message: Uint8Array,
  signature: Uint8Array,
  by: string,
): Promise<boolean> {
  try {
    const key = await verificationKey(by);
    return await crypto.subtle.verify(ALGORITHM, key, ownBuffer(signature), ownBuffer(message));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return isSignedSlowly(message, signature, fromHex(by)); // no Ed25519 here, or no key
  }
}

/** Most statements of a roster are signed by the same few leads, and importing a key takes as long as verifying. */
const verificationKeys = new Map<string, Promise<CryptoKey>>();
const KEYS_MAX = 1_000;

function verificationKey(by: string): Promise<CryptoKey> {
  let key = verificationKeys.get(by);
  if (key === undefined) {
    key = crypto.subtle.importKey("raw", ownBuffer(fromHex(by)), ALGORITHM, false, ["verify"]);
    key.catch(() => verificationKeys.delete(by)); // a browser without Ed25519 says so each time
    if (verificationKeys.size >= KEYS_MAX) verificationKeys.clear();
    verificationKeys.set(by, key);
  }
  return key;
}

function isSignedSlowly(message: Uint8Array, signature: Uint8Array, by: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, by, { zip215: false });
  } catch {
    return false; // the wrong length, or no point of the curve
  }
}

/** The types of Web Crypto want to know that the bytes are not shared memory. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
