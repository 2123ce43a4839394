/** One page of the queue as it comes from the server, opened: what can be read, and what cannot. */

import type { QueuePage, QueueRow } from "../api/types.ts";
import { openRow, type Unreadable } from "../crypto/envelope.ts";
import type { Opener } from "../crypto/identity.ts";
import { type Item, newItem } from "./queue-item.ts";

export interface Closed {
  row: QueueRow;
  why: Unreadable;
}

export interface OpenedPage {
  items: Item[];
  closed: Closed[];
  next: string | null;
}

/** Comments that were on screen before, and which of them were decided before the page was asked for. */
export interface Known {
  items: ReadonlyMap<string, Item>;
  decided: ReadonlySet<Item>;
}

/** What was typed about comments that are known comes back. */
export async function openPage(
  page: QueuePage,
  openers: ReadonlyMap<string, Opener>,
  known: Known,
): Promise<OpenedPage> {
  const start = performance.now();
  const opened = await Promise.all(page.comments.map((row) => openRow(row, openers)));
  performance.measure("yobal-open", { start, detail: page.comments.length }); // read by the benchmark
  const result: OpenedPage = { items: [], closed: [], next: page.next_cursor };
  page.comments.forEach((row, at) => {
    const one = opened[at];
    if (one === undefined) return;
    if ("unreadable" in one) result.closed.push({ row, why: one.unreadable });
    else result.items.push(reuse(known, row) ?? newItem(row, one.envelope));
  });
  return result;
}

/** What was decided and then undone elsewhere waits anew; what was decided meanwhile is decided. */
function reuse({ items, decided }: Known, row: QueueRow): Item | null {
  const item = items.get(row.comment_id);
  if (item === undefined || item.state === "sending") return item ?? null;
  if (item.state === "done" && !decided.has(item)) return item;
  if (item.state === "done") Object.assign(item, { state: "waiting", sentence: null });
  item.row = row;
  return item;
}
