/** Verifies the roster: the signed list of members, their passkeys, and epochs. `docs/file-formats.md` has the format. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { Role, Statement } from "../api/types.ts";
import { fromBase64, join, toHex, utf8 } from "../crypto/bytes.ts";
import { isSigned } from "../crypto/signing.ts";

const STATEMENT_DOMAIN = utf8("yobal statement 1\0");
const KEYS_DOMAIN = utf8("yobal keys 1\0");
const PASSKEY_DOMAIN = utf8("yobal passkey 1\0");
const FINGERPRINT_DIGITS = 32; // as in core/roster.py

/** A member's public keys. */
export interface Keys {
  v: 1;
  site_id: string;
  pseudonym: string;
  signing_key: string;
  sign_in_key: string;
  recipient: string;
  recovery_recipient: string;
}

/** What a member says of a passkey; only its hash is in the roster. */
export interface Passkey {
  v: 1;
  site_id: string;
  member: string;
  credential_id: string;
  public_key: string;
  name: string;
  is_synced: "yes" | "no";
}

interface Common {
  v: 1;
  site_id: string;
  previous: string | null;
  by: string;
}

export type StatementContent = Common &
  (
    | { kind: "first"; keys_hash: string; founder_mac: string }
    | { kind: "add"; member: string; role: Role; keys_hash: string }
    | { kind: "remove"; member: string }
    | { kind: "keys"; keys_hash: string }
    | { kind: "epoch"; epoch_id: string; recipient: string }
    | { kind: "add_passkey" | "remove_passkey"; passkey_hash: string }
    | { kind: "resumed"; lost_head: string | null; lost_length: string | null }
  );

/** `keys` is null where they were withheld. `passkeys` are hashes, in the order of statements. */
export interface Member {
  signingKey: string;
  role: Role;
  keys: Keys | null;
  passkeys: readonly string[];
}

export interface Epoch {
  epoch_id: string;
  recipient: string;
}

/** A lead has signed that the roster goes on although statements were lost in a restore. */
export interface Resumption {
  /** Its place among the statements. */
  position: number;
  by: string;
  /** The pseudonym that this lead had then. */
  pseudonym: string;
  lostHead: string | null;
  lostLength: number | null;
  /** How many epochs there were. */
  epochCount: number;
}

export interface Roster {
  siteId: string;
  /** One for each statement. */
  hashes: readonly string[];
  /** By signing key. */
  members: ReadonlyMap<string, Member>;
  removed: ReadonlySet<string>;
  epochs: readonly Epoch[];
  resumptions: readonly Resumption[];
  /** A member was removed, or statements lost, since the newest epoch began. */
  needsEpoch: boolean;
}

/** A statement breaks a rule. The vectors have the names of all rules. */
export class RosterInvalid extends Error {
  constructor(
    readonly rule: string,
    readonly position: number,
  ) {
    super(`statement ${position} breaks the rule "${rule}"`);
  }
}

export const firstOf = (roster: Roster): string => roster.hashes[0] ?? "";
export const headOf = (roster: Roster): string => roster.hashes.at(-1) ?? "";

/** What people read to each other: the first digits of a statement's hash, in groups of four. */
export const fingerprint = (hash: string): string =>
  (hash.slice(0, FINGERPRINT_DIGITS).match(/.{4}/g) ?? []).join(" ");

/** RFC 8785, for objects whose values are strings, null and the version. */
export function canonical(content: Keys | Passkey | StatementContent): string {
  return JSON.stringify(content, Object.keys(content).sort());
}

export function statementMessage(statement: string): Uint8Array {
  return join(STATEMENT_DOMAIN, utf8(statement));
}

export function keysMessage(keys: string): Uint8Array {
  return join(KEYS_DOMAIN, utf8(keys));
}

export const statementHash = (statement: string): string =>
  toHex(sha256(statementMessage(statement)));
export const keysHash = (keys: string): string => toHex(sha256(keysMessage(keys)));
export const passkeyHash = (passkey: string): string =>
  toHex(sha256(join(PASSKEY_DOMAIN, utf8(passkey))));

/** A statement's parts, parsed and with its signatures checked; null for what has no canonical form. */
interface Checked {
  text: string;
  content: StatementContent | null;
  isSigned: boolean;
  keysText: string | null;
  keys: Keys | null;
  areKeysSigned: boolean;
}

/** Throws `RosterInvalid`. Without keys, only what says who is a lead is looked at. */
export async function verifyRoster(
  statements: readonly Statement[],
  siteId: string,
  { withKeys = true } = {},
): Promise<Roster> {
  const checked = await Promise.all(statements.map(check));
  let roster: Roster | null = null;
  for (const [position, entry] of checked.entries()) {
    roster = extended(roster, entry, siteId, { withKeys, position });
  }
  if (roster === null) throw new RosterInvalid("empty", 0);
  return roster;
}

