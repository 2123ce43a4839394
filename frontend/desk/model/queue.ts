/** The page of the queue on screen. It never changes by itself: only a moderator's hand moves it. */

import { sentenceFor } from "../wire/api.ts";
import type { Pulse, QueuePage, Slot } from "../wire/types.ts";
import type { Host } from "./host.ts";
import { hasTyped, type Item, isOpen } from "./item.ts";
import type { Keyring } from "./keyring.ts";
import { type Closed, openPage } from "./page.ts";

/** A second click, or a finger's second tap, comes within this time. */
const FRESH_MS = 250;

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
  /** Whether the comment in focus has only just come there because another was decided. */
  isFresh = false;
  #fresh: ReturnType<typeof setTimeout> | undefined;
  #after: string | null = null;
  #next: string | null = null;
  #isLoading = false;
  /** What was typed about comments of pages that are not on screen. */
  readonly #typed = new Map<string, Item>();

  constructor(
    private readonly host: Host,
    readonly keys: Keyring,
    start: Pulse,
  ) {
    this.waiting = start.waiting;
    this.held = start.held;
    this.nextSlot = start.next_slot;
  }

  get focused(): Item | null {
    return this.items.find((item) => item.row.id === this.focusId) ?? null;
  }

  get open(): Item[] {
    return this.items.filter(isOpen);
  }

  /** How many wait that can be read, as far as this page knows. */
  get readable(): number {
    return Math.max(0, this.waiting - this.closed.length);
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
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.error = null;
    this.host.changed();
    try {
      await this.#show(after, await this.#page(after));
      this.phase = "ready";
    } catch (error) {
      this.error = sentenceFor(error);
      if (this.phase === "loading") this.phase = "failed";
    } finally {
      this.#isLoading = false;
      this.host.changed();
    }
  }

  /** How many wait, as it was just heard: the number and nothing else changes. */
  heard({ waiting, held, next_slot }: Pulse): void {
    this.waiting = waiting;
    this.held = held;
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
    const at = this.items.findIndex((item) => item.row.id === this.focusId);
    for (let i = at + by; i >= 0 && i < this.items.length; i += by) {
      const item = this.items[i];
      if (item !== undefined && isOpen(item)) {
        this.focus(item.row.id);
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

  /** An undone decision puts its comment back where it was, or in front where its page is gone. */
  putBack(item: Item): void {
    item.state = "waiting";
    item.sentence = null;
    this.keep(item);
    this.focus(item.row.id);
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
    const page = await this.host.post<QueuePage>("/api/queue", { after });
    this.heard(page);
    return page;
  }

  /** A page that holds nothing readable is passed over, so that old keys never block the queue. */
  async #show(after: string | null, first: QueuePage): Promise<void> {
    const known = this.#remember();
    let page = await openPage(first, this.keys.openers, known);
    const closed = [...page.closed];
    while (page.items.length === 0 && page.next !== null) {
      page = await openPage(await this.#page(page.next), this.keys.openers, known);
      closed.push(...page.closed);
    }
    const isSamePage = after === this.#after;
    const staying = this.open.filter(({ state }) => isSamePage || state === "unsent");
    this.items = [...staying, ...page.items.filter((item) => !staying.includes(item))];
    this.closed = closed;
    this.#after = after;
    this.#next = page.next;
    this.#focusSomething();
  }

  /** What is on screen now or was typed before, so that a new page finds it again. */
  #remember(): Map<string, Item> {
    for (const item of this.items) if (hasTyped(item)) this.#typed.set(item.row.id, item);
    const here = this.items.map((item): [string, Item] => [item.row.id, item]);
    return new Map([...this.#typed, ...here]);
  }

  #focusSomething(): void {
    if (this.focused !== null && isOpen(this.focused)) return;
    const first = this.open[0];
    this.focusId = first?.row.id ?? null;
    this.host.focusOn("#focus");
  }
}
