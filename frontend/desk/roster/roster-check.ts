/** Fetches the roster and decides whether the desk may believe it: at each sign-in, and when its head changes. */

import { NetworkError, post, RequestRejected } from "../api/client.ts";
import type { Roster as RosterResponse, Session, Statement } from "../api/types.ts";
import type { DecryptionKey } from "../crypto/identity.ts";
import { loadPin, type RosterPin } from "../crypto/key-store.ts";
import type { PersonalKeys, SignedIn } from "../crypto/keyring.ts";
import {
  extendRoster,
  holdStatements,
  openHeldStatements,
  returnStatements,
} from "./held-statements.ts";
import {
  firstOf,
  headOf,
  type Member,
  type Roster,
  RosterInvalid,
  verifyRoster,
} from "./roster.ts";
import { openPin, signPin } from "./signed-pin.ts";

/**
 * `altered`: a statement breaks a rule. `other`: it is not the roster that this person knows.
 * `older`: statements that this device has seen are missing. `unsigned`: a key that no lead has signed.
 * `pin`: what this person's devices have verified is not there, or they have not signed it.
 * `refused`: the server refuses its own roster. `restored`: a backup was, and a lead has to confirm it. `link`: the roster is not the one that the link names.
 */
export type RosterProblem =
  | "altered"
  | "other"
  | "older"
  | "unsigned"
  | "pin"
  | "refused"
  | "restored"
  | "link";

export class RosterNotTrusted extends Error {
  constructor(readonly problem: RosterProblem) {
    super(`the roster is not trusted: ${problem}`);
  }
}

/** A verified roster, and who is signed in. */
export interface OwnRoster {
  roster: Roster;
  self: Member;
  /** Before a lead resumes a restored roster: what this device has verified beyond it. */
  lost: Roster | null;
}

/** Throws `RosterNotTrusted`, and what `post` throws. */
export async function fetchVerifiedRoster(
  signedIn: SignedIn,
  { mayGiveBack = true } = {},
): Promise<OwnRoster> {
  const { session, keys } = signedIn;
  const { statements } = await post<RosterResponse>("/api/desk/roster", {});
  const roster = await verifyOrStop(() => verifyRoster(statements, session.site_id));
  const memory = await loadMemory(roster, signedIn);
  if (mayGiveBack && (await giveBack(roster, memory.held, session))) {
    return fetchVerifiedRoster(signedIn, { mayGiveBack: false });
  }
  const problem = problemOf(roster, session, memory);
  if (problem !== null) throw new RosterNotTrusted(problem);
  const self = roster.members.get(keys.publicKey);
  if (self?.keys?.pseudonym !== session.pseudonym) throw new RosterNotTrusted("other");
  if (session.resumption !== null) return { roster, self, lost: memory.held?.roster ?? null };
  await remember(signedIn, { roster, statements, recipient: self.keys.recipient });
  if (memory.signedPin.head !== headOf(roster)) await storeSignedPin(session.site_id, keys, roster);
  return { roster, self, lost: null };
}

/** What the person and this device know of the roster. */
interface Memory {
  /** The first statement, as words, sheet or link say it. */
  first: string | null;
  /** What this device has verified. */
  pin: RosterPin | null;
  /** What this person's devices have verified. */
  signedPin: RosterPin;
  /** The statements of `pin`, where the roster does not have them all. */
  held: Held | null;
}

interface Held {
  roster: Roster;
  statements: Statement[];
}

async function loadMemory(roster: Roster, signedIn: SignedIn): Promise<Memory> {
  const { session, keys, first, ignoresPin = false } = signedIn;
  const owner = { siteId: session.site_id, publicKey: keys.publicKey };
  const signedPin = await openPin(session.roster_pin, owner);
  if (signedPin === null) throw new RosterNotTrusted("pin");
  const pin = ignoresPin ? null : await loadPin(session.site_id);
  const isMissing = pin !== null && roster.hashes[pin.length - 1] !== pin.head;
  return {
    first,
    pin,
    signedPin,
    held: isMissing ? await openHeld(session.site_id, keys.key) : null,
  };
}

