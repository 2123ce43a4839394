/** The page of the queue on screen. It never changes by itself; only the moderator changes it. */

import { errorMessage } from "../api/client.ts";
import type {
  AlreadyDecidedList,
  QueuePage,
  QueueStatus,
  Slot,
  SupersededDecision,
  Terms,
} from "../api/types.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { alreadyDecidedMessage } from "../decisions/messages.ts";
import type { Dom } from "../ui/dom.ts";
import { decryptPage, type UnreadableRow } from "./decrypt-page.ts";
import {
  applyDraft,
  hasUnsavedText,
  isUndecided,
  isUntouched,
  type Outcome,
  type QueueItem,
  type SavedDraft,
  saveDraft,
} from "./queue-item.ts";

/** Long enough for a second click or tap, or a key press meant for the previous comment. */
const GUARD_MS = 300;

/** Decided comments that stay visible in their place. */
const UNFOLDED_MAX = 2;

/** The server's page size, and its limit for one request. */
const BATCH_MAX = 50;

export class Queue {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  items: QueueItem[] = [];
  /** Rows of this page that cannot be read. */
  unreadable: UnreadableRow[] = [];
  focusId: string | null = null;
  /** The number of pending comments, as last reported by the server. */
  pendingCount: number;
  heldCount: number;
  /** How many of the pending comments are destroyed unread within a week. */
  expiringCount: number;
  nextSlot: Slot;
  /** When the next comments come. */
  nextRound: Slot;
  /** The pane that a narrow screen shows. */
  pane: "list" | "focus" = "list";
  /** True for a moment after the focus moved without the moderator choosing the comment. */
  isGuarded = false;
  isLoading = false;
  #guardTimer: ReturnType<typeof setTimeout> | undefined;
  #decidedCount = 0;
  #cursor: string | null = null;
  #nextCursor: string | null = null;
  /** Items that are not on this page, but have unsaved text or were being sent when their page was left. */
  readonly #offPageItems = new Map<string, QueueItem>();
  /** From before a lock, of comments that are not listed yet. */
  readonly #savedDrafts = new Map<string, SavedDraft>();

  constructor(
    private readonly dom: Dom,
    readonly keyring: Keyring,
    status: QueueStatus,
    private readonly terms: Terms,
  ) {
    this.pendingCount = status.pending_count;
    this.heldCount = status.held_count;
    this.expiringCount = status.expiring_count;
    this.nextSlot = status.next_slot;
    this.nextRound = status.next_round;
  }

  get focused(): QueueItem | null {
    return this.items.find((item) => item.row.comment_id === this.focusId) ?? null;
  }

  /** Decided comments, but for the last ones, so that the row in focus does not move. */
  get folded(): QueueItem[] {
    const decided = this.items.filter(({ state }) => state === "done");
    return decided
      .toSorted((a, b) => a.decidedNumber - b.decidedNumber)
      .slice(0, Math.max(0, decided.length - UNFOLDED_MAX));
  }

  get undecided(): QueueItem[] {
    return this.items.filter(isUndecided);
  }

  /** The number of pending comments that can be read, as far as this page knows. */
  get readableCount(): number {
    return Math.max(0, this.pendingCount - this.unreadable.length);
  }

  /** Items for a bulk rejection: without unsaved text and without an unsent decision. */
  get rejectableItems(): QueueItem[] {
    return this.items.filter(isUntouched).slice(0, BATCH_MAX);
  }

  /** The number of pending comments that are not on this page. */
  get remainingCount(): number {
    return Math.max(0, this.readableCount - this.undecided.length);
  }

  get isFirstPage(): boolean {
    return this.#cursor === null;
  }