/** Public keys that their owner has signed; null for anything else. */
export async function readKeys(keys: string, signature: string): Promise<Keys | null> {
  const parsed = parse<Keys>(keys, () => KEYS_FIELDS);
  if (parsed === null) return null;
  const isOwn = await isSigned(keysMessage(keys), fromBase64(signature), parsed.signing_key);
  return isOwn ? parsed : null;
}

/** Null for anything but a passkey in its canonical form. */
export const readPasskey = (passkey: string): Passkey | null =>
  parse<Passkey>(passkey, () => PASSKEY_FIELDS);

async function check({ statement, signature, keys, keys_signature }: Statement): Promise<Checked> {
  const content = parse<StatementContent>(statement, (kind) => STATEMENT_FIELDS[kind]);
  const parsedKeys = keys === null ? null : parse<Keys>(keys, () => KEYS_FIELDS);
  const [isStatementSigned, areKeysSigned] = await Promise.all([
    content !== null && isSigned(statementMessage(statement), fromBase64(signature), content.by),
    parsedKeys !== null &&
      keys !== null &&
      isSigned(keysMessage(keys), fromBase64(keys_signature ?? ""), parsedKeys.signing_key),
  ]);
  return {
    text: statement,
    content,
    isSigned: isStatementSigned,
    keysText: keys,
    keys: parsedKeys,
    areKeysSigned,
  };
}

function extended(
  roster: Roster | null,
  entry: Checked,
  siteId: string,
  { withKeys, position }: { withKeys: boolean; position: number },
): Roster {
  const requireThat = (condition: boolean, rule: string) => {
    if (!condition) throw new RosterInvalid(rule, position);
  };
  const { content } = entry;
  if (content === null) throw new RosterInvalid("format", position);
  requireThat(content.site_id === siteId, "site");
  requireThat(entry.isSigned, "signature");
  const keysOf = (member: string) =>
    withKeys ? checkedKeys(roster, entry, member, requireThat) : null;
  const hash = statementHash(entry.text);
  if (roster === null || content.kind === "first") {
    requireThat(roster === null && content.kind === "first", "first");
    requireThat(content.previous === null, "previous");
    const keys = keysOf(content.by);
    const lead: Member = { signingKey: content.by, role: "lead", keys, passkeys: [] };
    const members = new Map([[content.by, lead]]);
    const none = { removed: new Set<string>(), epochs: [], resumptions: [], needsEpoch: false };
    return { siteId, hashes: [hash], members, ...none };
  }
  requireThat(content.previous === headOf(roster), "previous");
  const signer = roster.members.get(content.by);
  if (signer === undefined) throw new RosterInvalid("not_a_member", position);
  const changes = changesOf(roster, content, signer, { keysOf, requireThat });
  return { ...roster, ...changes, hashes: [...roster.hashes, hash] };
}

interface Checks {
  keysOf: (member: string) => Keys | null;
  requireThat: (condition: boolean, rule: string) => void;
}

function changesOf(
  roster: Roster,
  content: Exclude<StatementContent, { kind: "first" }>,
  signer: Member,
  { keysOf, requireThat }: Checks,
): Partial<Roster> {
  const members = new Map(roster.members);
  switch (content.kind) {
    case "keys":
      members.set(signer.signingKey, { ...signer, keys: keysOf(signer.signingKey) });
      return { members };
    case "add_passkey": {
      const { passkey_hash } = content;
      const all = Array.from(members.values()).flatMap(({ passkeys }) => passkeys);
      requireThat(!all.includes(passkey_hash), "passkey_again");
      const passkeys = [...signer.passkeys, passkey_hash];
      members.set(signer.signingKey, { ...signer, passkeys });
      return { members };
    }
    case "remove_passkey": {
      const passkeys = signer.passkeys.filter((hash) => hash !== content.passkey_hash);
      requireThat(passkeys.length < signer.passkeys.length, "no_such_passkey");
      members.set(signer.signingKey, { ...signer, passkeys });
      return { members };
    }
    case "remove": {
      requireThat(signer.role === "lead" || content.member === signer.signingKey, "not_a_lead");
      requireThat(members.delete(content.member), "no_such_member");
      requireThat(
        Array.from(members.values()).some(({ role }) => role === "lead"),
        "last_lead",
      );
      const removed = new Set([...roster.removed, content.member]);
      return { members, removed, needsEpoch: true };
    }
    case "add": {
      const { member, role } = content;
      requireThat(signer.role === "lead", "not_a_lead");
      requireThat(!members.has(member) && !roster.removed.has(member), "member_again");
      members.set(member, { signingKey: member, role, keys: keysOf(member), passkeys: [] });
      return { members };
    }
    case "epoch": {
      const { epoch_id, recipient } = content;
      requireThat(signer.role === "lead", "not_a_lead");
      requireThat(!roster.epochs.some((epoch) => epoch.epoch_id === epoch_id), "epoch_again");
      return { epochs: [...roster.epochs, { epoch_id, recipient }], needsEpoch: false };
    }
    case "resumed": {
      const { lost_head, lost_length, by } = content;
      requireThat(signer.role === "lead", "not_a_lead");
      requireThat((lost_head === null) === (lost_length === null), "format");
      const resumption = {
        position: roster.hashes.length,
        by,
        pseudonym: signer.keys?.pseudonym ?? "",
        lostHead: lost_head,
        lostLength: lost_length === null ? null : Number(lost_length),
        epochCount: roster.epochs.length,
      };
      return { resumptions: [...roster.resumptions, resumption], needsEpoch: true };
    }
  }
}

