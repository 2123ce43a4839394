/** Decrypts one page of the queue: its readable comments, and the rows that cannot be read. */

import type { QueuePage, QueueRow } from "../api/types.ts";
import { decryptRow, type UnreadableReason } from "../crypto/envelope.ts";
import { genuineRecipients } from "../crypto/feedback.ts";
import type { DecryptionKey } from "../crypto/identity.ts";
import { loadDetector } from "../text/guess-language.ts";
import { createItem, type QueueItem } from "./queue-item.ts";

export interface UnreadableRow {
  row: QueueRow;
  reason: UnreadableReason;
}

export interface DecryptedPage {
  items: QueueItem[];
  unreadable: UnreadableRow[];
  nextCursor: string | null;
}

/** Items that were on screen before, and those of them that were decided before the page was requested. */
export interface CachedItems {
  items: ReadonlyMap<string, QueueItem>;
  decided: ReadonlySet<QueueItem>;
}

/** Comments with a cached item keep it, and with it their draft. */
export async function decryptPage(
  page: QueuePage,
  keys: ReadonlyMap<string, DecryptionKey>,
  cache: CachedItems,
): Promise<DecryptedPage> {
  const detect = await loadDetector();
  const start = performance.now();
  const decryptedRows = await Promise.all(page.comments.map((row) => decryptRow(row, keys)));
  performance.measure("yobal-decrypt", { start, detail: page.comments.length }); // for the benchmark
  const result: DecryptedPage = { items: [], unreadable: [], nextCursor: page.next_cursor };
  page.comments.forEach((row, index) => {
    const decrypted = decryptedRows[index];
    if (decrypted === undefined) return;
    if ("unreadable" in decrypted) result.unreadable.push({ row, reason: decrypted.unreadable });
    else result.items.push(reuseItem(cache, row) ?? createItem(row, decrypted.envelope, detect));
  });
  return result;
}

/** A decided comment is pending again if it was undone elsewhere, but not if the page is older than the decision. */
function reuseItem({ items, decided }: CachedItems, row: QueueRow): QueueItem | null {
  const item = items.get(row.comment_id);
  if (item === undefined || item.state === "sending") return item ?? null;
  if (item.state === "done" && !decided.has(item)) return item;
  if (item.state === "done") {
    Object.assign(item, { state: "pending", message: null, outcome: null });
  }
  item.row = row;
  item.recipients = genuineRecipients(item.envelope.feedback_key, row.recipients);
  return item;
}
