/** The decisions since signing in, and the latest message: announced, and shown as a toast. */

import type { Slot, SupersededDecision, Terms } from "../api/types.ts";
import { gettext } from "../i18n.ts";
import type { Queue } from "../queue/queue.ts";
import { canResend, type DecisionRequest, type QueueItem } from "../queue/queue-item.ts";
import { truncate } from "../text/graphemes.ts";
import type { Dom } from "../ui/dom.ts";
import { decisionLabel, progressMessage, reasonOf, supersededMessage } from "./messages.ts";

/** The server's limit for one request. */
const CHECKED_MAX = 100;
const SPOKEN_GRAPHEMES = 40;

/** `decisionId` is null until the server has responded, and after an undo. */
export interface DecidedItem {
  decisionId: string | null;
  item: QueueItem;
  /** What others did afterwards: the comment was removed or withdrawn. */
  superseded: string | null;
}

/** One request: a decision on one comment, or a bulk rejection. */
export interface ActivityEntry {
  message: string;
  request: DecisionRequest;
  items: DecidedItem[];
  slot: Slot;
  isUndone: boolean;
  /** Another moderator, or this one in another tab. */
  undoneBy: string | null;
  canUndo: boolean;
  /** Until the server has responded or the request has failed. */
  sending: Promise<boolean> | null;
}

/** A button in the toast. */
export interface ToastAction {
  label: string;
  run: () => void;
}

export interface Toast {
  message: string;
  entry: ActivityEntry | null;
  /** The comment that the message is about. */
  item: QueueItem | null;
  action: ToastAction | null;
  isError: boolean;
}

export class ActivityLog {
  /** Newest first. */
  entries: ActivityEntry[] = [];
  toast: Toast | null = null;

  constructor(
    private readonly dom: Dom,
    private readonly queue: Queue,
    private readonly session: { pseudonym: string; terms: Terms },
  ) {}

  /** The newest entry that can be undone. */
  get undoable(): ActivityEntry | null {
    return this.entries.find((entry) => this.canUndo(entry)) ?? null;
  }

  /** The newest entry that is still in force, although it is too late to undo it. */
  get inForce(): ActivityEntry | null {
    return this.entries.find(({ items }) => items.some(isInForce)) ?? null;
  }

