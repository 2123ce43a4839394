/** A desk of four waiting comments for tests of its models, and servers to go with it. */

import assert from "node:assert/strict";
import type { QueuePage, QueueRow, Session } from "../desk/api/types.ts";
import type { Envelope } from "../desk/crypto/envelope.ts";
import type { Keyring } from "../desk/crypto/keyring.ts";
import { Decisions } from "../desk/decisions/decisions.ts";
import { Queue } from "../desk/queue/queue.ts";
import type { Host } from "../desk/ui/dom.ts";
import { readVectors } from "./vectors.ts";

interface Vectors {
  epoch: { identity: string };
  envelopes: { plain: string; sealed: string }[];
}

const vectors = readVectors<Vectors>("envelopes.json");
const keys = { openers: new Map([["e", vectors.epoch.identity]]) } as unknown as Keyring;
const next_slot = { at: 0, label: "18:00" };
export const pulse = { pending_count: 4, held_count: 0, next_slot };
const limits = { text_graphemes_max: 99_999, name_graphemes_max: 60, note_graphemes_max: 300 };
const session = { pseudonym: "Heron", limits } as unknown as Session;

export const rows = vectors.envelopes.map(({ plain, sealed }): QueueRow => {
  const { comment_id, site_id, story_id, edition, root_id, parent_id } = JSON.parse(
    plain,
  ) as Envelope;
  return {
    ...{
      comment_id,
      site_id,
      story_id,
      edition,
      root_id,
      parent_id,
      epoch_id: "e",
      envelope: sealed,
      lang: "en",
    },
    ...{ story_title: "", story_url: "", age_slots: 0, has_receipt: false },
    parent: null,
  };
});

/** A desk whose server answers what the test says; the host knows where the focus was put. */
export function deskWith(answer: (path: string, body: unknown) => unknown) {
  const host = hostWith(answer);
  const queue = new Queue(host as unknown as Host, keys, pulse);
  return { host, queue, decisions: new Decisions(host as unknown as Host, queue, session) };
}

export function hostWith(answer: (path: string, body: unknown) => unknown) {
  return {
    isInField: false,
    focusedOn: "",
    changed() {},
    say() {},
    focusOn(selector: string) {
      this.focusedOn = selector;
    },
    post: async (p: string, b: object) => answer(p, b),
  };
}

/** Requests that the test answers one by one, in the order that it likes. */
export function lateServer() {
  const asked: { path: string; body: Record<string, unknown>; answer: (said: unknown) => void }[] =
    [];
  const post = (path: string, body: unknown) => {
    if (path === "/api/desk/queue") return page(rows);
    return new Promise<unknown>((resolve, reject) => {
      const answer = (said: unknown) => (said instanceof Error ? reject(said) : resolve(said));
      asked.push({ path, body: body as Record<string, unknown>, answer });
    });
  };
  return { asked, post };
}

/** Lets everything happen that waits for nothing. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export const page = (of: QueueRow[], next: string | null = null): QueuePage => ({
  ...pulse,
  comments: of,
  next_cursor: next,
});
export const decided = (body: unknown) => {
  const { comment_id } = body as { comment_id: string };
  return {
    decision_id: `d-${comment_id}`,
    comment_id,
    state: "held",
    slot: next_slot,
    decided_by: "Heron",
  };
};
/** What a server says that takes everything. */
export function answerTo(path: string, body: unknown): unknown {
  if (path === "/api/desk/queue") return page(rows);
  if (path !== "/api/desk/undo-many") return decided(body);
  const { decision_ids } = body as { decision_ids: string[] };
  const undone = decision_ids.map((decision_id) => ({
    decision_id,
    comment_id: decision_id.slice(2),
    state: "pending",
  }));
  return { undone, failed: [], not_stored: [] };
}

export const ids = (queue: Queue) => queue.items.map(({ row }) => row.comment_id);
export const first = (queue: Queue) => {
  const item = queue.items[0];
  assert.ok(item);
  return item;
};
