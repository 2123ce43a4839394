/** The statements that this device has verified: sealed to their owner, and given back to a server that lost them. */

import { NetworkError, post, RequestRejected, type RosterRefused } from "../api/client.ts";
import type { Statement } from "../api/types.ts";
import { fromBase64, toBase64, utf8 } from "../crypto/bytes.ts";
import { type DecryptionKey, decrypt, sealTo } from "../crypto/identity.ts";
import { loadPin, storePin } from "../crypto/key-store.ts";
import { firstOf, headOf, type Roster } from "./roster.ts";

interface Holding {
  roster: Roster;
  statements: readonly Statement[];
  /** The owner's, from the roster. */
  recipient: string;
  deviceRecipient: string | null;
}

/** Colleagues' pseudonyms are in the statements, so a locked device keeps them sealed. */
export async function holdStatements(
  siteId: string,
  { roster, statements, recipient, deviceRecipient }: Holding,
): Promise<void> {
  const before = await loadPin(siteId);
  const isSameRoster = before?.first === firstOf(roster);
  const device = deviceRecipient ?? (isSameRoster ? (before?.deviceRecipient ?? null) : null);
  const isCurrent = before?.head === headOf(roster) && before.sealed !== undefined;
  if (isCurrent && before.deviceRecipient === device) return;
  const recipients = device === null ? [recipient] : [recipient, device];
  const sealed = toBase64(await sealTo(utf8(JSON.stringify(statements)), recipients));
  const { length } = roster.hashes;
  const pin = { first: firstOf(roster), length, head: headOf(roster) };
  await storePin(siteId, { ...pin, sealed, deviceRecipient: device });
}

/** Null if this device holds none, or the key is not their owner's. They are not verified. */
export async function openHeldStatements(
  siteId: string,
  key: DecryptionKey,
): Promise<Statement[] | null> {
  const sealed = (await loadPin(siteId))?.sealed;
  if (sealed === undefined) return null;
  try {
    const opened = await decrypt(fromBase64(sealed), key);
    return JSON.parse(new TextDecoder().decode(opened)) as Statement[];
  } catch {
    return null;
  }
}

/** To a server that refuses its own roster because its end is missing. Whether it has it again. */
export async function giveBackStatements(
  siteId: string,
  key: DecryptionKey,
  { reason, statementCount }: RosterRefused,
): Promise<boolean> {
  if (reason !== "older" && reason !== "resume") return false;
  const held = await openHeldStatements(siteId, key);
  const statements = held?.slice(statementCount) ?? [];
  return statements.length > 0 && (await returnStatements(statements));
}

/** To a server that has verified them before. */
export function returnStatements(statements: readonly Statement[]): Promise<boolean> {
  return isTaken("/api/desk/return-statements", statements);
}

/** To a server that knows nothing of them any more: only a lead can. */
export function extendRoster(statements: readonly Statement[]): Promise<boolean> {
  return isTaken("/api/desk/extend-roster", statements);
}

async function isTaken(path: string, statements: readonly Statement[]): Promise<boolean> {
  try {
    await post(path, { statements });
    return true;
  } catch (error) {
    if (error instanceof RequestRejected || error instanceof NetworkError) return false;
    throw error;
  }
}