  /** Whether text was typed that exists only here, on this page or on an earlier one. */
  get hasUnsavedText(): boolean {
    const mayBeListed = this.#savedDrafts.size > 0 && this.#nextCursor !== null;
    return mayBeListed || [...this.#offPageItems.values(), ...this.items].some(hasUnsavedText);
  }

  /** What was begun, on any page. */
  get savedDrafts(): SavedDraft[] {
    const drafts = new Map(this.#savedDrafts);
    for (const item of [...this.#offPageItems.values(), ...this.items]) {
      const draft = saveDraft(item);
      if (draft !== null) drafts.set(draft.comment_id, draft);
    }
    return [...drafts.values()];
  }

  /** Before the first page is loaded: each comment gets its draft back when it is listed. */
  restoreDrafts(drafts: SavedDraft[]): void {
    for (const draft of drafts) this.#savedDrafts.set(draft.comment_id, draft);
  }

  /** Whether the moderator is working on something that a response of the server must not interrupt. */
  get isEditing(): boolean {
    const { focused } = this;
    const hasOpenPanel = focused !== null && isUndecided(focused) && focused.mode !== "read";
    return hasOpenPanel || this.dom.isInField;
  }

  /** Loads the next page, or the first one if this page is finished or the last. */
  async loadMore(): Promise<void> {
    const continues = this.undecided.length > 0 && this.#nextCursor !== null;
    await this.load(continues ? this.#nextCursor : null);
  }

  /** Comments that are still pending keep their position and draft; new ones follow them. */
  async load(cursor: string | null): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    this.error = null;
    this.dom.requestRender();
    const cached = [...this.#offPageItems.values(), ...this.items];
    const decided = new Set(cached.filter(({ state }) => state === "done"));
    try {
      await this.#showPage(cursor, await this.#fetchPage(cursor), decided);
      this.phase = "ready";
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    } finally {
      this.isLoading = false;
      this.dom.requestRender();
    }
  }

  /**
   * A comment that others have decided says so in its place; with work begun on it, it stays open.
   * Returns which of the moderator's own decisions are not in force any more.
   */
  async markDecidedByOthers(decision_ids: string[] = []): Promise<SupersededDecision[]> {
    const pending = this.items.filter(({ state }) => state === "pending").slice(0, BATCH_MAX * 2);
    if (pending.length === 0 && decision_ids.length === 0) return [];
    const comment_ids = pending.map(({ row }) => row.comment_id);
    const { already_decided, superseded } = await this.dom.post<AlreadyDecidedList>(
      "/api/desk/already-decided",
      { comment_ids, decision_ids },
    );
    for (const decision of already_decided) {
      const item = pending.find(({ row }) => row.comment_id === decision.comment_id);
      if (item?.state !== "pending") continue;
      item.message = alreadyDecidedMessage(decision, null, this.terms);
      if (item !== this.focused && isUntouched(item)) this.#markDone(item, decision);
    }
    this.dom.requestRender();
    return superseded;
  }

  /** Updates the numbers, and nothing else on screen. */
  applyStatus({
    pending_count,
    expiring_count,
    held_count,
    next_slot,
    next_round,
  }: QueueStatus): void {
    this.pendingCount = pending_count;
    this.expiringCount = expiring_count;
    this.heldCount = held_count;
    this.nextSlot = next_slot;
    this.nextRound = next_round;
    this.dom.requestRender();
  }

  focus(commentId: string): void {
    this.focusId = commentId;
    this.pane = "focus";
    this.dom.focusOn("#focus");
  }

  /** To the next undecided comment, or with −1 to the previous one; stays at either end. */
  step(direction: 1 | -1): void {
    const start = this.items.findIndex((item) => item.row.comment_id === this.focusId);
    for (let i = start + direction; i >= 0 && i < this.items.length; i += direction) {
      const item = this.items[i];
      if (item !== undefined && isUndecided(item)) {
        this.focus(item.row.comment_id);
        return;
      }
    }
  }

  /** From a decided comment to the next undecided one, or else to the nearest one before it. */
  focusNext(): void {
    const previousId = this.focusId;
    this.step(1);
    if (this.focusId === previousId) this.step(-1);
    this.#guard();
    if (this.focusId !== previousId) return;
    this.focusId = null;
    this.dom.focusOn("#focus");
  }

  /** The focus moved by itself, so the comment must not be decided before it can be seen. */
  #guard(): void {
    this.isGuarded = true;
    clearTimeout(this.#guardTimer);
    this.#guardTimer = setTimeout(() => {
      this.isGuarded = false;
      this.dom.requestRender();
    }, GUARD_MS);
  }

  /** Focuses an item that the moderator did not choose, unless that would interrupt work. */
  focusIfIdle(item: QueueItem): void {
    if (this.isEditing) this.dom.requestRender();
    else {
      this.focusId = item.row.comment_id;
      this.dom.focusOn("#focus");
      this.#guard();
    }
  }

  markDecided(item: QueueItem, message: string, outcome: Outcome): void {
    Object.assign(item, { mode: "read", message, unsent: null, possiblySent: null });
    this.#markDone(item, outcome);
    this.pendingCount = Math.max(0, this.pendingCount - 1);
    if (item.row.expires !== null) this.expiringCount = Math.max(0, this.expiringCount - 1);
  }

  #markDone(item: QueueItem, { verdict, clause, edit_kind }: Outcome): void {
    this.#decidedCount += 1;
    const outcome = { verdict, clause, edit_kind };
    Object.assign(item, { state: "done", outcome, decidedNumber: this.#decidedCount });
  }

  /** After an undo: the comment keeps its position, or comes first if its page is no longer here. */
  markPending(item: QueueItem): void {
    this.returnItem(item, null);
    this.pendingCount += 1;
    if (item.row.expires !== null) this.expiringCount += 1;
  }

  /** The server's numbers include the comment already. */
  returnItem(item: QueueItem, message: string | null): void {
    Object.assign(item, { state: "pending", outcome: null, message });
    this.ensureListed(item);
  }

  /** An item that needs attention must not be lost with an earlier page. */
  ensureListed(item: QueueItem): void {
    if (!this.items.includes(item)) this.items = [item, ...this.items];
  }

  async #fetchPage(cursor: string | null): Promise<QueuePage> {
    const page = await this.dom.post<QueuePage>("/api/desk/queue", { cursor });
    this.applyStatus(page);
    return page;
  }

  /** Skips pages without readable comments, so that lost keys never block the queue. */
  async #showPage(cursor: string | null, first: QueuePage, decided: Set<QueueItem>): Promise<void> {
    const cache = { items: this.#cacheItems(), decided };
    let page = await decryptPage(first, this.keyring.epochKeys, cache);
    const unreadable = [...page.unreadable];
    while (page.items.length === 0 && page.nextCursor !== null) {
      const next = await this.#fetchPage(page.nextCursor);
      page = await decryptPage(next, this.keyring.epochKeys, cache);
      unreadable.push(...page.unreadable);
    }
    const isSamePage = cursor === this.#cursor;
    // An item that the page does not list may be on the next page, or decided by another moderator.
    const listed = new Set(page.items);
    const isItemMissing = this.undecided.some((item) => !listed.has(item));
    if (isSamePage && isItemMissing) await this.markDecidedByOthers();
    const edited = this.isEditing ? this.focused : null;
    const staying = this.undecided.filter(
      (item) => isSamePage || item.state === "unsent" || item === edited,
    );
    this.items = [...staying, ...page.items.filter((item) => !staying.includes(item))];
    this.unreadable = unreadable;
    this.#cursor = cursor;
    this.#nextCursor = page.nextCursor;
    this.#applySavedDrafts();
    this.#focusFirst();
  }

  #applySavedDrafts(): void {
    for (const item of this.items) {
      const draft = this.#savedDrafts.get(item.row.comment_id);
      if (draft === undefined) continue;
      this.#savedDrafts.delete(draft.comment_id);
      applyDraft(item, draft);
      this.focusId ??= draft.comment_id;
    }
  }

  /** Items that a new page may list again, with their drafts. */
  #cacheItems(): Map<string, QueueItem> {
    for (const item of this.items) {
      if (hasUnsavedText(item) || item.state === "sending") {
        this.#offPageItems.set(item.row.comment_id, item);
      }
    }
    const onPage = this.items.map((item): [string, QueueItem] => [item.row.comment_id, item]);
    return new Map([...this.#offPageItems, ...onPage]);
  }

  #focusFirst(): void {
    if (this.focused !== null && isUndecided(this.focused)) return;
    const first = this.undecided[0];
    this.focusId = first?.row.comment_id ?? null;
    this.dom.focusOn("#focus");
  }
}
