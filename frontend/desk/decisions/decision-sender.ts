/** Sends decisions, one at a time or as a bulk rejection, and applies the server's response to each comment. */

import { NetworkError } from "../api/client.ts";
import type { DecisionResult, RejectManyResult, Session } from "../api/types.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { Queue } from "../queue/queue.ts";
import {
  canResend,
  type DecisionRequest,
  type Outcome,
  type QueueItem,
} from "../queue/queue-item.ts";
import type { Dom } from "../ui/dom.ts";
import type { ActivityEntry, ActivityLog } from "./activity-log.ts";
import type { DecisionSigner } from "./decision-signer.ts";
import {
  alreadyDecidedMessage,
  decidedElsewhereMessage,
  type ExistingDecision,
  existingDecision,
  notDecidedMessage,
  notSignedMessage,
  reasonOf,
  resultMessage,
} from "./messages.ts";

interface Decided {
  message: string;
  decisionId: string | null;
  outcome: Outcome;
}

export class DecisionSender {
  constructor(
    private readonly dom: Dom,
    private readonly queue: Queue,
    private readonly activityLog: ActivityLog,
    private readonly session: Session,
    private readonly signer: DecisionSigner,
  ) {}

  /** Resolves to false after a network error: the decision stays in the queue as unsent. */
  sendOne(item: QueueItem, request: DecisionRequest): Promise<boolean> {
    const entry = this.activityLog.add(request, [item]);
    return this.activityLog.track(entry, this.#decide(item, entry));
  }

  sendMany(items: QueueItem[], request: DecisionRequest): Promise<boolean> {
    const entry = this.activityLog.add(request, items);
    return this.activityLog.track(entry, this.#rejectMany(items, entry));
  }

  /** Sends those comments of the entry that could not be sent and were not touched since. */
  async resend(entry: ActivityEntry): Promise<boolean> {
    const items = entry.items
      .map(({ item }) => item)
      .filter((item) => canResend(item, entry.request));
    const [first] = items;
    if (first === undefined) return true;
    const isBulk = entry.items.length > 1;
    const work = isBulk ? this.#rejectMany(items, entry) : this.#decide(first, entry);
    return this.activityLog.track(entry, work);
  }

  async #decide(item: QueueItem, entry: ActivityEntry): Promise<boolean> {
    this.#markSending([item]);
    try {
      const body = await this.signer.decide(item, entry.request);
      this.#applyResult(item, entry, await this.dom.post<DecisionResult>("/api/desk/decide", body));
      return true;
    } catch (error) {
      const existing = existingDecision(error);
      if (existing === null) return this.#handleFailure([item], entry, error);
      this.#applyExisting(item, entry, existing);
      return true;
    }
  }

  async #rejectMany(items: QueueItem[], entry: ActivityEntry): Promise<boolean> {
    this.#markSending(items);
    const clause = "clause" in entry.request ? entry.request.clause : "";
    try {
      const body = await this.signer.rejectMany(items, clause);
      const result = await this.dom.post<RejectManyResult>("/api/desk/reject-many", body);
      return this.#applyBulkResult(entry, result);
    } catch (error) {
      return this.#handleFailure(items, entry, error);
    }
  }

