/** Past decisions, newest slot first. Decisions can be undone, and comments removed, from here. */

import { errorMessage, isStored, NetworkError, RequestRejected } from "../api/client.ts";
import type { HistoryEntry, HistoryPage, Terms } from "../api/types.ts";
import { openNote } from "../crypto/feedback.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { DecisionSigner } from "../decisions/decision-signer.ts";
import { alreadyDecidedMessage, decisionLabel, existingDecision } from "../decisions/messages.ts";
import { gettext } from "../i18n.ts";
import type { Dom } from "../ui/dom.ts";

interface HistoryAction {
  send: () => Promise<unknown>;
  /** Updates the page once the server has stored the change. */
  apply: () => void;
  announcement: string;
}

/** Is told what the server has stored, so that the queue and the log of decisions agree with it. */
export interface HistoryListener {
  undone: (commentId: string) => void;
  removed: (commentId: string, clause: string) => void;
}

interface Dependencies {
  listener: HistoryListener;
  signer: DecisionSigner;
  keyring: Pick<Keyring, "epochKeys">;
}

export class History {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  entries: HistoryEntry[] = [];
  nextCursor: string | null = null;
  /** The entry whose removal form is open, and the clause chosen in it. */
  removing: { decisionId: string; clause: string | null } | null = null;
  /** The entry that the error is about; null if it is about the list. */
  failedId: string | null = null;
  isBusy = false;
  /** If set, only the decisions on this comment are shown. */
  commentId: string | null = null;
  /** Whether the search text is not the link of a comment. */
  isInvalidLink = false;
  /** The notes to authors by decision; null for one that this moderator has no key for. */
  readonly notes = new Map<string, string | null>();
  private readonly listener: HistoryListener;
  private readonly signer: DecisionSigner;
  readonly #keyring: Pick<Keyring, "epochKeys">;
  #requestCount = 0;

  constructor(
    private readonly dom: Dom,
    private readonly session: { pseudonym: string; terms: Terms },
    { listener, signer, keyring }: Dependencies,
  ) {
    this.listener = listener;
    this.signer = signer;
    this.#keyring = keyring;
  }

