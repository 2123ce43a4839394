/** What was decided, newest slot first; undoing and removing from there. */

import { isStored, sentenceFor } from "../api/client.ts";
import type { HistoryEntry, HistoryPage } from "../api/types.ts";
import { decidedBefore, decisionBefore } from "../decisions/messages.ts";
import type { Host } from "../ui/dom.ts";

/** What is sent about a row, what is true of it from then on, and how that is said. */
interface Deed {
  send: () => Promise<unknown>;
  stored: () => void;
  said: string;
}

export class History {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  rows: HistoryEntry[] = [];
  next: string | null = null;
  /** The row that is being asked about, and the clause chosen so far. */
  removing: { decision_id: string; clause: string | null } | null = null;
  isBusy = false;
  /** The one comment whose decisions are shown; null where all are. */
  comment: string | null = null;
  /** Whether what was typed to find one is no comment's link. */
  isNoLink = false;
  /** Only the newest question's answer is taken. */
  #asked = 0;

  constructor(
    private readonly host: Host,
    private readonly me: string,
    private readonly putBack: (id: string) => void,
  ) {}

  /** From the newest on; of one comment, or of all. */
  load(comment: string | null = null): Promise<void> {
    this.comment = comment;
    this.isNoLink = false;
    this.removing = null;
    return this.#page(null, (page) => {
      this.rows = page.entries;
    });
  }

  loadOlder(): Promise<void> {
    return this.#page(this.next, (page) => {
      this.rows = [...this.rows, ...page.entries];
    });
  }

  /** By the address that readers share; nothing typed shows all again. */
  async find(address: string): Promise<void> {
    const comment = commentOf(address);
    if (comment === null && address.trim() !== "") {
      this.isNoLink = true;
      this.host.changed();
      return;
    }
    await this.load(comment);
    if (comment !== null && this.error === null) this.host.focusOn(this.#foremost);
  }

  /** What the hand wants next: the act that is possible, else what is told. */
  get #foremost(): string {
    if (this.rows.some((row) => row.can_undo || row.can_remove)) return ".decision .acts button";
    return this.rows.length > 0 ? ".decision" : ".page .empty";
  }

  undo(row: HistoryEntry): Promise<void> {
    return this.#act(row, {
      said: "Undone: it waits in the queue again.",
      send: () => this.host.post("/api/desk/undo", { decision_id: row.decision_id }),
      stored: () => {
        this.#now(row.comment_id, { state: "pending", can_undo: false });
        row.is_undone = true;
        this.putBack(row.comment_id);
      },
    });
  }

  askToRemove(row: HistoryEntry | null): void {
    this.removing = row === null ? null : { decision_id: row.decision_id, clause: null };
    this.host.focusOn(row === null ? "h1" : ".removing input");
  }

  remove(row: HistoryEntry): Promise<void> {
    const clause = this.removing?.clause ?? null;
    if (clause === null) {
      this.error = "Choose the clause of the terms that it is removed for.";
      this.host.say(this.error);
      return Promise.resolve();
    }
    const gone = { state: "removed", text: null, name: null, can_undo: false, can_remove: false };
    return this.#act(row, {
      said: "Removed at once",
      send: () => this.host.post("/api/desk/remove", { comment_id: row.comment_id, clause }),
      stored: () => {
        this.removing = null;
        this.#now(row.comment_id, gone);
      },
    });
  }

  /** What has become of a comment stands in each of its rows; nothing else on the page changes. */
  #now(id: string, change: Partial<HistoryEntry>): void {
    for (const row of this.rows) if (row.comment_id === id) Object.assign(row, change);
  }

  async #act(row: HistoryEntry, { send, stored, said }: Deed): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    try {
      await send();
      stored();
      this.host.say(said);
      this.host.focusOn(`[data-decision="${row.decision_id}"]`);
    } catch (error) {
      if (isStored(error)) stored();
      const before = decisionBefore(error);
      this.error = before === null ? sentenceFor(error) : decidedBefore(before, this.me);
      this.host.say(this.error);
    } finally {
      this.isBusy = false;
      this.host.changed();
    }
  }

  async #page(before: string | null, take: (page: HistoryPage) => void): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const body = {
        cursor: before,
        ...(this.comment === null ? {} : { comment_id: this.comment }),
      };
      const page = await this.host.post<HistoryPage>("/api/desk/history", body);
      if (asked !== this.#asked) return;
      take(page);
      this.next = page.next_cursor;
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.error = sentenceFor(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.host.changed();
  }
}

/** The id in a comment's address, or an id by itself. */
function commentOf(address: string): string | null {
  return /(?:^|#c-)([a-z2-7]{26})$/.exec(address.trim())?.[1] ?? null;
}
