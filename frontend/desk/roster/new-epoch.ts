/** Makes a new epoch: its key is generated here, signed by a lead, and wrapped for every member. */

import type { MemberWrap, NewStatement } from "../api/types.ts";
import { generateIdentity, recipientOf, wrap } from "../crypto/identity.ts";
import type { PersonalKeys } from "../crypto/keyring.ts";
import type { Member } from "./roster.ts";
import { newEpochId, signStatement } from "./sign-statements.ts";

interface EpochParts {
  siteId: string;
  /** The statement before it. */
  previous: string;
  members: Iterable<Member>;
}

export interface SignedEpoch {
  statement: NewStatement;
  wraps: MemberWrap[];
}

/** The recipients come from the verified roster. The identity is not stored. */
export async function signNewEpoch(
  { signingKey, publicKey }: PersonalKeys,
  { siteId, previous, members }: EpochParts,
): Promise<SignedEpoch> {
  const identity = await generateIdentity();
  const recipient = await recipientOf(identity);
  const statement = await signStatement(signingKey, {
    v: 1,
    site_id: siteId,
    kind: "epoch",
    previous,
    by: publicKey,
    epoch_id: newEpochId(),
    recipient,
  });
  const wraps = await Promise.all(
    Array.from(members, async ({ signingKey: member, keys }) => ({
      member,
      wrap: await wrap(identity, keys?.recipient ?? ""),
    })),
  );
  return { statement, wraps };
}
