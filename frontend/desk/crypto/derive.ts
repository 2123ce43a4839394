/** Derives keys from a passphrase, a passkey, a first lead's link or a sheet: `docs/http-desk.md`. */

import { hmac } from "@noble/hashes/hmac.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { join, toHex, utf8 } from "./bytes.ts";
import { identityOf } from "./identity.ts";

const DOMAIN = "yobal 1";
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, dkLen: 64 };

/**
 * `signInSeed` makes the key that signs in; `identity` decrypts the personal key; `deviceIdentity` decrypts what this
 * device has stored of the roster. None is ever sent.
 */
export interface PassphraseKeys {
  signInSeed: Uint8Array;
  identity: string;
  deviceIdentity: string;
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
  const half = key.subarray(32);
  return {
    signInSeed: key.slice(0, 32),
    identity: identityOf(half),
    deviceIdentity: identityOf(sha256(join(utf8("yobal device"), half))),
  };
}

/** The key of the MAC in a roster's first statement is known to the technician's link and the server. */
export interface FounderKeys {
  token: string;
  founderKey: Uint8Array;
}

export function fromFounderSecret(secret: Uint8Array): FounderKeys {
  return {
    token: toHex(sha256(join(utf8("yobal invite token"), secret))),
    founderKey: sha256(join(utf8("yobal founder key"), secret)),
  };
}

/** What a passkey computes its output from: the same for everybody, because it is asked for before anyone is known. */
export const passkeyInput = (siteId: string): Uint8Array => utf8(`yobal passkey 1\0${siteId}`);

/** The age identity of a passkey's output (the extension “PRF” of WebAuthn). */
export function fromPasskey(output: Uint8Array): string {
  return identityOf(sha256(join(utf8("yobal passkey"), output)));
}

/** The age identity of a recovery sheet's 20 bytes. */
export function fromSheet(raw: Uint8Array): string {
  return identityOf(sha256(join(utf8("yobal recovery"), raw)));
}

/** Proves that a file was made by the owner of the sheet, whose recipient is public. */
export function sheetMac(raw: Uint8Array, { identity, first }: IdentityContent): string {
  const key = sha256(join(utf8("yobal sheet mac"), raw));
  return toHex(hmac(sha256, key, utf8(`${identity}\n${first}`)));
}

/** What an identity file says. */
export interface IdentityContent {
  identity: string;
  /** The hash of the roster's first statement. */
  first: string;
}
