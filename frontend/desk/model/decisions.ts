/** Publishing, rejecting and undoing: what is sent, and what becomes of the comment either way. */

import { sentenceFor, Unreachable } from "../wire/api.ts";
import type { Decided, RejectedMany, Session, Verdict } from "../wire/types.ts";
import type { Host } from "./host.ts";
import { type Act, type Item, isEdited, isOpen, publication, rejection, tooLong } from "./item.ts";
import { type Entry, Journal } from "./journal.ts";
import { counted, decidedBefore, goneSentence, outcome } from "./outcome.ts";
import type { Queue } from "./queue.ts";

const PAGE = 50;
const NOTHING_CHANGED = "Nothing has been changed. Close the editor to publish it as it is.";

export class Decisions {
  readonly journal: Journal;

  constructor(
    private readonly host: Host,
    private readonly queue: Queue,
    private readonly session: Session,
  ) {
    this.journal = new Journal(host, queue);
  }

  get unsent(): Item[] {
    return this.queue.items.filter((item) => item.state === "unsent");
  }

  /** As it stands: unedited, or with the edit that was made. */
  publish(item: Item): Promise<void> {
    if (item.mode === "edit" && !isEdited(item)) return this.#missing(item, NOTHING_CHANGED);
    const act = tooLong(item, this.session.limits) ?? publication(item);
    if (typeof act !== "string") return this.#decide(item, act);
    item.mode = "edit";
    return this.#missing(item, act);
  }

  reject(item: Item): Promise<void> {
    const act = tooLong(item, this.session.limits) ?? rejection(item);
    return typeof act === "string" ? this.#missing(item, act) : this.#decide(item, act);
  }

  /** Sends again what a lost connection kept. */
  async retry(): Promise<void> {
    for (const item of this.unsent) if (item.unsent !== null) await this.#send(item, item.unsent);
  }

  /** Rejects up to fifty; those that others decided meanwhile are told apart. */
  async rejectAll(items: Item[], clause: string): Promise<void> {
    const batch = items.filter(isOpen).slice(0, PAGE);
    const ids = batch.map((item) => item.row.id);
    for (const item of batch) item.state = "sending";
    this.queue.moveOn();
    try {
      const answer = await this.host.post<RejectedMany>("/api/reject-many", { ids, clause });
      this.#doneMany(batch, answer);
    } catch (error) {
      for (const item of batch) item.state = "waiting";
      this.journal.alarm(`Nothing was rejected. ${sentenceFor(error)}`);
      if (batch[0] !== undefined) this.queue.focus(batch[0].row.id);
    }
  }

  undoLast(): Promise<void> {
    const last = this.journal.undoable;
    if (last !== null) return this.undo(last);
    this.journal.tell("There is nothing to undo.");
    return Promise.resolve();
  }

  async undo(entry: Entry): Promise<void> {
    entry.canUndo = false;
    try {
      for (const { decision, item } of entry.parts) {
        if (item.state !== "done") continue;
        await this.host.post("/api/undo", { decision });
        this.queue.waiting += 1;
        this.queue.putBack(item);
      }
      entry.isUndone = true;
      this.journal.tell("Undone: it waits again.");
    } catch (error) {
      entry.canUndo = error instanceof Unreachable;
      this.journal.alarm(`Not undone. ${sentenceFor(error)}`);
    }
  }

  async #decide(item: Item, act: Act): Promise<void> {
    item.state = "sending";
    item.sentence = null;
    if (this.queue.focusId === item.row.id) this.queue.moveOn();
    await this.#send(item, act);
  }

  async #send(item: Item, act: Act): Promise<void> {
    item.state = "sending";
    this.host.changed();
    try {
      const decided = await this.host.post<Decided>("/api/decide", { id: item.row.id, ...act });
      this.#done(item, act.verdict, decided);
    } catch (error) {
      const gone = goneSentence(error, this.session.pseudonym);
      if (gone === null) this.#notDone(item, act, error);
      else this.#gone(item, gone);
    }
  }

  #done(item: Item, verdict: Verdict, decided: Decided): void {
    const sentence = outcome(verdict, decided);
    this.#take(item, sentence);
    if (decided.state === "held") this.queue.held += 1;
    this.journal.record(sentence, [{ decision: decided.decision, item }], decided.slot);
  }

  #doneMany(batch: Item[], { decided, missed }: RejectedMany): void {
    const byId = new Map(batch.map((item) => [item.row.id, item]));
    const parts: Entry["parts"] = [];
    for (const one of decided) {
      const item = byId.get(one.id);
      if (item === undefined) continue;
      this.#take(item, outcome("reject", one));
      parts.push({ decision: one.decision, item });
    }
    for (const { id, by, verdict } of missed) {
      const item = byId.get(id);
      if (item !== undefined) this.#take(item, decidedBefore(by, verdict, this.session.pseudonym));
    }
    const others = counted(missed.length, "other was", "others were");
    const rest = missed.length > 0 ? ` (${others} decided before)` : "";
    const slot = decided[0]?.slot ?? this.queue.nextSlot;
    this.journal.record(`${counted(parts.length, "comment")} rejected${rest}`, parts, slot);
  }

  /** The connection failed, or a rule was not met: the comment is back in the queue with a sentence. */
  #notDone(item: Item, act: Act, error: unknown): void {
    const isUnsent = error instanceof Unreachable;
    item.state = isUnsent ? "unsent" : "waiting";
    item.unsent = isUnsent ? act : null;
    item.sentence = `Not decided. ${sentenceFor(error)}`;
    this.queue.keep(item);
    // What is unsent stands in the notice above the queue, which offers another try.
    if (isUnsent) this.host.changed();
    else this.journal.alarm(item.sentence);
    if (!isUnsent || this.queue.focusId === null) this.queue.focus(item.row.id);
  }

  #gone(item: Item, sentence: string): void {
    this.#take(item, sentence);
    if (this.queue.focusId === item.row.id) this.queue.moveOn();
    this.journal.tell(sentence);
  }

  #take(item: Item, sentence: string): void {
    Object.assign(item, { state: "done", mode: "read", sentence, unsent: null });
    this.queue.waiting = Math.max(0, this.queue.waiting - 1);
  }

  #missing(item: Item, sentence: string): Promise<void> {
    item.sentence = sentence;
    this.queue.focusId = item.row.id;
    this.host.say(sentence);
    this.host.focusOn("#focus .beside");
    return Promise.resolve();
  }
}
