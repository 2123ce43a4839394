/** The desk of somebody who is signed in: its places, and what lies over them. */

import { post, Refusal, Unreachable } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { Decisions } from "../decisions/decisions.ts";
import { History } from "../history/history.ts";
import { People } from "../people/people.ts";
import { Queue } from "../queue/queue.ts";
import type { Item } from "../queue/queue-item.ts";
import type { SignIn } from "../sign-in/sign-in.ts";
import type { Host } from "../ui/dom.ts";

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
  /** Whether the session was found ended: what the head says is old then. */
  hasEnded = false;
  #isLeft = false;
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
      if (!this.holdsWork) return;
      event.preventDefault();
      event.returnValue = true; // older browsers ask for this one only
    });
    addEventListener("online", () => void this.#listen());
    document.addEventListener("visibilitychange", () => void this.#listen());
    this.#listenLater();
  }

  /** Whether leaving the page would lose what was typed or decided. */
  get holdsWork(): boolean {
    const { unsent, journal } = this.decisions;
    return !this.#isLeft && (this.queue.hasTyped || unsent.length > 0 || journal.isSending);
  }

  /** From now on it may be closed without a question. */
  leave(): void {
    this.#isLeft = true;
  }

  /** Asked for by hand, where a session ended while nobody sent anything. */
  async renew(): Promise<void> {
    await this.host.signInAgain();
    await this.#listen();
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
    return items.find(({ row }) => row.comment_id === id) ?? null;
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

  /** The numbers; where that works again, what could not be sent. A lost line is said to who decides. */
  async #listen(): Promise<void> {
    if (document.visibilityState !== "visible" || this.again !== null || this.#isLeft) return;
    try {
      this.session = await post<Session>("/api/desk/session", {});
      this.hasEnded = false;
      this.queue.heard(this.session);
      await this.queue.fadeGone();
    } catch (error) {
      this.#unheard(error);
      return;
    }
    await this.decisions.retry();
  }

  #unheard(error: unknown): void {
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
    this.hasEnded = error instanceof Refusal && error.code === "not_signed_in";
    this.host.changed();
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