  /** The decisions that others may have undone, or whose comments may have gone, newest first. */
  get checkedIds(): string[] {
    return this.entries
      .flatMap(({ items }) => items.flatMap(({ decisionId }) => decisionId ?? []))
      .slice(0, CHECKED_MAX);
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

  /** "Rejected (Spam)" */
  labelOf(entry: ActivityEntry): string {
    return decisionLabel(reasonOf(entry.request), this.session.terms);
  }

  add(request: DecisionRequest, queueItems: QueueItem[]): ActivityEntry {
    const items = queueItems.map((item) => ({ item, decisionId: null, superseded: null }));
    const { nextSlot: slot } = this.queue;
    const flags = { isUndone: false, undoneBy: null, canUndo: true, sending: null };
    const entry = { request, items, slot, message: "", ...flags };
    this.entries = [entry, ...this.entries];
    return entry;
  }

  /** Shows the entry as in progress until `work` is done. */
  track(entry: ActivityEntry, work: Promise<boolean>): Promise<boolean> {
    entry.message = progressMessage(entry.request, entry.items.length, this.session.terms);
    entry.sending = work.finally(() => {
      entry.sending = null;
      this.prune();
    });
    return entry.sending;
  }

  complete(entry: ActivityEntry, message: string, slot: Slot): void {
    Object.assign(entry, { message, slot });
    this.#show({ message, entry });
  }

  /** Drops entries that led to no decision and will not be sent again. */
  prune(): void {
    this.entries = this.entries.filter((entry) => entry.isUndone || isActive(entry));
    this.dom.requestRender();
  }

  closeToast(): void {
    this.toast = null;
    this.dom.requestRender();
  }

  showInfo(
    message: string,
    item: QueueItem | null = null,
    action: ToastAction | null = null,
  ): void {
    this.#show({ message, item, action });
  }

  showError(message: string, item: QueueItem | null = null): void {
    this.#show({ message, item, isError: true });
  }

  /** The comment's decision was undone in the history; other comments of its entry keep theirs. */
  markUndoneElsewhere(commentId: string): void {
    for (const { entry, decided } of this.#decidedItems()) {
      if (decided.item.row.comment_id !== commentId || decided.decisionId === null) continue;
      Object.assign(decided.item, { state: "pending", message: null });
      decided.decisionId = null;
      entry.isUndone = !isActive(entry);
    }
  }

  /** This moderator removed the comment in the history. */
  markRemoved(comment_id: string, clause: string): void {
    for (const { entry, decided } of this.#decidedItems()) {
      if (decided.item.row.comment_id !== comment_id || decided.decisionId === null) continue;
      const { pseudonym: me, terms } = this.session;
      const { decisionId: decision_id } = decided;
      const removal = { decision_id, comment_id, verdict: "remove", decided_by: me, clause };
      decided.decisionId = null;
      markGone(entry, decided, supersededMessage(removal, this.labelOf(entry), { me, terms }));
    }
  }

  /** Another moderator undid a decision, or the comment is gone: shown beside the decision. */
  applySuperseded(superseded: SupersededDecision): void {
    for (const { entry, decided } of this.#decidedItems()) {
      if (decided.decisionId !== superseded.decision_id) continue;
      const { pseudonym: me, terms } = this.session;
      const message = supersededMessage(superseded, this.labelOf(entry), { me, terms });
      decided.decisionId = null;
      if (superseded.verdict === "undo") {
        this.queue.returnItem(decided.item, message);
        entry.isUndone = !isActive(entry);
        entry.undoneBy = superseded.decided_by || null; // empty: the server undid it
      } else {
        markGone(entry, decided, message);
      }
      this.showInfo(message, decided.item);
    }
  }

  *#decidedItems(): Generator<{ entry: ActivityEntry; decided: DecidedItem }> {
    for (const entry of this.entries) for (const decided of entry.items) yield { entry, decided };
  }

  #show(toast: Partial<Toast> & { message: string }): void {
    this.toast = { entry: null, item: null, action: null, isError: false, ...toast };
    const { item, entry } = this.toast;
    const about = item ?? (entry && itemOf(entry));
    const words = about === null ? "" : decidedText(about, entry);
    const spoken =
      `${toast.message.replace(/\.$/, "")}. ${truncate(words, SPOKEN_GRAPHEMES)}`.trim();
    // If the focus moved to another comment, its label is announced as well.
    const isLast = this.queue.focused === null;
    this.dom.announce(
      isLast ? gettext("%(message)s No more comments on this page.", { message: spoken }) : spoken,
    );
  }
}

/** The comment of an entry that has one; a bulk rejection has none. */
export function itemOf({ items }: ActivityEntry): QueueItem | null {
  return items.length === 1 ? (items[0]?.item ?? null) : null;
}

/** The decision stays in the log, but there is nothing left to undo. */
function markGone(entry: ActivityEntry, decided: DecidedItem, message: string): void {
  decided.superseded = message;
  decided.item.message = message;
  entry.canUndo &&= entry.items.some(isInForce);
}

/** The edited text only for a publication of it: a rejection is about the author's. */
export function decidedText(item: QueueItem, entry: ActivityEntry | null): string {
  const verdict = entry?.request.verdict ?? item.outcome?.verdict;
  return verdict === "publish_edited" ? item.draft.text : item.envelope.text;
}

function isInForce({ decisionId, superseded }: DecidedItem): boolean {
  return decisionId !== null && superseded === null;
}

/** Whether the entry is being sent, has a decision, or will be sent again. */
function isActive({ request, items, sending }: ActivityEntry): boolean {
  const hasEffect = ({ decisionId, superseded, item }: DecidedItem) =>
    decisionId !== null || superseded !== null || canResend(item, request);
  return sending !== null || items.some(hasEffect);
}
