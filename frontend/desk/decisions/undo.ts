/** Undoes decisions, including those that are still being sent. */

import { errorMessage, isStored, NetworkError } from "../api/client.ts";
import type { FailedUndo, Terms, UndoManyResult } from "../api/types.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { Queue } from "../queue/queue.ts";
import { canResend, type QueueItem, resetForEditing } from "../queue/queue-item.ts";
import type { Dom } from "../ui/dom.ts";
import {
  type ActivityEntry,
  type ActivityLog,
  type DecidedItem,
  itemOf,
  type ToastAction,
} from "./activity-log.ts";
import type { DecisionSigner } from "./decision-signer.ts";

/** Opens the history: all of it, or one comment that is to be removed. */
export type ShowHistory = (commentId: string | null) => void;

interface Dependencies {
  dom: Dom;
  queue: Queue;
  activityLog: ActivityLog;
  session: { pseudonym: string; terms: Terms };
  signer: DecisionSigner;
  showHistory: ShowHistory;
}

export class Undo {
  readonly #dom: Dom;
  readonly #queue: Queue;
  readonly #activityLog: ActivityLog;
  readonly #session: Dependencies["session"];
  readonly #signer: DecisionSigner;
  readonly #showHistory: ShowHistory;

  constructor({ dom, queue, activityLog, session, signer, showHistory }: Dependencies) {
    this.#dom = dom;
    this.#queue = queue;
    this.#activityLog = activityLog;
    this.#session = session;
    this.#signer = signer;
    this.#showHistory = showHistory;
  }

  /** A comment may still be held after its slot, if too few are due: only the server knows. */
  undoLast(): Promise<void> {
    const { undoable, inForce } = this.#activityLog;
    const isPublication = inForce !== null && inForce.request.verdict !== "reject";
    const entry = undoable ?? (isPublication && inForce.canUndo ? inForce : null);
    if (entry !== null) return this.undo(entry);
    if (inForce !== null) this.#showTooLate(inForce);
    else this.#showNothingToUndo();
    return Promise.resolve();
  }

