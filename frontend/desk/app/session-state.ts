/** The desk of a signed-in moderator: its tabs, its open dialog, and polling for the queue's numbers. */

import { NetworkError, post, RequestRejected } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import type { Keyring, SignedIn } from "../crypto/keyring.ts";
import { DecisionSigner } from "../decisions/decision-signer.ts";
import { Decisions } from "../decisions/decisions.ts";
import { Hidden } from "../hidden/hidden.ts";
import { History } from "../history/history.ts";
import { ImportSigner } from "../imports/import-signer.ts";
import { Imports } from "../imports/imports.ts";
import { DeskKeys } from "../keys/keys.ts";
import { askBeforeLeaving, type SealedDrafts, sealDrafts } from "../lock/drafts.ts";
import { MyKeys } from "../my-keys/my-keys.ts";
import { MemberRemoval } from "../people/member-removal.ts";
import { People } from "../people/people.ts";
import { Queue } from "../queue/queue.ts";
import type { QueueItem } from "../queue/queue-item.ts";
import { signNewEpoch } from "../roster/new-epoch.ts";
import { firstOf, headOf } from "../roster/roster.ts";
import { fetchVerifiedRoster, type OwnRoster, RosterNotTrusted } from "../roster/roster-check.ts";
import { Sessions } from "../sessions/sessions.ts";
import type { SignIn } from "../sign-in/sign-in.ts";
import type { Dom } from "../ui/dom.ts";

/** What the desk has verified, and what to call when it can no longer be trusted. */
interface TrustedDesk {
  keyring: Keyring;
  own: OwnRoster;
  stop: (error: RosterNotTrusted) => void;
  /** Closes the desk for good, with this sentence. */
  end: (message: string) => Promise<void>;
  signOut: () => Promise<void>;
}

export type Tab = (typeof TABS)[number];

const TABS = ["queue", "history", "hidden", "people", "keys", "my-keys", "imports"] as const;

/** How often to ask for the number of pending comments while the page is visible. */
const POLL_MS = 60_000;
const POLL_MS_MIN = 5_000;
/** The server needs a moment after a slot to report the new numbers. */
const AFTER_SLOT_MS = 2_000;
/** Locking does not wait longer for decisions that are being sent. */
const SENDING_MS_MAX = 3_000;

export class SessionState {
  tab: Tab = "queue";
  readonly queue: Queue;
  readonly decisions: Decisions;
  readonly history: History;
  readonly hidden: Hidden;
  readonly people: People;
  readonly deskKeys: DeskKeys;
  readonly imports: Imports;
  readonly memberRemoval: MemberRemoval;
  readonly myKeys: MyKeys;
  readonly sessions: Sessions;
  dialog: "shortcuts" | "bulk-reject" | "remove-member" | null = null;
  bulkRejectClause: string | null = null;
  /** Fixed when the dialog opens, so that comments which arrive later are not rejected unread. */
  bulkRejectItems: QueueItem[] = [];
  /** The numbers in the header are out of date while this is true. */
  sessionExpired = false;
  /** The desk was not used for so long that it locks within a minute. */
  isLockNear = false;
  /** The form to renew an expired session. */
  reauth: SignIn | null = null;
  #isLeaving = false;
  #commentToRemove: string | null = null;

