/** The decisions since signing in, and the latest message: announced, and shown as a toast. */

import type { Slot } from "../api/types.ts";
import { gettext } from "../i18n.ts";
import type { Queue } from "../queue/queue.ts";
import { canResend, type DecisionRequest, type QueueItem } from "../queue/queue-item.ts";
import type { Dom } from "../ui/dom.ts";
import { progressMessage } from "./messages.ts";

/** `decisionId` is null until the server has responded, and after an undo. */
export interface DecidedItem {
  decisionId: string | null;
  item: QueueItem;
}

/** One request: a decision on one comment, or a bulk rejection. */
export interface ActivityEntry {
  message: string;
  request: DecisionRequest;
  items: DecidedItem[];
  slot: Slot;
  isUndone: boolean;
  canUndo: boolean;
  /** Until the server has responded or the request has failed. */
  sending: Promise<boolean> | null;
}

export interface Toast {
  message: string;
  entry: ActivityEntry | null;
  isError: boolean;
}

export class ActivityLog {
  /** Newest first. */
  entries: ActivityEntry[] = [];
  toast: Toast | null = null;

  constructor(
    private readonly dom: Dom,
    private readonly queue: Queue,
  ) {}

  /** The newest entry that can be undone. */
  get undoable(): ActivityEntry | null {
    return this.entries.find((entry) => this.canUndo(entry)) ?? null;
  }

  /** Until the entry's slot has passed: the server then reports a later next slot. */
  canUndo(entry: ActivityEntry): boolean {
    if (!entry.canUndo || entry.isUndone) return false;
    const isDecided = entry.items.some(({ decisionId }) => decisionId !== null);
    return !isDecided || this.queue.nextSlot.at <= entry.slot.at;
  }

  get isSending(): boolean {
    return this.entries.some(({ sending }) => sending !== null);
  }

  add(request: DecisionRequest, queueItems: QueueItem[]): ActivityEntry {
    const items = queueItems.map((item) => ({ item, decisionId: null }));
    const { nextSlot: slot } = this.queue;
    const flags = { isUndone: false, canUndo: true, sending: null };
    const entry = { request, items, slot, message: "", ...flags };
    this.entries = [entry, ...this.entries];
    return entry;
  }

  /** Shows the entry as in progress until `work` is done. */
  track(entry: ActivityEntry, work: Promise<boolean>): Promise<boolean> {
    entry.message = progressMessage(entry.request.verdict, entry.items.length);
    entry.sending = work.finally(() => {
      entry.sending = null;
      this.prune();
    });
    return entry.sending;
  }

  complete(entry: ActivityEntry, message: string, slot: Slot): void {
    Object.assign(entry, { message, slot });
    this.#show({ message, entry, isError: false });
  }

  /** Drops entries that led to no decision and will not be sent again. */
  prune(): void {
    this.entries = this.entries.filter((entry) => entry.isUndone || isActive(entry));
    this.dom.requestRender();
  }

  showInfo(message: string): void {
    this.#show({ message, entry: null, isError: false });
  }

  showError(message: string): void {
    this.#show({ message, entry: null, isError: true });
  }

  /** The comment's decision was undone in the history; other comments of its entry keep theirs. */
  markUndoneElsewhere(commentId: string): void {
    for (const entry of this.entries) {
      for (const decided of entry.items) {
        if (decided.item.row.comment_id !== commentId || decided.decisionId === null) continue;
        Object.assign(decided.item, { state: "pending", message: null });
        decided.decisionId = null;
        entry.isUndone = !isActive(entry);
      }
    }
  }

  #show(toast: Toast): void {
    this.toast = toast;
    const message = `${toast.message.replace(/\.$/, "")}.`;
    // If the focus moved to another comment, its label is announced as well.
    const isLast = this.queue.focused === null;
    this.dom.announce(
      isLast ? gettext("%(message)s No more comments on this page.", { message }) : message,
    );
  }
}

/** Whether the entry is being sent, has a decision, or will be sent again. */
function isActive({ request, items, sending }: ActivityEntry): boolean {
  const hasEffect = ({ decisionId, item }: DecidedItem) =>
    decisionId !== null || canResend(item, request);
  return sending !== null || items.some(hasEffect);
}
