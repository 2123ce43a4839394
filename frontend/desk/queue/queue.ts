/** The page of the queue on screen. It never changes by itself: only a moderator's hand moves it. */

import { sentenceFor } from "../api/client.ts";
import type { AlreadyDecided, QueuePage, QueueStatus, Slot } from "../api/types.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { decidedMeanwhile } from "../decisions/messages.ts";
import type { Host } from "../ui/dom.ts";
import { type Closed, openPage } from "./decrypt-page.ts";
import { hasTyped, type Item, isOpen, isUntouched } from "./queue-item.ts";

/** A second click, a finger's second tap, or a key meant for what was there before, comes within this time. */
const FRESH_MS = 300;

/** As many as a page of the server has, and as it takes in one request. */
const AT_ONCE_MAX = 50;

export class Queue {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  items: Item[] = [];
  /** Rows of this page that cannot be shown, and why. */
  closed: Closed[] = [];
  focusId: string | null = null;
  /** How many wait in all, as the server last said. */
  waiting: number;
  held: number;
  nextSlot: Slot;
  /** On a narrow screen one of the two is shown. */
  pane: "list" | "focus" = "list";
  /** Whether the comment in focus has only just come there, and not by a hand that chose it. */
  isFresh = false;
  #fresh: ReturnType<typeof setTimeout> | undefined;
  #after: string | null = null;
  #next: string | null = null;
  isLoading = false;
  /** What was typed about comments of pages that are not on screen, or was on its way when they went. */
  readonly #typed = new Map<string, Item>();

  constructor(
    private readonly host: Host,
    readonly keys: Keyring,
    start: QueueStatus,
  ) {
    this.waiting = start.pending_count;
    this.held = start.held_count;
    this.nextSlot = start.next_slot;
  }

  get focused(): Item | null {
    return this.items.find((item) => item.row.comment_id === this.focusId) ?? null;
  }

  get open(): Item[] {
    return this.items.filter(isOpen);
  }

  /** How many wait that can be read, as far as this page knows. */
  get readable(): number {
    return Math.max(0, this.waiting - this.closed.length);
  }

  /** Those that can be rejected at once: nothing was typed about them, and no decision is unsent. */
  get rejectable(): Item[] {
    return this.items.filter(isUntouched).slice(0, AT_ONCE_MAX);
  }

  /** How many wait that are not on this page. */
  get more(): number {
    return Math.max(0, this.readable - this.open.length);
  }

