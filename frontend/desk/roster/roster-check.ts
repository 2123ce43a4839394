/** Fetches the roster and decides whether the desk may believe it: at each sign-in, and when its head changes. */

import { post } from "../api/client.ts";
import type { Roster as RosterResponse, Session } from "../api/types.ts";
import { loadPin, type RosterPin, storePin } from "../crypto/key-store.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import {
  firstOf,
  headOf,
  type Member,
  type Roster,
  RosterInvalid,
  verifyRoster,
} from "./roster.ts";

/**
 * `altered`: a statement breaks a rule. `other`: it is not the roster that this person knows.
 * `older`: statements that this device has seen are missing. `unsigned`: a key that no lead has signed.
 * `refused`: the server refuses its own roster. `link`: the roster is not the one that the link names.
 */
export type RosterProblem = "altered" | "other" | "older" | "unsigned" | "refused" | "link";

export class RosterNotTrusted extends Error {
  constructor(readonly problem: RosterProblem) {
    super(`the roster is not trusted: ${problem}`);
  }
}

/** A verified roster, and who is signed in. */
export interface OwnRoster {
  roster: Roster;
  self: Member;
}

/** Throws `RosterNotTrusted`, and what `post` throws. */
export async function fetchVerifiedRoster({
  session,
  keys,
  first,
  ignoresPin = false,
}: SignedIn): Promise<OwnRoster> {
  const { statements } = await post<RosterResponse>("/api/desk/roster", {});
  const roster = await verifyOrStop(() => verifyRoster(statements, session.site_id));
  const pin = ignoresPin ? null : await loadPin(session.site_id);
  const problem = problemOf(roster, session, { first, pin });
  if (problem !== null) throw new RosterNotTrusted(problem);
  const self = roster.members.get(keys.publicKey);
  if (self?.keys?.pseudonym !== session.pseudonym) throw new RosterNotTrusted("other");
  const { hashes } = roster;
  await storePin(session.site_id, {
    first: firstOf(roster),
    length: hashes.length,
    head: headOf(roster),
  });
  return { roster, self };
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
  session: Pick<Session, "epochs" | "roster_head">,
  expected: { first: string | null; pin: RosterPin | null },
): RosterProblem | null {
  const { first, pin } = expected;
  if (first !== null && firstOf(roster) !== first) return "other";
  if (pin !== null && firstOf(roster) !== pin.first) return "other";
  if (pin !== null && roster.hashes[pin.length - 1] !== pin.head) return "older";
  if (!roster.hashes.includes(session.roster_head)) return "older";
  const signedIds = new Set(roster.epochs.map(({ epoch_id }) => epoch_id));
  return session.epochs.every(({ epoch_id }) => signedIds.has(epoch_id)) ? null : "unsigned";
}
