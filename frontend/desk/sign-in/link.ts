/** What a link says: the technician's makes a first lead, a lead's invites somebody. */

import type { Role } from "../api/types.ts";
import { fromBase64Url, fromHex, toBase64Url, toHex } from "../crypto/bytes.ts";
import { type FounderKeys, fromFounderSecret } from "../crypto/derive.ts";

/** An invitation carries no key: a token, and the fingerprints of what the invited person may believe. */
export interface InvitationLink {
  token: string;
  /** The hash of the roster's first statement. */
  first: string;
  /** The inviting lead's signing key. */
  lead: string;
  role: Role;
}

export type Link = ({ kind: "founder" } & FounderKeys) | ({ kind: "invitation" } & InvitationLink);

const PART_BYTES = 32;
const SEPARATOR = ".";

/** From a link's fragment; null for anything else. */
export function parseLink(fragment: string): Link | null {
  const parts = fragment.split(SEPARATOR);
  const [token, first, lead] = parts.slice(0, 3).map(decodePart);
  if (parts.length === 1 && token != null) return { kind: "founder", ...fromFounderSecret(token) };
  const role = parts[3];
  if (parts.length !== 4 || (role !== "lead" && role !== "moderator")) return null;
  if (token == null || first == null || lead == null) return null;
  return { kind: "invitation", token: toHex(token), first: toHex(first), lead: toHex(lead), role };
}

export function invitationFragment({ token, first, lead, role }: InvitationLink): string {
  const parts = [token, first, lead].map((part) => toBase64Url(fromHex(part)));
  return [...parts, role].join(SEPARATOR);
}

function decodePart(part: string): Uint8Array | null {
  try {
    const raw = fromBase64Url(part);
    return raw.length === PART_BYTES ? raw : null;
  } catch {
    return null;
  }
}
