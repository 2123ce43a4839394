/** Removed comments whose texts are not destroyed yet. A lead brings them back, or destroys them at once. */

import { errorMessage, isStored } from "../api/client.ts";
import type { HiddenComment, HiddenPage, HiddenResult } from "../api/types.ts";
import type { DecisionSigner } from "../decisions/decision-signer.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { Dom } from "../ui/dom.ts";

/** As many as the server takes in one request. */
const COMMENTS_MAX = 50;

type Send = (comments: HiddenComment[]) => Promise<HiddenResult>;

export class Hidden {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  comments: HiddenComment[] = [];
  nextCursor: string | null = null;
  total = 0;
  isBusy = false;
  /** The comment whose destruction has to be confirmed. */
  destroyingId: string | null = null;

  constructor(
    private readonly dom: Dom,
    private readonly signer: DecisionSigner,
    /** The header's and the notices' numbers have changed. */
    private readonly changed: () => Promise<void>,
  ) {}

  /** Moderators with several hidden comments, each with how many of them are in the list. */
  get moderators(): [string, number][] {
    const counts = new Map<string, number>();
    for (const { decided_by } of this.comments) {
      if (decided_by !== "") counts.set(decided_by, (counts.get(decided_by) ?? 0) + 1);
    }
    return Array.from(counts).filter(([, count]) => count > 1);
  }

  load(): Promise<void> {
    this.destroyingId = null;
    return this.#loadPage(null, (page) => {
      this.comments = page.comments;
    });
  }

  loadMore(): Promise<void> {
    return this.#loadPage(this.nextCursor, (page) => {
      this.comments = [...this.comments, ...page.comments];
    });
  }

  bringBack(comment: HiddenComment): Promise<void> {
    return this.#act([comment], (comments) => this.#sendBack(comments), [
      gettext("Brought back. Readers see the comment again, in its place."),
    ]);
  }

  /** Also what is not in the list yet. */
  async bringBackAllBy(moderator: string): Promise<void> {
    let count = 0;
    for (;;) {
      const chosen = this.comments.filter(({ decided_by }) => decided_by === moderator);
      if (chosen.length === 0 && this.nextCursor === null) break;
      if (chosen.length === 0) await this.loadMore();
      else await this.#act(chosen.slice(0, COMMENTS_MAX), (comments) => this.#sendBack(comments));
      if (this.error !== null) return; // what could not be brought back stays in the list
      count += Math.min(chosen.length, COMMENTS_MAX);
    }
    this.dom.announce(
      ngettext(
        "%(count)s comment was brought back.",
        "%(count)s comments were brought back.",
        count,
      ),
    );
  }

  askToDestroy(comment: HiddenComment | null): void {
    const commentId = comment?.comment_id ?? this.destroyingId;
    this.destroyingId = comment?.comment_id ?? null;
    this.error = null;
    this.dom.focusOn(
      comment === null ? `[data-id="${commentId}"] .actions button` : ".destruction button",
    );
    this.dom.requestRender();
  }

  destroy(comment: HiddenComment): Promise<void> {
    return this.#act([comment], (comments) => this.#sendDestruction(comments), [
      gettext("Destroyed. This text can no longer be brought back."),
    ]);
  }

  async #sendBack(comments: HiddenComment[]): Promise<HiddenResult> {
    const body = await this.signer.bringBack(comments);
    return this.dom.post<HiddenResult>("/api/desk/bring-back", body);
  }

  async #sendDestruction(comments: HiddenComment[]): Promise<HiddenResult> {
    const body = await this.signer.destroy(comments);
    return this.dom.post<HiddenResult>("/api/desk/destroy-hidden", body);
  }

  /** The list is loaded again afterwards; an error stays above it. */
  async #act(comments: HiddenComment[], send: Send, announcements: string[] = []): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    this.dom.requestRender();
    let problem: string | null = null;
    try {
      const result = await send(comments);
      problem = problemOf(result);
    } catch (error) {
      problem = errorMessage(error);
      if (!isStored(error)) {
        this.#fail(problem);
        return;
      }
    }
    await this.load();
    this.isBusy = false;
    if (problem !== null) this.#fail(problem);
    for (const announcement of problem === null ? announcements : []) {
      this.dom.announce(announcement);
    }
    this.dom.focusOn("h1");
    await this.changed();
  }

  #fail(problem: string): void {
    this.error = problem;
    this.isBusy = false;
    this.dom.announce(problem);
    this.dom.focusOn("#hidden-error");
    this.dom.requestRender();
  }

  async #loadPage(cursor: string | null, show: (page: HiddenPage) => void): Promise<void> {
    try {
      const page = await this.dom.post<HiddenPage>("/api/desk/hidden", { cursor });
      show(page);
      this.nextCursor = page.next_cursor;
      this.total = page.total;
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }
}

/** What did not work as asked; null if all of it did. */
function problemOf({ withheld, failed, not_stored }: HiddenResult): string | null {
  if (not_stored.length > 0) {
    return ngettext(
      "%(count)s comment was not changed: the database is unavailable. Try again in a moment.",
      "%(count)s comments were not changed: the database is unavailable. Try again in a moment.",
      not_stored.length,
    );
  }
  const [first] = failed;
  if (first !== undefined) return first.message;
  return withheld.length === 0
    ? null
    : gettext(
        "It is back, but readers do not see it: its approval could not be verified. Tell your technician, who runs “yobal doctor”.",
      );
}
