/**
 * Half-written decisions while the desk is locked: encrypted to their author's own key, in this page's memory only.
 * They are not stored, so that a comment which is destroyed later is in no file of the browser.
 */

import { type DecryptionKey, unwrap, wrap } from "../crypto/identity.ts";
import type { SavedDraft } from "../queue/queue-item.ts";

export interface SealedDrafts {
  pseudonym: string;
  count: number;
  sealed: string;
}

/** Null if there are none. */
export async function sealDrafts(
  drafts: SavedDraft[],
  pseudonym: string,
  recipient: string,
): Promise<SealedDrafts | null> {
  if (drafts.length === 0) return null;
  const sealed = await wrap(JSON.stringify(drafts), recipient);
  return { pseudonym, count: drafts.length, sealed };
}

/** Throws if they are another person's. */
export async function openDrafts(
  { sealed }: SealedDrafts,
  key: DecryptionKey,
): Promise<SavedDraft[]> {
  return JSON.parse(await unwrap(sealed, key)) as SavedDraft[];
}

export function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
  event.returnValue = true; // older browsers need this instead
}
