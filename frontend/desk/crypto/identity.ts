/** Age identities: as text that can be wrapped, and as keys that the browser does not export. */

import { bech32 } from "@scure/base";
import { Decrypter, Encrypter } from "age-encryption";
import { fromBase64, join, toBase64 } from "./bytes.ts";

export {
  generateX25519Identity as generateIdentity,
  identityToRecipient as recipientOf,
} from "age-encryption";

/** A key inside the browser, or the identity's text in a browser without X25519. */
export type DecryptionKey = CryptoKey | string;

const PREFIX = "AGE-SECRET-KEY-";
const ROSTER_COMMENT = "# yobal roster ";
const MAC_COMMENT = "# yobal sheet ";
// RFC 8410: the bytes before an X25519 key of 32 bytes in PKCS #8.
const PKCS8_PREFIX = Uint8Array.of(
  0x30,
  0x2e,
  0x02,
  0x01,
  0x00,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x6e,
  0x04,
  0x22,
  0x04,
  0x20,
);

/** The `AGE-SECRET-KEY-1…` of an X25519 private key of 32 bytes. */
export function identityOf(scalar: Uint8Array): string {
  return bech32.encodeFromBytes(PREFIX, scalar).toUpperCase();
}

/** Not extractable if the browser supports X25519 (Chrome 133, Firefox 130), else the text itself. */
export async function importDecryptionKey(identity: string): Promise<DecryptionKey> {
  const { prefix, bytes } = bech32.decodeToBytes(identity);
  if (prefix.toUpperCase() !== PREFIX) throw new Error("not an age identity");
  const pkcs8 = join(PKCS8_PREFIX, bytes) as Uint8Array<ArrayBuffer>;
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, { name: "X25519" }, false, ["deriveBits"]);
  } catch (error) {
    if (error instanceof DOMException) return identity; // NotSupportedError, or one of its older names
    throw error;
  } finally {
    pkcs8.fill(0);
  }
}

/**
 * A moderator's identity with the hash of the roster's first statement, as an age identity file with a comment: so a new
 * device learns which roster is ours. The words' recipient is secret, so only those who know the words can write one to
 * it. The sheet's recipient is public, so a file for the sheet has a MAC by the sheet.
 */
export function identityFile(identity: string, first: string, mac: string | null = null): string {
  const macLine = mac === null ? "" : `${MAC_COMMENT}${mac}\n`;
  return `${ROSTER_COMMENT}${first}\n${macLine}${identity}\n`;
}

interface IdentityFile {
  identity: string;
  first: string | null;
  mac: string | null;
}

/** `first` and `mac` are null in a file without them. */
export function parseIdentityFile(file: string): IdentityFile {
  const lines = file.split("\n").map((line) => line.trim());
  const comment = (prefix: string) =>
    lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? null;
  return {
    identity: lines.find((line) => line.startsWith(PREFIX)) ?? "",
    first: comment(ROSTER_COMMENT),
    mac: comment(MAC_COMMENT),
  };
}

/** The identity's text encrypted to one recipient, as an age file in base64. */
export async function wrap(identity: string, recipient: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return toBase64(await encrypter.encrypt(identity));
}

export async function sealTo(
  content: Uint8Array,
  recipients: readonly string[],
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(content);
}

/** Throws if the key does not match. */
export async function unwrap(wrapped: string, key: DecryptionKey): Promise<string> {
  const text = new TextDecoder().decode(await decrypt(fromBase64(wrapped), key));
  return text.trim();
}

export function decrypt(file: Uint8Array, key: DecryptionKey): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  return decrypter.decrypt(file);
}
