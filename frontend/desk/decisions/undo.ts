/** Undoes decisions, including those that are still being sent. */

import { errorMessage, isStored, NetworkError } from "../api/client.ts";
import type { UndoManyResult } from "../api/types.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { Queue } from "../queue/queue.ts";
import { canResend, resetForEditing } from "../queue/queue-item.ts";
import type { Dom } from "../ui/dom.ts";
import type { ActivityEntry, ActivityLog, DecidedItem } from "./activity-log.ts";

export class Undo {
  constructor(
    private readonly dom: Dom,
    private readonly queue: Queue,
    private readonly activityLog: ActivityLog,
  ) {}

  undoLast(): Promise<void> {
    const entry = this.activityLog.undoable;
    if (entry !== null) return this.undo(entry);
    this.activityLog.showInfo(gettext("There is nothing to undo."));
    return Promise.resolve();
  }

  /** A decision that is still being sent is undone once it has arrived. */
  async undo(entry: ActivityEntry): Promise<void> {
    if (!entry.canUndo) return;
    entry.canUndo = false; // a second click must not undo twice
    if (entry.sending !== null) {
      this.activityLog.showInfo(
        gettext("This decision is still being sent. It will be undone as soon as it arrives."),
      );
      await entry.sending;
    }
    this.#cancelUnsent(entry);
    const decided = entry.items.filter(({ decisionId }) => decisionId !== null);
    if (decided.length > 0) await this.#undoDecided(entry, decided);
    this.activityLog.prune();
  }

  #cancelUnsent(entry: ActivityEntry): void {
    const unsent = entry.items.filter(({ item }) => canResend(item, entry.request));
    for (const { item } of unsent) {
      resetForEditing(item);
      item.message = gettext(
        "Undone before it was sent. If it did arrive after all, your next decision will tell you.",
      );
    }
    const [first] = unsent;
    if (first === undefined) return;
    this.activityLog.showInfo(gettext("Undone: it will not be sent again."));
    this.queue.focusIfIdle(first.item);
  }

  async #undoDecided(entry: ActivityEntry, items: DecidedItem[]): Promise<void> {
    const decision_ids = items.map(({ decisionId }) => decisionId);
    try {
      const body = { decision_ids };
      const result = await this.dom.post<UndoManyResult>("/api/desk/undo-many", body);
      this.#applyResult(entry, items, result);
    } catch (error) {
      this.#handleError(entry, items, error);
    }
  }

  #handleError(entry: ActivityEntry, items: DecidedItem[], error: unknown): void {
    const reason = errorMessage(error);
    if (isStored(error)) {
      this.#returnToQueue(entry, items);
      this.activityLog.showError(gettext("Undone. %(reason)s", { reason }));
      return;
    }
    entry.canUndo = error instanceof NetworkError;
    const hasNoResponse = error instanceof NetworkError && error.code === null;
    this.activityLog.showError(
      hasNoResponse
        ? gettext("No response arrived, so it is not known whether it was undone. Try again.")
        : gettext("Not undone. %(reason)s", { reason }),
    );
  }

  #applyResult(
    entry: ActivityEntry,
    items: DecidedItem[],
    { undone, failed, not_stored }: UndoManyResult,
  ): void {
    const undoneIds = new Set(undone.map(({ decision_id }) => decision_id));
    const failure = failed.find(({ error }) => error !== "already_undone");
    // An earlier request may have arrived although its response was lost.
    for (const { error, decision_id } of failed) {
      if (error === "already_undone") undoneIds.add(decision_id);
    }
    const returned = items.filter(({ decisionId }) => undoneIds.has(decisionId ?? ""));
    this.#returnToQueue(entry, returned);
    entry.canUndo = not_stored.length > 0;
    const reason =
      failure?.message ?? gettext("The database cannot store anything at the moment. Try again.");
    this.#showResult(returned.length, items.length, reason);
  }

  #showResult(count: number, total: number, reason: string): void {
    if (count === 0) this.activityLog.showError(gettext("Not undone. %(reason)s", { reason }));
    else if (count < total) {
      const values = { count, total, reason };
      this.activityLog.showError(
        gettext("%(count)s of %(total)s undone, the others were not. %(reason)s", values),
      );
    } else if (total === 1) {
      this.activityLog.showInfo(gettext("Undone: the comment is waiting again."));
    } else {
      this.activityLog.showInfo(
        ngettext(
          "Undone: %(count)s comment is waiting again.",
          "Undone: %(count)s comments are waiting again.",
          count,
        ),
      );
    }
  }

  #returnToQueue(entry: ActivityEntry, items: DecidedItem[]): void {
    for (const decided of items) {
      decided.decisionId = null;
      this.queue.markPending(decided.item);
      if (entry.request.verdict !== "reject") {
        this.queue.heldCount = Math.max(0, this.queue.heldCount - 1);
      }
    }
    entry.isUndone = entry.items.every(({ decisionId }) => decisionId === null);
    const [first] = items;
    if (first !== undefined) this.queue.focusIfIdle(first.item);
  }
}
