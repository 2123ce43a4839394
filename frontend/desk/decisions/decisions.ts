/** Publishing, rejecting and undoing: what a moderator may do, and when it is sent. */

import type { Session } from "../api/types.ts";
import type { Queue } from "../queue/queue.ts";
import {
  type Act,
  type Item,
  isEdited,
  isOpen,
  publication,
  rejection,
  takeUp,
  tooLong,
} from "../queue/queue-item.ts";
import type { Host } from "../ui/dom.ts";
import { type Entry, Journal } from "./activity-log.ts";
import { Sending } from "./decision-sender.ts";
import { Undoing } from "./undo.ts";

const NOTHING_CHANGED = "Nothing has been changed. Close the editor to publish it as it is.";

export class Decisions {
  readonly journal: Journal;
  readonly #sending: Sending;
  readonly #undoing: Undoing;
  #isRetrying = false;

  constructor(
    private readonly host: Host,
    private readonly queue: Queue,
    private readonly session: Session,
  ) {
    this.journal = new Journal(host, queue);
    this.#sending = new Sending(host, queue, this.journal, session);
    this.#undoing = new Undoing(host, queue, this.journal);
  }

  get unsent(): Item[] {
    return this.queue.items.filter((item) => item.state === "unsent");
  }

  /** As it stands: unedited, or with the edit that was made. */
  publish(item: Item): Promise<void> {
    if (item.mode === "edit" && !isEdited(item)) return this.#missing(item, NOTHING_CHANGED);
    const act = tooLong(item, this.session.limits) ?? publication(item);
    if (typeof act !== "string") return this.#decide([item], act);
    item.mode = "edit";
    return this.#missing(item, act);
  }

  reject(item: Item): Promise<void> {
    const act = tooLong(item, this.session.limits) ?? rejection(item);
    return typeof act === "string" ? this.#missing(item, act) : this.#decide([item], act);
  }

  /** Those that a question named; those that others decided meanwhile are told apart. */
  rejectAll(items: Item[], clause: string): Promise<void> {
    return this.#decide(items, { verdict: "reject", clause, note: null });
  }

  /** Sends again what a lost connection kept, oldest first, as long as it is still what is meant. */
  async retry(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    try {
      for (const entry of [...this.journal.entries].reverse()) {
        if (entry.sending === null && !(await this.#sending.again(entry))) break;
        this.#leaveDecided();
      }
    } finally {
      this.#isRetrying = false;
    }
  }

  /** Whoever opens a comment anew does not want sent what could not be sent. */
  takeUp(item: Item): void {
    takeUp(item);
    this.journal.prune();
  }

  undoLast(): Promise<void> {
    return this.#undoing.last();
  }

  undo(entry: Entry): Promise<void> {
    return this.#undoing.undo(entry);
  }

  async #decide(items: Item[], act: Act): Promise<void> {
    const open = items.filter(isOpen);
    const [first] = open;
    if (first === undefined) return;
    for (const item of open) takeUp(item);
    this.journal.prune();
    const sent = open.length === 1 ? this.#sending.one(first, act) : this.#sending.many(open, act);
    this.#leaveDecided();
    const isThrough = await sent;
    this.#leaveDecided();
    if (isThrough) await this.retry();
  }

  /** A comment that was decided does not stay in focus. */
  #leaveDecided(): void {
    const { focused } = this.queue;
    if (focused !== null && !isOpen(focused)) this.queue.moveOn();
  }

  #missing(item: Item, sentence: string): Promise<void> {
    item.sentence = sentence;
    this.queue.focusId = item.row.comment_id;
    this.host.say(sentence);
    this.host.focusOn("#focus .beside");
    return Promise.resolve();
  }
}
