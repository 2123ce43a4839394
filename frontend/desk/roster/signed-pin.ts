/**
 * What a member's browser has verified of the roster, signed with the key that words and sheet open: a device that has
 * never seen the roster learns it from there. `docs/file-formats.md` has the format.
 */

import { fromBase64, join, toBase64, utf8 } from "../crypto/bytes.ts";
import type { RosterPin } from "../crypto/key-store.ts";
import { isSigned, type SigningKey, sign } from "../crypto/signing.ts";

const PIN_DOMAIN = utf8("yobal pin 1\0");
const SIGNATURE_BYTES = 64;

interface PinContent {
  v: 1;
  site_id: string;
  first: string;
  length: string;
  head: string;
}

/** As the server stores it, in base64. */
export async function signPin(key: SigningKey, siteId: string, pin: RosterPin): Promise<string> {
  const { first, length, head } = pin;
  const content = canonical({ v: 1, site_id: siteId, first, length: String(length), head });
  const signature = await sign(key, join(PIN_DOMAIN, content));
  return toBase64(join(signature, content));
}

/** Null if it is missing, or this person has not signed it. */
export async function openPin(
  stored: string,
  { siteId, publicKey }: { siteId: string; publicKey: string },
): Promise<RosterPin | null> {
  const bytes = fromBase64(stored);
  const content = bytes.subarray(SIGNATURE_BYTES);
  const message = join(PIN_DOMAIN, content);
  if (!(await isSigned(message, bytes.slice(0, SIGNATURE_BYTES), publicKey))) return null;
  const pin = JSON.parse(new TextDecoder().decode(content)) as PinContent;
  if (pin.v !== 1 || pin.site_id !== siteId) return null;
  return { first: pin.first, length: Number(pin.length), head: pin.head };
}

function canonical(content: PinContent): Uint8Array {
  return utf8(JSON.stringify(content, Object.keys(content).sort()));
}