  readonly keyring: Keyring;
  /** The verified roster, and who is signed in. */
  own: OwnRoster;
  readonly #stop: (error: RosterNotTrusted) => void;
  readonly end: (message: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly #listeners = new AbortController();

  constructor(
    readonly dom: Dom,
    public session: Session,
    { keyring, own, stop, end, signOut }: TrustedDesk,
  ) {
    this.keyring = keyring;
    this.own = own;
    this.#stop = stop;
    this.end = end;
    this.signOut = signOut;
    this.queue = new Queue(dom, keyring, session, session.terms);
    const head = () => headOf(this.own.roster);
    const epochRecipient = (epochId: string) => keyring.epochRecipient(epochId);
    const signer = new DecisionSigner(session.site_id, keyring.keys, head, epochRecipient);
    const showHistory = (id: string | null) => this.#showHistory(id);
    this.decisions = new Decisions(dom, this.queue, session, { signer, showHistory });
    const listener = {
      undone: (commentId: string) => this.#returnToQueue(commentId),
      removed: (id: string, clause: string) => this.decisions.activityLog.markRemoved(id, clause),
    };
    this.history = new History(dom, session, { listener, signer, keyring });
    this.hidden = new Hidden(dom, signer, () => this.#poll());
    this.people = new People(dom, this);
    this.deskKeys = new DeskKeys(dom, session.pseudonym);
    const importSigner = new ImportSigner(session.site_id, keyring.keys, head);
    this.imports = new Imports(dom, importSigner, () => this.#poll());
    this.memberRemoval = new MemberRemoval(dom, this);
    this.myKeys = new MyKeys(dom, this);
    this.sessions = new Sessions(dom, session.site_id);
  }

  tellLockIsNear(isNear: boolean): void {
    this.isLockNear = isNear;
    this.dom.requestRender();
  }

  start(): void {
    void this.queue.load(null);
    void this.#beginEpochIfDue();
    this.openTab(tabOf(location.hash));
    const { signal } = this.#listeners;
    addEventListener("hashchange", () => this.openTab(tabOf(location.hash)), { signal });
    addEventListener("beforeunload", (event) => this.hasUnsavedWork && askBeforeLeaving(event), {
      signal,
    });
    addEventListener("online", () => void this.#poll(), { signal });
    addEventListener("resize", () => this.dom.showCurrentTab(), { signal }); // a phone was turned
    document.addEventListener("visibilitychange", () => void this.#poll(), { signal });
    this.#schedulePoll();
  }

  /** Stops everything, and returns what was begun: for the same person, after the lock. */
  async close(): Promise<SealedDrafts | null> {
    this.allowLeaving();
    this.#listeners.abort();
    const sending = this.decisions.activityLog.entries.map((entry) => entry.sending);
    const deadline = new Promise((resolve) => setTimeout(resolve, SENDING_MS_MAX));
    await Promise.race([Promise.allSettled(sending), deadline]);
    const recipient = this.own.self.keys?.recipient;
    if (recipient === undefined) return null; // no member who is at the desk
    return sealDrafts(this.queue.savedDrafts, this.session.pseudonym, recipient);
  }

  /** Whether leaving the page would lose text or decisions. */
  get hasUnsavedWork(): boolean {
    const { unsentItems, activityLog } = this.decisions;
    const hasWork = this.queue.hasUnsavedText || unsentItems.length > 0 || activityLog.isSending;
    return !this.#isLeaving && hasWork;
  }

  /** From now on the page closes without a question. */
  allowLeaving(): void {
    this.#isLeaving = true;
  }

  /** After signing in again: what the server says now is checked as at the first time. Throws as `refreshRoster` does. */
  async renew({ session }: SignedIn): Promise<void> {
    this.session = session;
    await this.refreshRoster();
  }

  /** Fetches and verifies the roster again. Throws `RosterNotTrusted` after showing the red page. */
  async refreshRoster(): Promise<void> {
    const { session, keyring } = this;
    try {
      const first = firstOf(this.own.roster);
      this.own = await fetchVerifiedRoster({ session, keys: keyring.keys, first });
    } catch (error) {
      if (error instanceof RosterNotTrusted) this.#stop(error);
      throw error;
    }
  }

  /** The header's numbers, the roster if it has changed, and the keys of new epochs. */
  async refreshSession(): Promise<void> {
    this.session = await post<Session>("/api/desk/session", {});
    this.sessionExpired = false;
    this.queue.applyStatus(this.session);
    if (this.session.roster_head !== headOf(this.own.roster)) await this.refreshRoster();
    await this.keyring.update(this.session, this.own.roster);
  }

  /** Without a question: by whichever lead is here when the newest epoch is old, or somebody has left. */
  async #beginEpochIfDue(): Promise<void> {
    const { own, session, keyring } = this;
    const isDue = session.is_epoch_due || own.roster.needsEpoch;
    if (own.self.role !== "lead" || !isDue) return;
    const { siteId, members } = own.roster;
    const previous = headOf(own.roster);
    try {
      const epoch = { siteId, previous, members: members.values() };
      await post("/api/desk/begin-epoch", await signNewEpoch(keyring.keys, epoch));
      await this.refreshSession();
    } catch (error) {
      // Another lead was faster, or the connection is lost: the next poll looks again.
      if (!(error instanceof RequestRejected || error instanceof NetworkError)) throw error;
    }
  }

  /** Renews an expired session before a request needs it. */
  async signInAgain(): Promise<void> {
    await this.dom.reauthenticate();
    await this.#poll();
  }

  openTab(tab: Tab): void {
    const isNew = this.tab !== tab;
    this.tab = tab;
    if (tab === "history") this.#loadHistory();
    if (tab === "keys") void this.deskKeys.load();
    if (tab === "hidden") void this.hidden.load();
    if (tab === "my-keys") void this.myKeys.load();
    if (tab === "people") {
      void this.people.load();
      void this.sessions.load();
    }
    if (tab === "imports" && this.own.self.role === "lead") void this.imports.load();
    if (isNew) this.dom.focusOn(tab === "queue" ? "#focus" : "h1");
    this.dom.showCurrentTab();
  }

  /** The queue shows what was undone, or why nothing was. */
  undoLast(): void {
    if (this.tab !== "queue") {
      this.openTab("queue"); // before the hash does, so that a message keeps the focus it gets
      location.hash = "#queue";
    }
    void this.decisions.undoLast();
  }

  #loadHistory(): void {
    const commentId = this.#commentToRemove;
    this.#commentToRemove = null;
    if (commentId === null) void this.history.load();
    else void this.history.openForRemoval(commentId);
  }

  /** All decisions, or a comment that the moderator wants to remove. */
  #showHistory(commentId: string | null): void {
    this.#commentToRemove = commentId;
    location.hash = "#history"; // opens the tab
  }

  /** A comment that was decrypted since signing in, in the queue or already decided. */
  findItem(commentId: string): QueueItem | null {
    const decided = this.decisions.activityLog.entries.flatMap(({ items }) => items);
    const items = [...this.queue.items, ...decided.map(({ item }) => item)];
    return items.find(({ row }) => row.comment_id === commentId) ?? null;
  }

  /** With null, closes the dialog. */
  openDialog(dialog: SessionState["dialog"]): void {
    this.dialog = dialog;
    this.bulkRejectClause = null;
    this.bulkRejectItems = dialog === "bulk-reject" ? this.queue.rejectableItems : [];
    if (dialog === null) this.dom.focusOn("#focus");
    this.dom.requestRender();
  }

  /** Shortly after the next slot or round if that is soon; a wrong clock on this device does no harm. */
  #schedulePoll(): void {
    const { nextSlot, nextRound } = this.queue;
    const untilChange = Math.min(nextSlot.at, nextRound.at) * 1_000 - Date.now() + AFTER_SLOT_MS;
    const isSoon = untilChange > POLL_MS_MIN && untilChange < POLL_MS;
    const timer = setTimeout(
      () => void this.#poll().then(() => this.#schedulePoll()),
      isSoon ? untilChange : POLL_MS,
    );
    this.#listeners.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  /** Updates the numbers, and sends unsent decisions once the connection works again. */
  async #poll(): Promise<void> {
    if (document.visibilityState !== "visible" || this.reauth !== null || this.#isLeaving) return;
    try {
      await this.refreshSession();
      await this.#beginEpochIfDue();
      await this.decisions.checkOthers();
    } catch (error) {
      this.#pollFailed(error);
      return;
    }
    await this.decisions.retry();
  }

  /** A lost connection is not reported here: the next decision reports it. */
  #pollFailed(error: unknown): void {
    if (error instanceof RosterNotTrusted) return; // the red page says it
    if (!(error instanceof RequestRejected || error instanceof NetworkError)) throw error;
    this.sessionExpired = error instanceof RequestRejected && error.code === "not_signed_in";
    this.dom.requestRender();
  }

  /** After an undo in the history. The comment keeps its position if its page is still loaded. */
  #returnToQueue(commentId: string): void {
    this.queue.pendingCount += 1;
    this.decisions.activityLog.markUndoneElsewhere(commentId);
  }
}

function tabOf(hash: string): Tab {
  return TABS.find((tab) => hash === `#${tab}`) ?? "queue";
}