/** The keys beside a statement, if they are what it names and the member signed them. */
function checkedKeys(
  roster: Roster | null,
  { content, keysText, keys, areKeysSigned }: Checked,
  member: string,
  requireThat: Checks["requireThat"],
): Keys | null {
  const named = content !== null && "keys_hash" in content ? content.keys_hash : "";
  requireThat(keysText !== null && keysHash(keysText) === named, "keys_hash");
  requireThat(keys !== null, "format");
  requireThat(areKeysSigned, "keys_signature");
  requireThat(keys?.site_id === content?.site_id && keys?.signing_key === member, "keys_owner");
  const others = Array.from(roster?.members.values() ?? []);
  const isTaken = others.some(
    (other) => other.signingKey !== member && other.keys?.pseudonym === keys?.pseudonym,
  );
  requireThat(!isTaken, "pseudonym_again");
  return keys;
}

// The fields of each document, and what is valid in them.
type Fields = Record<string, (value: unknown) => boolean>;
const matches = (pattern: RegExp) => (value: unknown) =>
  typeof value === "string" && pattern.test(value);
const hex32 = matches(/^[0-9a-f]{64}$/);
const recipient = matches(/^age1[02-9ac-hj-np-z]{58}$/);
const PSEUDONYM_CHARACTERS_MAX = 200;
const DOCUMENT: Fields = {
  v: (value) => value === 1,
  site_id: (value) => typeof value === "string",
};
const KEYS_FIELDS: Fields = {
  ...DOCUMENT,
  pseudonym: (value) =>
    matches(/^[^\0]+$/)(value) && Array.from(value as string).length <= PSEUDONYM_CHARACTERS_MAX,
  signing_key: hex32,
  sign_in_key: hex32,
  recipient,
  recovery_recipient: recipient,
};
const HEX_BYTES = /^(?:[0-9a-f]{2}){1,1023}$/;
const PASSKEY_NAME_CHARACTERS_MAX = 100;
const PASSKEY_FIELDS: Fields = {
  ...DOCUMENT,
  member: hex32,
  credential_id: matches(HEX_BYTES),
  public_key: matches(HEX_BYTES),
  name: (value) =>
    matches(/^[^\0]+$/)(value) && Array.from(value as string).length <= PASSKEY_NAME_CHARACTERS_MAX,
  is_synced: matches(/^(yes|no)$/),
};
const COMMON: Fields = {
  ...DOCUMENT,
  kind: (value) => typeof value === "string",
  previous: (value) => value === null || hex32(value),
  by: hex32,
};
const STATEMENT_FIELDS: Record<string, Fields> = {
  first: { ...COMMON, keys_hash: hex32, founder_mac: hex32 },
  add: { ...COMMON, member: hex32, role: matches(/^(lead|moderator)$/), keys_hash: hex32 },
  remove: { ...COMMON, member: hex32 },
  keys: { ...COMMON, keys_hash: hex32 },
  epoch: { ...COMMON, epoch_id: matches(/^[a-z2-7]{26}$/), recipient },
  add_passkey: { ...COMMON, passkey_hash: hex32 },
  remove_passkey: { ...COMMON, passkey_hash: hex32 },
  resumed: {
    ...COMMON,
    lost_head: (value) => value === null || hex32(value),
    lost_length: (value) => value === null || matches(/^[1-9][0-9]{0,8}$/)(value),
  },
};
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Only what is canonical: one content has one text. Null for everything else. */
function parse<T extends Keys | Passkey | StatementContent>(
  text: string,
  fieldsOf: (kind: string) => Fields | undefined,
): T | null {
  const raw = parseJson(text);
  if (raw === null) return null;
  const fields = fieldsOf(String(raw.kind));
  if (fields === undefined || Object.keys(raw).length !== Object.keys(fields).length) return null;
  const isValid = Object.entries(fields).every(
    ([name, isFieldValid]) => Object.hasOwn(raw, name) && isFieldValid(raw[name]),
  );
  // An escaped lone surrogate would be canonical, but is no text.
  const isText = Object.values(raw).every((value) => !LONE_SURROGATE.test(String(value)));
  if (!isValid || !isText) return null;
  const content = raw as unknown as T;
  return canonical(content) === text ? content : null;
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const raw: unknown = JSON.parse(text);
    return typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
