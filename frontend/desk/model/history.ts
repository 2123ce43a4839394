/** What was decided, newest slot first; undoing and removing from there. */

import { sentenceFor } from "../wire/api.ts";
import type { Decided, HistoryPage, Past } from "../wire/types.ts";
import type { Host } from "./host.ts";
import { outcome } from "./outcome.ts";

export class History {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  rows: Past[] = [];
  next: string | null = null;
  /** The row that is being asked about, and the clause chosen so far. */
  removing: { decision: string; clause: string | null } | null = null;
  isBusy = false;

  constructor(
    private readonly host: Host,
    private readonly putBack: (id: string) => void,
  ) {}

  /** From the newest on. */
  load(): Promise<void> {
    return this.#page(null, (page) => {
      this.rows = page.rows;
    });
  }

  loadOlder(): Promise<void> {
    return this.#page(this.next, (page) => {
      this.rows = [...this.rows, ...page.rows];
    });
  }

  undo(row: Past): Promise<void> {
    return this.#act(async () => {
      await this.host.post("/api/undo", { decision: row.decision });
      this.putBack(row.id);
      return "Undone: it waits in the queue again.";
    });
  }

  askToRemove(row: Past | null): void {
    this.removing = row === null ? null : { decision: row.decision, clause: null };
    this.host.focusOn(row === null ? "h1" : ".removing input");
  }

  remove(row: Past): Promise<void> {
    const clause = this.removing?.clause ?? null;
    if (clause === null) {
      this.error = "Choose the clause of the terms that it is removed for.";
      this.host.say(this.error);
      return Promise.resolve();
    }
    return this.#act(async () => {
      const decided = await this.host.post<Decided>("/api/remove", { id: row.id, clause });
      this.removing = null;
      return outcome("remove", decided);
    });
  }

  async #act(work: () => Promise<string>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    try {
      const sentence = await work();
      await this.load();
      this.host.say(sentence);
      this.host.focusOn("h1");
    } catch (error) {
      this.error = sentenceFor(error);
      this.host.say(this.error);
    } finally {
      this.isBusy = false;
      this.host.changed();
    }
  }

  async #page(before: string | null, take: (page: HistoryPage) => void): Promise<void> {
    try {
      const page = await this.host.post<HistoryPage>("/api/history", { before });
      take(page);
      this.next = page.next;
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = sentenceFor(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.host.changed();
  }
}
