/** The desk of somebody who is signed in: its places, and what lies over them. */

import { post, sentenceFor } from "../wire/api.ts";
import type { Session } from "../wire/types.ts";
import { Decisions } from "./decisions.ts";
import { History } from "./history.ts";
import type { Host } from "./host.ts";
import type { Item } from "./item.ts";
import type { Keyring } from "./keyring.ts";
import { People } from "./people.ts";
import { Queue } from "./queue.ts";
import type { SignIn } from "./sign-in.ts";

export type DeskPlace = "queue" | "history" | "people";

/** How often the number of waiting comments is asked for, while somebody looks. */
const LISTEN_EVERY_MS = 60_000;
const LISTEN_LEAST_MS = 5_000;
const AFTER_SLOT_MS = 2_000;

export class Desk {
  place: DeskPlace = "queue";
  readonly queue: Queue;
  readonly decisions: Decisions;
  readonly history: History;
  readonly people: People;
  over: "help" | "reject-all" | null = null;
  rejectAllClause: string | null = null;
  /** What the question before rejecting many is about: these and no others, whatever comes meanwhile. */
  asked: Item[] = [];
  /** Set while an ended session is renewed. */
  again: SignIn | null = null;

  constructor(
    readonly host: Host,
    public session: Session,
    readonly keys: Keyring,
  ) {
    this.queue = new Queue(host, keys, session);
    this.decisions = new Decisions(host, this.queue, session);
    this.history = new History(host, session.pseudonym, (id) => this.#backInQueue(id));
    this.people = new People(host, keys);
  }

  start(): void {
    void this.queue.load(null);
    this.go(placeOf(location.hash));
    addEventListener("hashchange", () => this.go(placeOf(location.hash)));
    addEventListener("beforeunload", (event) => {
      if (this.queue.hasTyped) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => void this.#listen());
    this.#listenLater();
  }

  go(place: DeskPlace): void {
    const isNew = this.place !== place;
    this.place = place;
    if (place === "history") void this.history.load();
    if (place === "people") void this.people.load();
    if (isNew) this.host.focusOn(place === "queue" ? "#focus" : "h1");
    this.host.changed();
  }

  /** A comment that was read since signing in, wherever it is by now. */
  known(id: string): Item | null {
    const decided = this.decisions.journal.entries.flatMap(({ parts }) => parts);
    const items = [...this.queue.items, ...decided.map(({ item }) => item)];
    return items.find(({ row }) => row.id === id) ?? null;
  }

  show(over: Desk["over"]): void {
    this.over = over;
    this.rejectAllClause = null;
    this.asked = over === "reject-all" ? this.queue.rejectable : [];
    if (over === null) this.host.focusOn("#focus");
    this.host.changed();
  }

  /** Soon after the next slot, but not all the time; a clock that is wrong does no harm. */
  #listenLater(): void {
    const untilSlot = this.queue.nextSlot.at * 1_000 - Date.now() + AFTER_SLOT_MS;
    const isSoon = untilSlot > LISTEN_LEAST_MS && untilSlot < LISTEN_EVERY_MS;
    setTimeout(
      () => void this.#listen().then(() => this.#listenLater()),
      isSoon ? untilSlot : LISTEN_EVERY_MS,
    );
  }

  /** Numbers only. A lost connection is said when somebody decides, not before. */
  async #listen(): Promise<void> {
    if (document.visibilityState !== "visible" || this.again !== null) return;
    try {
      this.session = await post<Session>("/api/session", {});
      this.queue.heard(this.session);
    } catch (error) {
      sentenceFor(error);
    }
  }

  /** Undone in the history: it waits again, where it was if its page is still here. */
  #backInQueue(id: string): void {
    this.queue.waiting += 1;
    this.decisions.journal.undoneElsewhere(id);
  }
}

function placeOf(hash: string): DeskPlace {
  return hash === "#history" || hash === "#people" ? (hash.slice(1) as DeskPlace) : "queue";
}
