/** Takes decisions back: those that stand, and those that are still on their way. */

import { isStored, sentenceFor, Unreachable } from "../api/client.ts";
import type { UndoManyResult } from "../api/types.ts";
import type { Queue } from "../queue/queue.ts";
import { isUnsent, takeUp } from "../queue/queue-item.ts";
import type { Host } from "../ui/dom.ts";
import type { Entry, Journal, Part } from "./activity-log.ts";
import { counted } from "./messages.ts";

const NO_ANSWER = "No answer came, so it is not known whether it was undone. Try again.";

const TAKEN_BACK = "Taken back. Should it have arrived all the same, the next decision says so.";

export class Undoing {
  constructor(
    private readonly host: Host,
    private readonly queue: Queue,
    private readonly journal: Journal,
  ) {}

  last(): Promise<void> {
    const last = this.journal.undoable;
    if (last !== null) return this.undo(last);
    this.journal.tell("There is nothing to undo.");
    return Promise.resolve();
  }

  /** At once it can be asked for only once; what is on its way is undone when it has arrived. */
  async undo(entry: Entry): Promise<void> {
    if (!entry.canUndo) return;
    entry.canUndo = false;
    if (entry.sending !== null) {
      this.journal.tell("Still being sent. It is undone as soon as it has arrived.");
      await entry.sending;
    }
    this.#takeUnsent(entry);
    const standing = entry.parts.filter(({ decision }) => decision !== null);
    if (standing.length > 0) await this.#ask(entry, standing);
    this.journal.prune();
  }

  /** What could not be sent is not sent again. */
  #takeUnsent(entry: Entry): void {
    const unsent = entry.parts.filter(({ item }) => isUnsent(item, entry.act));
    for (const { item } of unsent) {
      takeUp(item);
      item.sentence = TAKEN_BACK;
    }
    const [first] = unsent;
    if (first === undefined) return;
    this.journal.tell("Taken back: it is not sent again.");
    this.queue.bring(first.item);
  }

  async #ask(entry: Entry, parts: Part[]): Promise<void> {
    const decision_ids = parts.map(({ decision }) => decision);
    try {
      const answer = await this.host.post<UndoManyResult>("/api/desk/undo-many", { decision_ids });
      this.#undone(entry, parts, answer);
    } catch (error) {
      if (isStored(error)) {
        this.#putBack(entry, parts);
        this.journal.alarm(`Undone. ${sentenceFor(error)}`);
        return;
      }
      entry.canUndo = error instanceof Unreachable;
      const isSilent = error instanceof Unreachable && error.code === null;
      this.journal.alarm(isSilent ? NO_ANSWER : `Not undone. ${sentenceFor(error)}`);
    }
  }

  #undone(entry: Entry, parts: Part[], { undone, failed, not_stored }: UndoManyResult): void {
    const back = new Set(undone.map(({ decision_id }) => decision_id));
    // An earlier try may have arrived although its answer did not.
    for (const one of failed) if (one.error === "already_undone") back.add(one.decision_id);
    const wait = parts.filter(({ decision }) => back.has(decision ?? ""));
    this.#putBack(entry, wait);
    entry.canUndo = not_stored.length > 0;
    const why = failed.find(({ error }) => error !== "already_undone")?.message;
    this.#say(wait.length, parts.length, why ?? "The database takes nothing just now. Try again.");
  }

  #say(count: number, asked: number, why: string): void {
    const wait = asked === 1 ? "it waits" : `${counted(count, "comment waits", "comments wait")}`;
    if (count === asked) this.journal.tell(`Undone: ${wait} again.`);
    else if (count === 0) this.journal.alarm(`Not undone. ${why}`);
    else this.journal.alarm(`${count} of ${asked} undone, the others not. ${why}`);
  }

  #putBack(entry: Entry, parts: Part[]): void {
    for (const part of parts) {
      part.decision = null;
      this.queue.putBack(part.item);
      if (entry.act.verdict !== "reject") this.queue.held = Math.max(0, this.queue.held - 1);
    }
    entry.isUndone = entry.parts.every(({ decision }) => decision === null);
    const [first] = parts;
    if (first !== undefined) this.queue.bring(first.item);
  }
}
