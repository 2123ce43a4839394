/**
 * Encrypts what this browser stores, under a key that only the server holds: in memory, for one session.
 * Neither the browser's files alone nor the server alone opens anything.
 */

import { fromHex, randomBytes, toHex, utf8 } from "./bytes.ts";

const KEY_BYTES = 32;
const IV_BYTES = 12;
const PIN_SALT_BYTES = 32;
const AES = "AES-GCM";

/** `sealed` is the personal identity. `pinSalt` opens nothing: it keeps the PIN from the server. */
export interface StoredKeys {
  iv: Uint8Array;
  sealed: Uint8Array;
  pinSalt: Uint8Array;
}

export function newDeviceKey(): string {
  return toHex(randomBytes(KEY_BYTES));
}

/** `owner` is authenticated, not stored: whose keys these are says the session. */
export async function sealIdentity(
  identity: string,
  deviceKey: string,
  owner: string,
): Promise<StoredKeys> {
  const iv = randomBytes(IV_BYTES);
  const key = await importKey(deviceKey, "encrypt");
  const sealed = await crypto.subtle.encrypt(parameters(iv, owner), key, own(utf8(identity)));
  return { iv, sealed: new Uint8Array(sealed), pinSalt: randomBytes(PIN_SALT_BYTES) };
}

/** Null if it was sealed under another key, or is another person's. */
export async function openIdentity(
  { iv, sealed }: StoredKeys,
  deviceKey: string,
  owner: string,
): Promise<string | null> {
  try {
    const key = await importKey(deviceKey, "decrypt");
    const opened = await crypto.subtle.decrypt(parameters(iv, owner), key, own(sealed));
    return new TextDecoder().decode(opened);
  } catch (error) {
    if (error instanceof DOMException) return null; // OperationError
    throw error;
  }
}

/** What the server compares. Without the salt, which never leaves this browser, it says nothing about the PIN. */
export async function hashPin({ pinSalt }: StoredKeys, pin: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", own(pinSalt), hmac, false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, own(utf8(pin)))));
}

function importKey(deviceKey: string, usage: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", own(fromHex(deviceKey)), AES, false, [usage]);
}

function parameters(iv: Uint8Array, owner: string): AesGcmParams {
  return { name: AES, iv: own(iv), additionalData: own(utf8(owner)) };
}

/** The types of Web Crypto want to know that the bytes are not shared memory. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