  #markSending(items: QueueItem[]): void {
    for (const item of items) Object.assign(item, { state: "sending", message: null });
    this.dom.requestRender();
  }

  #applyResult(item: QueueItem, entry: ActivityEntry, result: DecisionResult): void {
    const message = resultMessage(entry.request, result, this.session.terms);
    const outcome = reasonOf(entry.request);
    this.#markDecided(item, entry, { message, decisionId: result.decision_id, outcome });
    if (result.state === "held") this.queue.heldCount += 1;
    this.activityLog.complete(entry, message, result.slot);
  }

  #applyExisting(item: QueueItem, entry: ActivityEntry, existing: ExistingDecision): void {
    const { pseudonym: me, terms } = this.session;
    if (existing.decided_by === me && isFromElsewhere(item, entry.request, existing)) {
      this.#applyElsewhere(item, entry, existing);
      return;
    }
    const message = alreadyDecidedMessage(existing, me, terms);
    const isOurs = existing.decided_by === me && existing.decision_id !== null;
    const isOlderRequest = isOurs && isDifferent(item.possiblySent, entry.request);
    const decisionId = isOurs ? existing.decision_id : null;
    this.#markDecided(item, entry, { message, decisionId, outcome: existing });
    if (isOurs) entry.message = message;
    if (isOlderRequest) {
      this.activityLog.showError(
        gettext(
          "%(message)s Your later changes were not sent: undo the earlier decision to decide again.",
          { message },
        ),
        item,
      );
    } else if (isOurs) this.activityLog.complete(entry, message, entry.slot);
    else this.activityLog.showInfo(message, item);
  }

  /** This moderator's decision on another device is in force, not the one made here. */
  #applyElsewhere(item: QueueItem, entry: ActivityEntry, existing: ExistingDecision): void {
    const mine = this.activityLog.labelOf(entry);
    const message = decidedElsewhereMessage(existing, mine, this.session.terms);
    this.#markDecided(item, entry, { message, decisionId: null, outcome: existing });
    this.activityLog.showError(message, item);
  }

  #applyBulkResult(entry: ActivityEntry, result: RejectManyResult): boolean {
    const { decided, already_decided, not_stored, not_signed } = result;
    const { pseudonym: me, terms } = this.session;
    const itemById = new Map(entry.items.map(({ item }) => [item.row.comment_id, item]));
    const markDecided = (commentId: string, decided: Decided) => {
      const item = itemById.get(commentId);
      if (item !== undefined) this.#markDecided(item, entry, decided);
    };
    for (const decision of decided) {
      const message = resultMessage(entry.request, decision, terms);
      const outcome = reasonOf(entry.request);
      markDecided(decision.comment_id, { message, decisionId: decision.decision_id, outcome });
    }
    for (const decision of already_decided) {
      const isOurs = decision.decided_by === me && decision.verdict === "reject";
      const decisionId = isOurs ? decision.decision_id : null;
      const message =
        decision.decided_by === me && !isOurs
          ? decidedElsewhereMessage(decision, this.activityLog.labelOf(entry), terms)
          : alreadyDecidedMessage(decision, me, terms);
      markDecided(decision.comment_id, { message, decisionId, outcome: decision });
    }
    const itemsOf = (ids: string[]) =>
      entry.items.map(({ item }) => item).filter(({ row }) => ids.includes(row.comment_id));
    const notStored = itemsOf(not_stored);
    const reason = gettext(
      "Not decided: the database could not store any more decisions. Try again.",
    );
    this.#returnToQueue(notStored, entry.request, reason);
    this.#returnToQueue(itemsOf(not_signed), null, notSignedMessage());
    const otherwise = already_decided.filter(
      ({ decided_by, verdict }) => decided_by !== me || verdict !== "reject",
    );
    this.#completeBulk(entry, otherwise.length, decided[0]?.slot);
    return notStored.length === 0;
  }

  #completeBulk(entry: ActivityEntry, decidedOtherwise: number, slot = entry.slot): void {
    const count = entry.items.filter(({ decisionId }) => decisionId !== null).length;
    const rejected = ngettext(
      "%(count)s comment: %(decision)s",
      "%(count)s comments: %(decision)s",
      count,
      { decision: this.activityLog.labelOf(entry) },
    );
    if (decidedOtherwise === 0) {
      this.activityLog.complete(entry, rejected, slot);
      return;
    }
    const others = ngettext(
      "%(count)s other was already decided",
      "%(count)s others were already decided",
      decidedOtherwise,
    );
    const message = gettext("%(rejected)s; %(others)s", { rejected, others });
    this.activityLog.complete(entry, message, slot);
  }

  /** After an error the comments are back in the queue, each with a message. */
  #handleFailure(items: QueueItem[], entry: ActivityEntry, error: unknown): boolean {
    const message = notDecidedMessage(error);
    const isNetworkError = error instanceof NetworkError;
    this.#returnToQueue(items, isNetworkError ? entry.request : null, message);
    const [first] = items;
    // Unsent decisions have a notice of their own at the bottom, with a button to try again.
    if (!isNetworkError) this.activityLog.showError(message, items.length === 1 ? first : null);
    if (first !== undefined && !(isNetworkError && this.queue.focusId)) {
      this.queue.focusIfIdle(first);
    }
    return !isNetworkError;
  }

  /** With a request, the comments are unsent, and will be sent again. */
  #returnToQueue(items: QueueItem[], request: DecisionRequest | null, message: string): void {
    const state = request === null ? "pending" : "unsent";
    for (const item of items) {
      Object.assign(item, { state, message, unsent: request });
      if (request !== null) item.mode = "read";
      this.queue.ensureListed(item);
    }
    this.dom.requestRender();
  }

  #markDecided(
    item: QueueItem,
    entry: ActivityEntry,
    { message, decisionId, outcome }: Decided,
  ): void {
    for (const decided of entry.items) if (decided.item === item) decided.decisionId = decisionId;
    this.queue.markDecided(item, message, outcome);
  }
}

/** Whether no request of this device can have led to the moderator's decision. */
function isFromElsewhere(
  { possiblySent }: QueueItem,
  request: DecisionRequest,
  { verdict }: ExistingDecision,
): boolean {
  return verdict !== request.verdict && verdict !== possiblySent?.verdict;
}

/** Whether an earlier request that arrived differs from the current one. */
function isDifferent(possiblySent: DecisionRequest | null, request: DecisionRequest): boolean {
  return possiblySent !== null && JSON.stringify(possiblySent) !== JSON.stringify(request);
}
