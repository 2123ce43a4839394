/** Makes and signs statements of the roster. */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base32nopad } from "@scure/base";
import type { NewStatement, Registration } from "../api/types.ts";
import { fromHex, join, randomBytes, toBase64, toHex, utf8 } from "../crypto/bytes.ts";
import type { PersonalKeys } from "../crypto/keyring.ts";
import { publicKeyOf, type SigningKey, sign } from "../crypto/signing.ts";
import {
  canonical,
  type Epoch,
  type Keys,
  keysHash,
  keysMessage,
  type StatementContent,
  statementHash,
  statementMessage,
} from "./roster.ts";

const FOUNDER_DOMAIN = utf8("yobal founder 1\0");
const SIGN_IN_DOMAIN = utf8("yobal sign in 1\0");

/** Keys with their owner's signature, as the server takes them. */
export interface SignedKeys {
  keys: string;
  keys_signature: string;
}

export async function signKeys(key: SigningKey, keys: Keys): Promise<SignedKeys> {
  const text = canonical(keys);
  return { keys: text, keys_signature: toBase64(await sign(key, keysMessage(text))) };
}

export async function signStatement(
  key: SigningKey,
  content: StatementContent,
  keys: SignedKeys | null = null,
): Promise<NewStatement> {
  const statement = canonical(content);
  const signature = toBase64(await sign(key, statementMessage(statement)));
  return {
    statement,
    signature,
    keys: keys?.keys ?? null,
    keys_signature: keys?.keys_signature ?? null,
  };
}

/** The member who signs. */
export type Signer = Pick<PersonalKeys, "signingKey" | "publicKey">;

/** A member's other keys, such as those of new words. */
export function signNewKeys(
  { signingKey, publicKey }: Signer,
  { siteId, previous, keys }: { siteId: string; previous: string; keys: SignedKeys },
): Promise<NewStatement> {
  const common = { v: 1, site_id: siteId, previous, by: publicKey } as const;
  const keys_hash = keysHash(keys.keys);
  return signStatement(signingKey, { ...common, kind: "keys", keys_hash }, keys);
}

interface PasskeyChange {
  siteId: string;
  previous: string;
  kind: "add_passkey" | "remove_passkey";
  passkeyHash: string;
}

/** A member's own passkey. */
export function signPasskeyChange(
  { signingKey, publicKey }: Signer,
  { siteId, previous, kind, passkeyHash }: PasskeyChange,
): Promise<NewStatement> {
  const common = { v: 1, site_id: siteId, previous, by: publicKey } as const;
  return signStatement(signingKey, { ...common, kind, passkey_hash: passkeyHash });
}

interface NewMember {
  siteId: string;
  previous: string;
  registration: Registration;
  member: string;
}

/** A lead has heard the right words. */
export function signMemberAdded(
  { signingKey, publicKey }: PersonalKeys,
  { siteId, previous, registration, member }: NewMember,
): Promise<NewStatement> {
  const { keys, keys_signature, role } = registration;
  const keys_hash = keysHash(keys);
  return signStatement(
    signingKey,
    { v: 1, site_id: siteId, kind: "add", previous, by: publicKey, member, role, keys_hash },
    { keys, keys_signature },
  );
}

interface Removal {
  siteId: string;
  previous: string;
  member: string;
}

/** By a lead, or by the member who leaves. */
export function signMemberRemoved(
  { signingKey, publicKey }: PersonalKeys,
  { siteId, previous, member }: Removal,
): Promise<NewStatement> {
  const common = { v: 1, site_id: siteId, previous, by: publicKey } as const;
  return signStatement(signingKey, { ...common, kind: "remove", member });
}

export function founderMac(founderKey: Uint8Array, signingKey: string): string {
  return toHex(hmac(sha256, founderKey, join(FOUNDER_DOMAIN, fromHex(signingKey))));
}

/** 128 random bits as 26 characters of base 32 (RFC 4648), in lower case. */
export function newEpochId(): string {
  return base32nopad.encode(randomBytes(16)).toLowerCase();
}

interface FirstStatements {
  siteId: string;
  keys: SignedKeys;
  founderKey: Uint8Array;
  epoch: Epoch;
}

/** The first lead's own statement, and the first epoch. `first` is the hash of the former. */
export async function signFirstStatements(
  seed: Uint8Array,
  { siteId, keys, founderKey, epoch }: FirstStatements,
): Promise<{ statements: NewStatement[]; first: string }> {
  const by = publicKeyOf(seed);
  const common = { v: 1, site_id: siteId, by } as const;
  const mac = { keys_hash: keysHash(keys.keys), founder_mac: founderMac(founderKey, by) };
  const first = await signStatement(
    seed,
    { ...common, kind: "first", previous: null, ...mac },
    keys,
  );
  const previous = statementHash(first.statement);
  const second = await signStatement(seed, { ...common, kind: "epoch", previous, ...epoch });
  return { statements: [first, second], first: previous };
}

interface SignInParts {
  site_id: string;
  pseudonym: string;
  challenge: string;
}

export function signInMessage({ site_id, pseudonym, challenge }: SignInParts): Uint8Array {
  return join(SIGN_IN_DOMAIN, utf8([site_id, pseudonym, challenge].join("\0")));
}