  /** Loads the newest decisions: on one comment, or on all. */
  load(commentId: string | null = null): Promise<void> {
    this.commentId = commentId;
    this.isInvalidLink = false;
    this.removing = null;
    this.failedId = null;
    return this.#loadPage(null, (page) => {
      this.entries = page.entries;
    });
  }

  loadOlder(): Promise<void> {
    return this.#loadPage(this.nextCursor, (page) => {
      this.entries = [...this.entries, ...page.entries];
    });
  }

  /** Finds a comment by the link that readers share; an empty link shows all decisions. */
  async find(link: string): Promise<void> {
    const commentId = commentIdIn(link);
    if (commentId === null && link.trim() !== "") {
      this.isInvalidLink = true;
      this.dom.requestRender();
      return;
    }
    await this.load(commentId);
    if (commentId !== null && this.error === null) this.dom.focusOn(this.#resultSelector);
  }

  /** One comment, with the form for its removal open if it can be removed. */
  async openForRemoval(commentId: string): Promise<void> {
    await this.load(commentId);
    const entry = this.entries.find(({ can_remove }) => can_remove);
    if (entry !== undefined) this.openRemoval(entry);
    else if (this.error === null) this.dom.focusOn(this.#resultSelector);
  }

  /** The first available button, or else the result itself. */
  get #resultSelector(): string {
    const hasAction = this.entries.some((entry) => entry.can_undo || entry.can_remove);
    if (hasAction) return ".decision .actions button";
    return this.entries.length > 0 ? ".decision" : ".page .empty";
  }

  undo(entry: HistoryEntry): Promise<void> {
    return this.#act(entry, {
      announcement: gettext("Undone: %(decision)s. The comment is waiting again.", {
        decision: decisionLabel(entry, this.session.terms),
      }),
      send: async () => {
        const { comment_id, decision_id } = entry;
        const signed = await this.signer.undo(comment_id, decision_id);
        return this.dom.post("/api/desk/undo", { decision_id, ...signed });
      },
      apply: () => {
        this.#updateComment(entry.comment_id, { state: "pending", can_undo: false });
        entry.is_undone = true;
        this.listener.undone(entry.comment_id);
      },
    });
  }

  openRemoval(entry: HistoryEntry | null): void {
    this.removing = entry === null ? null : { decisionId: entry.decision_id, clause: null };
    this.error = null;
    this.failedId = null;
    this.dom.focusOn(entry === null ? "h1" : ".removal-form input");
  }

  remove(entry: HistoryEntry): Promise<void> {
    const clause = this.removing?.clause ?? null;
    if (clause === null) {
      this.error = gettext("Choose the clause of the terms for this removal.");
      this.failedId = entry.decision_id;
      this.dom.announce(this.error);
      return Promise.resolve();
    }
    return this.#act(entry, {
      announcement: decisionLabel(
        { verdict: "remove", clause, edit_kind: null },
        this.session.terms,
      ),
      send: async () => {
        const { comment_id } = entry;
        const signed = await this.signer.remove(comment_id, clause);
        return this.dom.post("/api/desk/remove", { comment_id, clause, ...signed });
      },
      apply: () => {
        this.removing = null;
        this.listener.removed(entry.comment_id, clause);
        this.#updateComment(entry.comment_id, {
          ...{ state: "removed", text: null, name: null },
          ...{ can_undo: false, can_remove: false },
        });
      },
    });
  }

  /** Updates every entry of the comment, and nothing else on the page. */
  #updateComment(commentId: string, change: Partial<HistoryEntry>): void {
    for (const entry of this.entries) {
      if (entry.comment_id === commentId) Object.assign(entry, change);
    }
  }

  /** Shows the new entry, and what others did meanwhile; the error stays beside the button. */
  async #act(entry: HistoryEntry, { send, apply, announcement }: HistoryAction): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    this.failedId = null;
    let problem: string | null = null;
    try {
      await send();
      apply();
      this.dom.announce(announcement);
      this.dom.focusOn(`[data-decision="${entry.decision_id}"]`);
    } catch (error) {
      if (isStored(error)) apply();
      problem = this.#problem(error);
      this.dom.announce(problem);
      this.failedId = entry.decision_id;
      if (error instanceof NetworkError && !isStored(error)) return;
    } finally {
      this.error = problem;
      this.isBusy = false;
      this.dom.requestRender();
    }
    await this.#addNewEntries();
    this.error ??= problem;
  }

  #problem(error: unknown): string {
    const existing = existingDecision(error);
    const { pseudonym: me, terms } = this.session;
    if (existing !== null) return alreadyDecidedMessage(existing, me, terms);
    const undoneBy = error instanceof RequestRejected ? error.details.undone_by : undefined;
    if (typeof undoneBy !== "string" || undoneBy === "") return errorMessage(error);
    return gettext("%(moderator)s has already undone this decision.", { moderator: undoneBy });
  }

  async #addNewEntries(): Promise<void> {
    const { nextCursor } = this;
    const before = this.entries;
    let older: HistoryEntry[] = [];
    await this.#loadPage(null, ({ entries }) => {
      const newest = new Set(entries.map(({ decision_id }) => decision_id));
      older = before.filter(({ decision_id }) => !newest.has(decision_id));
      this.entries = [...entries, ...older];
    });
    if (older.length > 0) this.nextCursor = nextCursor;
    this.dom.requestRender();
  }

  async #openNotes({ entries }: HistoryPage): Promise<void> {
    const { epochKeys } = this.#keyring;
    const opening = entries.map(async ({ decision_id, sealed_note, epoch_id }) => {
      if (sealed_note === null || typeof this.notes.get(decision_id) === "string") return;
      this.notes.set(decision_id, await openNote(sealed_note, epochKeys.get(epoch_id)));
    });
    await Promise.all(opening);
  }

  async #loadPage(cursor: string | null, show: (page: HistoryPage) => void): Promise<void> {
    this.#requestCount += 1;
    const requestNumber = this.#requestCount;
    const isOutdated = () => requestNumber !== this.#requestCount;
    try {
      const comment = this.commentId === null ? {} : { comment_id: this.commentId };
      const body = { cursor, ...comment };
      const page = await this.dom.post<HistoryPage>("/api/desk/history", body);
      await this.#openNotes(page);
      if (isOutdated()) return;
      show(page);
      this.nextCursor = page.next_cursor;
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      if (isOutdated()) return;
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }
}

/** The id in the address of a comment's page or of its position on another, or an id by itself. */
function commentIdIn(link: string): string | null {
  const match =
    /^([a-z2-7]{26})$|#c-([a-z2-7]{26})$|\/comment\/([a-z2-7]{26})\.html(?:[?#].*)?$/.exec(
      link.trim(),
    );
  return match?.slice(1).find((id) => id !== undefined) ?? null;
}
