/** A desk of four waiting comments for tests of its models, and servers to go with it. */

import assert from "node:assert/strict";
import type { Envelope } from "../desk/envelope.ts";
import { Decisions } from "../desk/model/decisions.ts";
import type { Host } from "../desk/model/host.ts";
import type { Keyring } from "../desk/model/keyring.ts";
import { Queue } from "../desk/model/queue.ts";
import type { QueuePage, Session, Waiting } from "../desk/wire/types.ts";
import { readVectors } from "./vectors.ts";

interface Vectors {
  epoch: { identity: string };
  envelopes: { plain: string; sealed: string }[];
}

const vectors = readVectors<Vectors>("envelopes.json");
const keys = { openers: new Map([["e", vectors.epoch.identity]]) } as unknown as Keyring;
const next_slot = { at: 0, label: "18:00" };
export const pulse = { waiting: 4, held: 0, next_slot };
const limits = { text_letters_max: 99_999, name_letters_max: 60, note_letters_max: 300 };
const session = { pseudonym: "Heron", limits } as Session;

export const rows = vectors.envelopes.map(({ plain, sealed }): Waiting => {
  const { id, site, story, edition, root, to } = JSON.parse(plain) as Envelope;
  return {
    ...{ id, site, story, edition, root, to, epoch: "e", envelope: sealed, lang: "en" },
    ...{ story_title: "", story_url: "", lane: "look", age_slots: 0, has_receipt: false },
    answers: null,
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
    if (path === "/api/queue") return page(rows);
    return new Promise<unknown>((resolve, reject) => {
      const answer = (said: unknown) => (said instanceof Error ? reject(said) : resolve(said));
      asked.push({ path, body: body as Record<string, unknown>, answer });
    });
  };
  return { asked, post };
}

/** Lets everything happen that waits for nothing. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export const page = (of: Waiting[], next: string | null = null): QueuePage => ({
  ...pulse,
  ...{ rows: of, next, waiting: 4 },
});
export const decided = (body: unknown) => {
  const { id } = body as { id: string };
  return { decision: `d-${id}`, id, state: "held", slot: next_slot, by: "Heron" };
};
/** What a server says that takes everything. */
export function answerTo(path: string, body: unknown): unknown {
  if (path === "/api/queue") return page(rows);
  if (path !== "/api/undo-many") return decided(body);
  const { decisions } = body as { decisions: string[] };
  const undone = decisions.map((decision) => ({
    decision,
    id: decision.slice(2),
    state: "pending",
  }));
  return { undone, missed: [], unsent: [] };
}

export const ids = (queue: Queue) => queue.items.map(({ row }) => row.id);
export const first = (queue: Queue) => {
  const item = queue.items[0];
  assert.ok(item);
  return item;
};
