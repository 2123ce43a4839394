/** A desk with four pending comments for tests of the models, and fake servers. */

import assert from "node:assert/strict";
import type { QueuePage, QueueRow, Session } from "../desk/api/types.ts";
import type { Envelope } from "../desk/crypto/envelope.ts";
import type { Keyring } from "../desk/crypto/keyring.ts";
import { publicKeyOf } from "../desk/crypto/signing.ts";
import { DecisionSigner } from "../desk/decisions/decision-signer.ts";
import { Decisions } from "../desk/decisions/decisions.ts";
import { Queue } from "../desk/queue/queue.ts";
import type { Dom } from "../desk/ui/dom.ts";
import { readVectors } from "./vectors.ts";

interface Vectors {
  epoch: { identity: string };
  envelopes: { plain: string; sealed: string }[];
}

const vectors = readVectors<Vectors>("envelopes.json");
const keyring = { epochKeys: new Map([["e", vectors.epoch.identity]]) } as unknown as Keyring;
const next_slot = { at: 0, label: "18:00" };
const next_round = { at: 0, label: "17:00" };
export const status = {
  pending_count: 4,
  expiring_count: 0,
  held_count: 0,
  next_slot,
  next_round,
};
const limits = {
  ...{ text_graphemes_max: 99_999, name_graphemes_max: 60, note_graphemes_max: 300 },
  ...{ added_graphemes_max: 200, changes_max: 50 },
};
const clauses = [
  { key: "spam", title: "Spam", sentence: "" },
  { key: "personal-data", title: "Personal data", sentence: "" },
];
export const terms = { version: 1, clauses };
const session = { pseudonym: "Heron", limits, terms } as unknown as Session;

export const rows = vectors.envelopes.map(({ plain, sealed }): QueueRow => {
  const envelope = JSON.parse(plain) as Envelope;
  const { comment_id, site_id, story_id, edition, root_id, parent_id } = envelope;
  return {
    ...{ comment_id, site_id, story_id, edition, root_id, parent_id },
    ...{ epoch_id: "e", envelope: sealed, lang: "en", parent: null },
    ...{ story_title: "", story_url: "", age_days: 0, expires: null, recipients: [] },
  };
});

const seed = new Uint8Array(32).fill(7);
export const signer = new DecisionSigner(
  "river-post",
  { signingKey: seed, publicKey: publicKeyOf(seed) },
  () => "a".repeat(64),
  () => null,
);

/** A desk whose server responds with what `respond` returns. The fake DOM records the focus. */
export function deskWith(respond: (path: string, body: unknown) => unknown) {
  const dom = fakeDom(respond);
  const queue = new Queue(dom as unknown as Dom, keyring, status, terms);
  /** The comments that the moderator was led to in the history; null for all decisions. */
  const opened: (string | null)[] = [];
  const showHistory = (commentId: string | null) => opened.push(commentId);
  const decisions = new Decisions(dom as unknown as Dom, queue, session, { signer, showHistory });
  return { dom, queue, decisions, opened };
}

export function fakeDom(respond: (path: string, body: unknown) => unknown) {
  return {
    isInField: false,
    focusedOn: "",
    requestRender() {},
    announce() {},
    focusOn(selector: string) {
      this.focusedOn = selector;
    },
    post: async (path: string, body: object) => respond(path, body),
  };
}

/** A server that responds to each request only when the test says so. */
export function manualServer() {
  const requests: {
    path: string;
    body: Record<string, unknown>;
    respond: (response: unknown) => void;
  }[] = [];
  const post = (path: string, body: unknown) => {
    if (path === "/api/desk/queue") return page(rows);
    return new Promise<unknown>((resolve, reject) => {
      const respond = (response: unknown) =>
        response instanceof Error ? reject(response) : resolve(response);
      requests.push({ path, body: body as Record<string, unknown>, respond });
    });
  };
  return { requests, post };
}

/** Runs everything that is not waiting for a response. */
export const flushTasks = () => new Promise((resolve) => setImmediate(resolve));

export const page = (comments: QueueRow[], next_cursor: string | null = null): QueuePage => ({
  ...status,
  comments,
  next_cursor,
});
export const decisionFor = (body: unknown) => {
  const { comment_id } = body as { comment_id: string };
  return {
    decision_id: `d-${comment_id}`,
    comment_id,
    state: "held",
    slot: next_slot,
    decided_by: "Heron",
  };
};
/** The response of a server that accepts everything. */
export function responseTo(path: string, body: unknown): unknown {
  if (path === "/api/desk/queue") return page(rows);
  if (path !== "/api/desk/undo-many") return decisionFor(body);
  const { undos } = body as { undos: { decision_id: string }[] };
  const undone = undos.map(({ decision_id }) => ({
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