  /** The page after this one where there is one and this one is not worked off; else the oldest. */
  async loadMore(): Promise<void> {
    const keepsPlace = this.open.length > 0 && this.#next !== null;
    await this.load(keepsPlace ? this.#next : null);
  }

  get isFirstPage(): boolean {
    return this.#after === null;
  }

  /** Loads a page. What was there and still waits keeps its place and its draft; what is new follows. */
  async load(after: string | null): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    this.error = null;
    this.host.changed();
    const known = [...this.#typed.values(), ...this.items];
    const decided = new Set(known.filter(({ state }) => state === "done"));
    try {
      await this.#show(after, await this.#page(after), decided);
      this.phase = "ready";
    } catch (error) {
      this.error = sentenceFor(error);
      if (this.phase === "loading") this.phase = "failed";
    } finally {
      this.isLoading = false;
      this.host.changed();
    }
  }

  /** What others decided meanwhile fades in its place, with a sentence: nothing moves, nor is work lost. */
  async fadeGone(): Promise<void> {
    const asked = this.items.filter(({ state }) => state === "waiting").slice(0, AT_ONCE_MAX * 2);
    if (asked.length === 0) return;
    const comment_ids = asked.map(({ row }) => row.comment_id);
    const { already_decided } = await this.host.post<{ already_decided: AlreadyDecided[] }>(
      "/api/desk/already-decided",
      { comment_ids },
    );
    for (const one of already_decided) {
      const item = asked.find(({ row }) => row.comment_id === one.comment_id);
      if (item?.state !== "waiting") continue;
      item.sentence = decidedMeanwhile(one);
      if (item !== this.focused && isUntouched(item)) item.state = "done";
    }
    this.host.changed();
  }

  /** How many wait, as it was just heard: the number and nothing else changes. */
  heard({ pending_count, held_count, next_slot }: QueueStatus): void {
    this.waiting = pending_count;
    this.held = held_count;
    this.nextSlot = next_slot;
    this.host.changed();
  }

  focus(id: string): void {
    this.focusId = id;
    this.pane = "focus";
    this.host.focusOn("#focus");
  }

  /** To the next comment that waits (or, with −1, the one before); stays at the ends. */
  step(by: 1 | -1): void {
    const at = this.items.findIndex((item) => item.row.comment_id === this.focusId);
    for (let i = at + by; i >= 0 && i < this.items.length; i += by) {
      const item = this.items[i];
      if (item !== undefined && isOpen(item)) {
        this.focus(item.row.comment_id);
        return;
      }
    }
  }

  /** From a comment that was decided to the next one, else to the nearest before it. */
  moveOn(): void {
    const before = this.focusId;
    this.step(1);
    if (this.focusId === before) this.step(-1);
    this.#refresh();
    if (this.focusId !== before) return;
    this.focusId = null;
    this.host.focusOn("#focus");
  }

  /** Nobody has read what has just come: it is not decided before an eye could fall on it. */
  #refresh(): void {
    this.isFresh = true;
    clearTimeout(this.#fresh);
    this.#fresh = setTimeout(() => {
      this.isFresh = false;
      this.host.changed();
    }, FRESH_MS);
  }

  /** Whether a hand is at something that no answer of the server may interrupt. */
  get isAtWork(): boolean {
    const { focused } = this;
    const hasPanel = focused !== null && isOpen(focused) && focused.mode !== "read";
    return hasPanel || this.host.isInField;
  }

  /** Into focus without a hand that chose it: never away from somebody's work. */
  bring(item: Item): void {
    if (this.isAtWork) this.host.changed();
    else {
      this.focusId = item.row.comment_id;
      this.host.focusOn("#focus");
      this.#refresh();
    }
  }

  /** Out of the queue, with what was decided. */
  take(item: Item, sentence: string): void {
    const done = { state: "done", mode: "read", sentence, unsent: null, perhapsSent: null };
    Object.assign(item, done);
    this.waiting = Math.max(0, this.waiting - 1);
  }

  /** An undone decision puts its comment back where it was, or in front where its page is gone. */
  putBack(item: Item): void {
    item.state = "waiting";
    item.sentence = null;
    this.waiting += 1;
    this.keep(item);
  }

  /** Makes sure that it is on this page: what needs a hand must not be lost with an older page. */
  keep(item: Item): void {
    if (!this.items.includes(item)) this.items = [item, ...this.items];
  }

  /** Whether something was typed that is nowhere but here, on this page or one before. */
  get hasTyped(): boolean {
    return [...this.#typed.values(), ...this.items].some(hasTyped);
  }

  async #page(after: string | null): Promise<QueuePage> {
    const page = await this.host.post<QueuePage>("/api/desk/queue", {
      cursor: after,
    });
    this.heard(page);
    return page;
  }

  /** A page that holds nothing readable is passed over, so that old keys never block the queue. */
  async #show(after: string | null, first: QueuePage, decided: Set<Item>): Promise<void> {
    const known = { items: this.#remember(), decided };
    let page = await openPage(first, this.keys.openers, known);
    const closed = [...page.closed];
    while (page.items.length === 0 && page.next !== null) {
      page = await openPage(await this.#page(page.next), this.keys.openers, known);
      closed.push(...page.closed);
    }
    const isSamePage = after === this.#after;
    // What the page does not list may be on the next one, or decided by somebody else.
    const listed = new Set(page.items);
    if (isSamePage && this.open.some((item) => !listed.has(item))) await this.fadeGone();
    const worked = this.isAtWork ? this.focused : null;
    const staying = this.open.filter(
      (item) => isSamePage || item.state === "unsent" || item === worked,
    );
    this.items = [...staying, ...page.items.filter((item) => !staying.includes(item))];
    this.closed = closed;
    this.#after = after;
    this.#next = page.next;
    this.#focusSomething();
  }

  /** What is on screen now or was typed before, so that a new page finds it again. */
  #remember(): Map<string, Item> {
    for (const item of this.items) {
      if (hasTyped(item) || item.state === "sending") this.#typed.set(item.row.comment_id, item);
    }
    const here = this.items.map((item): [string, Item] => [item.row.comment_id, item]);
    return new Map([...this.#typed, ...here]);
  }

  #focusSomething(): void {
    if (this.focused !== null && isOpen(this.focused)) return;
    const first = this.open[0];
    this.focusId = first?.row.comment_id ?? null;
    this.host.focusOn("#focus");
  }
}
