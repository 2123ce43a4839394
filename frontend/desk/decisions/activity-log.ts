/** What was done since signing in, and the last thing that happened: said, and shown at the bottom. */

import type { Slot } from "../api/types.ts";
import type { Queue } from "../queue/queue.ts";
import { type Act, type Item, isUnsent } from "../queue/queue-item.ts";
import type { Host } from "../ui/dom.ts";
import { underWay } from "./messages.ts";

/** One comment of a line; without a decision it was not answered yet, or is undone. */
export interface Part {
  decision: string | null;
  item: Item;
}

/** One line, from the moment of deciding on; a batch is one line. */
export interface Entry {
  sentence: string;
  act: Act;
  parts: Part[];
  slot: Slot;
  isUndone: boolean;
  canUndo: boolean;
  /** Until the server has answered, or could not. */
  sending: Promise<boolean> | null;
}

export interface Toast {
  sentence: string;
  entry: Entry | null;
  isAlarm: boolean;
}

export class Journal {
  /** Newest first. */
  entries: Entry[] = [];
  toast: Toast | null = null;

  constructor(
    private readonly host: Host,
    private readonly queue: Queue,
  ) {}

  /** The newest entry that can be undone. */
  get undoable(): Entry | null {
    return this.entries.find((entry) => this.canUndo(entry)) ?? null;
  }

  /** Until its slot has come, as the server's clock says: what it calls the next slot is a later one then. */
  canUndo(entry: Entry): boolean {
    if (!entry.canUndo || entry.isUndone) return false;
    const isDecided = entry.parts.some(({ decision }) => decision !== null);
    return !isDecided || this.queue.nextSlot.at <= entry.slot.at;
  }

  get isSending(): boolean {
    return this.entries.some(({ sending }) => sending !== null);
  }

  begin(act: Act, items: Item[]): Entry {
    const parts = items.map((item) => ({ item, decision: null }));
    const { nextSlot: slot } = this.queue;
    const entry = { act, parts, slot, sentence: "", isUndone: false, canUndo: true, sending: null };
    this.entries = [entry, ...this.entries];
    return entry;
  }

  /** While `work` goes on, its line says so. */
  follow(entry: Entry, work: Promise<boolean>): Promise<boolean> {
    entry.sentence = underWay(entry.act.verdict, entry.parts.length);
    entry.sending = work.finally(() => {
      entry.sending = null;
      this.prune();
    });
    return entry.sending;
  }

  settle(entry: Entry, sentence: string, slot: Slot): void {
    Object.assign(entry, { sentence, slot });
    this.#show({ sentence, entry, isAlarm: false });
  }

  /** Takes out the lines that nothing is left of: what was to be done was not, and is not tried again. */
  prune(): void {
    this.entries = this.entries.filter((entry) => entry.isUndone || isStanding(entry));
    this.host.changed();
  }

  tell(sentence: string): void {
    this.#show({ sentence, entry: null, isAlarm: false });
  }

  alarm(sentence: string): void {
    this.#show({ sentence, entry: null, isAlarm: true });
  }

  /** A comment was undone elsewhere: its line can do no more, unless others share it. */
  undoneElsewhere(id: string): void {
    for (const entry of this.entries) {
      for (const part of entry.parts) {
        if (part.item.row.comment_id !== id || part.decision === null) continue;
        Object.assign(part.item, { state: "waiting", sentence: null });
        part.decision = null;
        entry.isUndone = !isStanding(entry);
      }
    }
  }

  #show(toast: Toast): void {
    this.toast = toast;
    // Where the focus has gone, the comment there says itself what it is.
    const isLast = this.queue.focused === null;
    const where = isLast ? " Nothing more waits on this page." : "";
    this.host.say(`${toast.sentence.replace(/\.$/, "")}.${where}`);
  }
}

/** Whether something of it is under way, decided, or to be sent again. */
function isStanding({ act, parts, sending }: Entry): boolean {
  return (
    sending !== null || parts.some(({ decision, item }) => decision !== null || isUnsent(item, act))
  );
}