function remember(
  { session, deviceRecipient }: SignedIn,
  verified: { roster: Roster; statements: readonly Statement[]; recipient: string },
): Promise<void> {
  return holdStatements(session.site_id, { ...verified, deviceRecipient: deviceRecipient ?? null });
}

/** For this person's other devices. Not stored, an older one stays, which is true as well. */
async function storeSignedPin(siteId: string, keys: PersonalKeys, roster: Roster): Promise<void> {
  const { length } = roster.hashes;
  const pin = { first: firstOf(roster), length, head: headOf(roster) };
  const roster_pin = await signPin(keys.signingKey, siteId, pin);
  await post("/api/desk/store-pin", { roster_pin }).catch((error) => {
    if (!(error instanceof RequestRejected || error instanceof NetworkError)) throw error;
  });
}

/** Null if this device holds no statements that verify. */
async function openHeld(siteId: string, key: DecryptionKey): Promise<Held | null> {
  const statements = await openHeldStatements(siteId, key);
  if (statements === null) return null;
  try {
    return { roster: await verifyRoster(statements, siteId), statements };
  } catch (error) {
    if (error instanceof RosterInvalid) return null;
    throw error;
  }
}

/** Whether the server has them again. A lead's browser may also return what the server knows nothing of. */
async function giveBack(roster: Roster, held: Held | null, session: Session): Promise<boolean> {
  if (held === null || !isPrefix(roster, held.roster)) return false;
  const missing = held.statements.slice(roster.hashes.length);
  if (await returnStatements(missing)) return true;
  return session.resumption === null && session.role === "lead" && (await extendRoster(missing));
}

/** Whether `held` goes on where `roster` ends. */
function isPrefix(roster: Roster, held: Roster): boolean {
  const { length } = roster.hashes;
  return length < held.hashes.length && roster.hashes[length - 1] === held.hashes[length - 1];
}

export async function verifyOrStop(verify: () => Promise<Roster>): Promise<Roster> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof RosterInvalid) throw new RosterNotTrusted("altered");
    throw error;
  }
}

/** What is wrong with a roster whose statements follow all rules. */
export function problemOf(
  roster: Roster,
  session: Pick<Session, "epochs" | "roster_head" | "resumption">,
  { first, pin, signedPin, held }: Memory,
): RosterProblem | null {
  for (const expected of [first, pin?.first ?? null, signedPin.first]) {
    if (expected !== null && firstOf(roster) !== expected) return "other";
  }
  if (!goesOnFrom(roster, session, { pin, signedPin, held })) return "older";
  if (!roster.hashes.includes(session.roster_head)) return "older";
  if (session.resumption !== null) return null; // the lead's signature ends the epochs that were lost
  const signedIds = new Set(roster.epochs.map(({ epoch_id }) => epoch_id));
  return session.epochs.every(({ epoch_id }) => signedIds.has(epoch_id)) ? null : "unsigned";
}

/** Whether the roster has all that was verified before, or a lead signs that it was lost. */
function goesOnFrom(
  roster: Roster,
  { resumption }: Pick<Session, "resumption">,
  { pin, signedPin, held }: Omit<Memory, "first">,
): boolean {
  // Before a lead has signed it, the lead is asked who is a member, and nothing else opens.
  if (resumption !== null) return held === null || isPrefix(roster, held.roster);
  const isExtended = pin === null || roster.hashes[pin.length - 1] === pin.head;
  return (
    (isExtended || isResumed(roster, held?.roster ?? null)) && isAfterSignedPin(roster, signedPin)
  );
}

function isAfterSignedPin(roster: Roster, pin: RosterPin): boolean {
  if (roster.hashes[pin.length - 1] === pin.head) return true;
  return roster.resumptions.some(
    ({ position, lostLength }) =>
      position < pin.length && lostLength !== null && pin.length <= lostLength,
  );
}

/** Whether a lead known to this device has signed that the later statements known to it were lost. */
function isResumed(roster: Roster, held: Roster | null): boolean {
  if (held === null) return false;
  const fork = roster.hashes.findIndex((hash, position) => hash !== held.hashes[position]);
  const resumption = roster.resumptions.find(({ position }) => position === fork);
  return resumption !== undefined && held.members.get(resumption.by)?.role === "lead";
}
