/** Publishing, rejecting and undoing, and the log of what was done since signing in. */

import { countLetters } from "../text/letters.ts";
import { sentenceFor, Unreachable } from "../wire/api.ts";
import type { Decided, RejectedMany, Session, Slot, Verdict } from "../wire/types.ts";
import type { Host } from "./host.ts";
import { type Act, type Item, isEdited, isOpen, publication, rejection } from "./item.ts";
import { commentLabel } from "./label.ts";
import { counted, decidedBefore, goneSentence, outcome } from "./outcome.ts";
import type { Queue } from "./queue.ts";

const PAGE = 50;
const NOTHING_CHANGED = "Nothing has been changed. Close the editor to publish it as it is.";

/** One line of the session's log; a batch is one line. */
export interface Entry {
  sentence: string;
  parts: { decision: string; item: Item }[];
  slot: Slot;
  isUndone: boolean;
  canUndo: boolean;
}

export class Decisions {
  /** Newest first. */
  log: Entry[] = [];
  /** What stands at the bottom of the screen: the last thing that happened. */
  toast: { sentence: string; entry: Entry | null; isAlarm: boolean } | null = null;

  constructor(
    private readonly host: Host,
    private readonly queue: Queue,
    private readonly session: Session,
  ) {}

  get unsent(): Item[] {
    return this.queue.items.filter((item) => item.state === "unsent");
  }

  /** As it stands: unedited, or with the edit that was made. */
  publish(item: Item): Promise<void> {
    if (item.mode === "edit" && !isEdited(item)) return this.#missing(item, NOTHING_CHANGED);
    const act = this.#tooLong(item) ?? publication(item);
    if (typeof act !== "string") return this.#decide(item, act);
    item.mode = "edit";
    return this.#missing(item, act);
  }

  reject(item: Item): Promise<void> {
    const act = this.#tooLong(item) ?? rejection(item);
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
      this.#tell(`Nothing was rejected. ${sentenceFor(error)}`, null, true);
      if (batch[0] !== undefined) this.queue.focus(batch[0].row.id);
    }
  }

  undoLast(): Promise<void> {
    const last = this.log.find((entry) => entry.canUndo && !entry.isUndone);
    if (last !== undefined) return this.undo(last);
    this.#tell("There is nothing to undo.", null, false);
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
      this.#tell("Undone: it waits again.", null, false);
    } catch (error) {
      entry.canUndo = error instanceof Unreachable;
      this.#tell(`Not undone. ${sentenceFor(error)}`, null, true);
    }
  }

  async #decide(item: Item, act: Act): Promise<void> {
    item.state = "sending";
    item.sentence = null;
    const isFocused = this.queue.focusId === item.row.id;
    if (isFocused) this.queue.moveOn();
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
    const { decision, slot } = decided;
    const parts = [{ decision, item }];
    this.#record({ sentence, parts, slot, isUndone: false, canUndo: true });
  }

  #doneMany(batch: Item[], answer: RejectedMany): void {
    const byId = new Map(batch.map((item) => [item.row.id, item]));
    const parts: Entry["parts"] = [];
    for (const decided of answer.decided) {
      const item = byId.get(decided.id);
      if (item === undefined) continue;
      this.#take(item, outcome("reject", decided));
      parts.push({ decision: decided.decision, item });
    }
    for (const { id, by, verdict } of answer.missed) {
      const item = byId.get(id);
      if (item !== undefined) this.#take(item, decidedBefore(by, verdict, this.session.pseudonym));
    }
    const missed = answer.missed.length;
    const rest =
      missed > 0 ? ` (${counted(missed, "other was", "others were")} decided before)` : "";
    const sentence = `${counted(parts.length, "comment")} rejected${rest}`;
    const slot = answer.decided[0]?.slot ?? this.queue.nextSlot;
    this.#record({ sentence, parts, slot, isUndone: false, canUndo: parts.length > 0 });
  }

  /** The connection failed, or a rule was not met: the comment is back in the queue with a sentence. */
  #notDone(item: Item, act: Act, error: unknown): void {
    const isUnsent = error instanceof Unreachable;
    item.state = isUnsent ? "unsent" : "waiting";
    item.unsent = isUnsent ? act : null;
    this.queue.keep(item);
    item.sentence = `Not decided. ${sentenceFor(error)}`;
    if (isUnsent)
      this.host.changed(); // the notice above the queue says it, and offers another try
    else this.#tell(item.sentence, null, true);
    if (!isUnsent || this.queue.focusId === null) this.queue.focus(item.row.id);
  }

  #gone(item: Item, sentence: string): void {
    this.#take(item, sentence);
    if (this.queue.focusId === item.row.id) this.queue.moveOn();
    this.#tell(sentence, null, false);
  }

  #take(item: Item, sentence: string): void {
    Object.assign(item, { state: "done", mode: "read", sentence, unsent: null });
    this.queue.waiting = Math.max(0, this.queue.waiting - 1);
  }

  #record(entry: Entry): void {
    this.log = [entry, ...this.log];
    this.#tell(entry.sentence, entry, false);
  }

  /** What the server would refuse is said before anything is sent; nothing is ever cut. */
  #tooLong({ draft }: Item): string | null {
    const { text_letters_max, name_letters_max, note_letters_max } = this.session.limits;
    const fields: [string, string, number][] = [
      ["comment", draft.text, text_letters_max],
      ["name", draft.name, name_letters_max],
      ["note", draft.note, note_letters_max],
    ];
    for (const [field, text, max] of fields) {
      const letters = countLetters(text);
      if (letters > max) return `The ${field} has ${letters} letters; ${max} are the most.`;
    }
    return null;
  }

  #missing(item: Item, sentence: string): Promise<void> {
    item.sentence = sentence;
    this.queue.focusId = item.row.id;
    this.host.say(sentence);
    this.host.focusOn("#focus .beside");
    return Promise.resolve();
  }

  #tell(sentence: string, entry: Entry | null, isAlarm: boolean): void {
    this.toast = { sentence, entry, isAlarm };
    const next = this.queue.focused;
    const where =
      next === null ? "Nothing more waits on this page" : commentLabel(this.queue, next);
    this.host.say(`${sentence.replace(/\.$/, "")}. ${where}.`);
  }
}