  #showNothingToUndo(): void {
    const hasDecided = this.#activityLog.entries.length > 0;
    const message = hasDecided
      ? gettext(
          "There is nothing left to undo: all decisions that you made since signing in are undone or no longer in force. Older decisions are in the history.",
        )
      : gettext(
          "You have not decided anything since you signed in. Older decisions are in the history.",
        );
    this.#showAdvice(message, null, {
      label: gettext("Open the history"),
      run: () => this.#showHistory(null),
    });
  }

  /** The way on gets the focus, unless the moderator is writing meanwhile. */
  #showAdvice(message: string, item: QueueItem | null, action: ToastAction): void {
    this.#activityLog.showInfo(message, item, action);
    if (!this.#queue.isEditing) this.#dom.focusOn(".toast button");
  }

  /** After the slot a comment can still be removed, and a rejection stays. */
  #showTooLate(entry: ActivityEntry): void {
    const decision = this.#activityLog.labelOf(entry);
    const time = entry.slot.label;
    const item = itemOf(entry);
    if (entry.request.verdict === "reject" || item === null) {
      this.#showAdvice(
        gettext("Too late to undo: %(decision)s has been final since %(time)s.", {
          decision,
          time,
        }),
        item,
        { label: gettext("Open the history"), run: () => this.#showHistory(null) },
      );
      return;
    }
    this.#showAdvice(
      gettext(
        "Too late to undo: %(decision)s, and released at %(time)s. You can remove the comment.",
        { decision, time },
      ),
      item,
      { label: gettext("Remove…"), run: () => this.#showHistory(item.row.comment_id) },
    );
  }

  /** A decision that is still being sent is undone once it has arrived. */
  async undo(entry: ActivityEntry): Promise<void> {
    if (!entry.canUndo) return;
    entry.canUndo = false; // a second click must not undo twice
    if (entry.sending !== null) {
      this.#activityLog.showInfo(
        gettext("This decision is still being sent. It will be undone as soon as it arrives."),
        itemOf(entry),
      );
      await entry.sending;
    }
    this.#cancelUnsent(entry);
    const decided = entry.items.filter(({ decisionId }) => decisionId !== null);
    if (decided.length > 0) await this.#undoDecided(entry, decided);
    this.#activityLog.prune();
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
    const decision = this.#activityLog.labelOf(entry);
    this.#activityLog.showInfo(
      gettext("Undone: %(decision)s. It will not be sent again.", { decision }),
      itemOf(entry),
    );
    this.#queue.focusIfIdle(first.item);
  }

  async #undoDecided(entry: ActivityEntry, items: DecidedItem[]): Promise<void> {
    const decided = items.map(({ item, decisionId }) => ({
      comment_id: item.row.comment_id,
      decision_id: decisionId ?? "",
    }));
    try {
      const body = await this.#signer.undoMany(decided);
      const result = await this.#dom.post<UndoManyResult>("/api/desk/undo-many", body);
      this.#applyResult(entry, items, result);
    } catch (error) {
      this.#handleError(entry, items, error);
    }
  }

  #handleError(entry: ActivityEntry, items: DecidedItem[], error: unknown): void {
    const reason = errorMessage(error);
    if (isStored(error)) {
      this.#returnToQueue(entry, items);
      this.#activityLog.showError(gettext("Undone. %(reason)s", { reason }), itemOf(entry));
      return;
    }
    entry.canUndo = error instanceof NetworkError;
    const hasNoResponse = error instanceof NetworkError && error.code === null;
    this.#activityLog.showError(
      hasNoResponse
        ? gettext("No response arrived, so it is not known whether it was undone. Try again.")
        : gettext("Not undone. %(reason)s", { reason }),
      itemOf(entry),
    );
  }

  #applyResult(
    entry: ActivityEntry,
    items: DecidedItem[],
    { undone, failed, not_stored }: UndoManyResult,
  ): void {
    const byOthers = failed.filter((failure) => this.#isUndoneByOther(failure));
    const failures = failed.filter(({ error }) => error !== "already_undone");
    const remaining = new Set([...byOthers, ...failures].map(({ decision_id }) => decision_id));
    for (const id of not_stored) remaining.add(id);
    // Also those that an earlier request had undone, although its response was lost.
    const responses = new Set([...undone, ...failed].map(({ decision_id }) => decision_id));
    const isReturned = (id: string) => responses.has(id) && !remaining.has(id);
    const returned = items.filter(({ decisionId }) => isReturned(decisionId ?? ""));
    this.#returnToQueue(entry, returned);
    entry.canUndo = not_stored.length > 0;
    const [failure] = failures;
    if (failure?.error === "too_late_to_undo" && items.length === 1) this.#showTooLate(entry);
    else if (byOthers.length < items.length) {
      const reason =
        failure?.message ?? gettext("The database cannot store anything at the moment. Try again.");
      this.#showResult(entry, returned.length, items.length - byOthers.length, reason);
    }
    for (const { decision_id, undone_by } of byOthers) {
      const undo = { decision_id, verdict: "undo", decided_by: undone_by ?? "" };
      this.#activityLog.applySuperseded({ ...undo, comment_id: "", clause: null });
    }
  }

  #isUndoneByOther({ error, undone_by }: FailedUndo): boolean {
    return (
      error === "already_undone" &&
      (undone_by ?? this.#session.pseudonym) !== this.#session.pseudonym
    );
  }

  #showResult(entry: ActivityEntry, count: number, total: number, reason: string): void {
    const item = itemOf(entry);
    const decision = this.#activityLog.labelOf(entry);
    if (count === 0) {
      this.#activityLog.showError(gettext("Not undone. %(reason)s", { reason }), item);
    } else if (count < total) {
      const values = { count, total, reason };
      this.#activityLog.showError(
        gettext("%(count)s of %(total)s undone, the others were not. %(reason)s", values),
      );
    } else if (total === 1) {
      this.#activityLog.showInfo(
        gettext("Undone: %(decision)s. The comment is waiting again.", { decision }),
        item,
      );
    } else {
      this.#activityLog.showInfo(
        ngettext(
          "Undone: %(decision)s. %(count)s comment is waiting again.",
          "Undone: %(decision)s. %(count)s comments are waiting again.",
          count,
          { decision },
        ),
      );
    }
  }

  #returnToQueue(entry: ActivityEntry, items: DecidedItem[]): void {
    for (const decided of items) {
      decided.decisionId = null;
      this.#queue.markPending(decided.item);
      if (entry.request.verdict !== "reject") {
        this.#queue.heldCount = Math.max(0, this.#queue.heldCount - 1);
      }
    }
    entry.isUndone = entry.items.every(({ decisionId }) => decisionId === null);
    const [first] = items;
    if (first !== undefined) this.#queue.focusIfIdle(first.item);
  }
}
