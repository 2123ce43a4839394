/** What a moderator can decide about a comment, and when a decision is sent. */

import type { Session } from "../api/types.ts";
import { gettext } from "../i18n.ts";
import type { Queue } from "../queue/queue.ts";
import {
  type DecisionRequest,
  isEdited,
  isUndecided,
  publishRequest,
  type QueueItem,
  rejectRequest,
  resetForEditing,
} from "../queue/queue-item.ts";
import type { Dom } from "../ui/dom.ts";
import { type ActivityEntry, ActivityLog } from "./activity-log.ts";
import { DecisionSender } from "./decision-sender.ts";
import type { DecisionSigner } from "./decision-signer.ts";
import { type ShowHistory, Undo } from "./undo.ts";

export class Decisions {
  readonly activityLog: ActivityLog;
  readonly #sender: DecisionSender;
  readonly #undo: Undo;
  #isRetrying = false;

  constructor(
    private readonly dom: Dom,
    private readonly queue: Queue,
    private readonly session: Session,
    { signer, showHistory }: { signer: DecisionSigner; showHistory: ShowHistory },
  ) {
    this.activityLog = new ActivityLog(dom, queue, session);
    this.#sender = new DecisionSender(dom, queue, this.activityLog, session, signer);
    const { activityLog } = this;
    this.#undo = new Undo({ dom, queue, activityLog, session, signer, showHistory });
  }

  get unsentItems(): QueueItem[] {
    return this.queue.items.filter((item) => item.state === "unsent");
  }

  /** Publishes the comment with the edits in its draft, if there are any. */
  publish(item: QueueItem): Promise<void> {
    if (item.mode === "edit" && !isEdited(item)) {
      return this.#showProblems(item, [
        gettext("Nothing has been changed. Close the editor to publish the comment as it is."),
      ]);
    }
    const request = publishRequest(item, this.session.limits);
    if (!Array.isArray(request)) return this.#decide([item], request);
    item.mode = "edit";
    return this.#showProblems(item, request);
  }

  reject(item: QueueItem): Promise<void> {
    const request = rejectRequest(item, this.session.limits);
    return Array.isArray(request)
      ? this.#showProblems(item, request)
      : this.#decide([item], request);
  }

  bulkReject(items: QueueItem[], clause: string): Promise<void> {
    return this.#decide(items, { verdict: "reject", clause, feedback: null });
  }

  /** Sends unsent decisions again, oldest first, unless the moderator has changed something since. */
  async retry(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    try {
      for (const entry of [...this.activityLog.entries].reverse()) {
        if (entry.sending === null && !(await this.#sender.resend(entry))) break;
        this.#leaveDecided();
      }
    } finally {
      this.#isRetrying = false;
    }
  }

  /** A comment that is opened again is decided again: its unsent decision is dropped. */
  resetForEditing(item: QueueItem): void {
    resetForEditing(item);
    this.activityLog.prune();
  }

  /** Asks what others did to the comments on this page and to the decisions of this moderator. */
  async checkOthers(): Promise<void> {
    const superseded = await this.queue.markDecidedByOthers(this.activityLog.checkedIds);
    for (const decision of superseded) this.activityLog.applySuperseded(decision);
    // What was undone may have been decided again since.
    if (superseded.some(({ verdict }) => verdict === "undo")) {
      await this.queue.markDecidedByOthers();
    }
  }

  undoLast(): Promise<void> {
    return this.#undo.undoLast();
  }

  undo(entry: ActivityEntry): Promise<void> {
    return this.#undo.undo(entry);
  }

  async #decide(items: QueueItem[], request: DecisionRequest): Promise<void> {
    const undecided = items.filter(isUndecided);
    const [first] = undecided;
    if (first === undefined) return;
    for (const item of undecided) resetForEditing(item);
    this.activityLog.prune();
    const sending =
      undecided.length === 1
        ? this.#sender.sendOne(first, request)
        : this.#sender.sendMany(undecided, request);
    this.#leaveDecided();
    const hasResponse = await sending;
    this.#leaveDecided();
    if (hasResponse) await this.retry();
  }

  /** A decided comment does not keep the focus. */
  #leaveDecided(): void {
    const { focused } = this.queue;
    if (focused !== null && !isUndecided(focused)) this.queue.focusNext();
  }

  /** All that is missing, beside the button that was pressed. */
  #showProblems(item: QueueItem, problems: string[]): Promise<void> {
    item.message = problems.join("\n");
    this.queue.focusId = item.row.comment_id;
    this.dom.announce(problems.join(" "));
    this.dom.focusOn("#focus .item-message");
    return Promise.resolve();
  }
}
