/** What was done since signing in, and the last thing that happened: said, and shown at the bottom. */

import type { Slot } from "../wire/types.ts";
import type { Host } from "./host.ts";
import type { Item } from "./item.ts";
import type { Queue } from "./queue.ts";

/** One line; a batch is one line. */
export interface Entry {
  sentence: string;
  parts: { decision: string; item: Item }[];
  slot: Slot;
  isUndone: boolean;
  canUndo: boolean;
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
    return entry.canUndo && !entry.isUndone && this.queue.nextSlot.at <= entry.slot.at;
  }

  record(sentence: string, parts: Entry["parts"], slot: Slot): void {
    const entry = { sentence, parts, slot, isUndone: false, canUndo: parts.length > 0 };
    this.entries = [entry, ...this.entries];
    this.#show({ sentence, entry, isAlarm: false });
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
      for (const { item } of entry.parts) {
        if (item.row.id !== id || item.state !== "done") continue;
        Object.assign(item, { state: "waiting", sentence: null });
        entry.isUndone = entry.parts.length === 1;
        entry.canUndo = entry.parts.length > 1;
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
