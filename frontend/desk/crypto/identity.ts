/** Age identities: as text to be wrapped, as keys that the browser will not hand out again. */

import { bech32 } from "@scure/base";
import { Decrypter, Encrypter } from "age-encryption";
import { fromBase64, join, toBase64 } from "./bytes.ts";

export {
  generateX25519Identity as newIdentity,
  identityToRecipient as recipientOf,
} from "age-encryption";

/** What opens an age file: a key inside the browser, or text where the browser knows no X25519. */
export type Opener = CryptoKey | string;

const PREFIX = "AGE-SECRET-KEY-";
// RFC 8410: what stands before the 32 bytes of an X25519 key in PKCS #8.
const PKCS8_HEAD = Uint8Array.of(
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

/** `AGE-SECRET-KEY-1…` of an X25519 private key of 32 bytes. */
export function identityOf(scalar: Uint8Array): string {
  return bech32.encodeFromBytes(PREFIX, scalar).toUpperCase();
}

/** Non-extractable where the browser knows X25519 (Chrome 133, Firefox 130), else the text itself. */
export async function openerOf(identity: string): Promise<Opener> {
  const { prefix, bytes } = bech32.decodeToBytes(identity);
  if (prefix.toUpperCase() !== PREFIX) throw new Error("not an age identity");
  const pkcs8 = join(PKCS8_HEAD, bytes) as Uint8Array<ArrayBuffer>;
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, { name: "X25519" }, false, ["deriveBits"]);
  } catch (error) {
    if (error instanceof DOMException) return identity; // NotSupportedError, or its older names
    throw error;
  } finally {
    pkcs8.fill(0);
  }
}

/** An age file of the identity's text, in base64, for one recipient. */
export async function wrap(identity: string, recipient: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return toBase64(await encrypter.encrypt(identity));
}

/** The identity in a wrap; throws where the opener does not fit. */
export async function unwrap(wrapped: string, opener: Opener): Promise<string> {
  const text = new TextDecoder().decode(await open(fromBase64(wrapped), opener));
  return text.trim();
}

export function open(file: Uint8Array, opener: Opener): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(opener);
  return decrypter.decrypt(file);
}
