/** The screen that is shown (sign-in, join, recovery, the desk, the red page), and the way from one to the next. */

import {
  errorMessage,
  NetworkError,
  onAccessEnded,
  onLocked,
  onRosterRefused,
  post,
  RequestRejected,
  type RosterRefused,
} from "../api/client.ts";
import type { Site } from "../api/site.ts";
import type { LockState, Session } from "../api/types.ts";
import { deleteKeys, loadPin, type RosterPin } from "../crypto/key-store.ts";
import { Keyring, type SignedIn } from "../crypto/keyring.ts";
import { gettext } from "../i18n.ts";
import { askBeforeLeaving, openDrafts, type SealedDrafts } from "../lock/drafts.ts";
import { IdleTimer } from "../lock/idle-timer.ts";
import { Locked } from "../lock/locked.ts";
import { giveBackStatements } from "../roster/held-statements.ts";
import {
  fetchVerifiedRoster,
  type OwnRoster,
  RosterNotTrusted,
  type RosterProblem,
} from "../roster/roster-check.ts";
import { RosterResumption } from "../roster/roster-resumption.ts";
import { Join } from "../sign-in/join.ts";
import { loadPersonalKeys } from "../sign-in/personal-keys.ts";
import { Recovery } from "../sign-in/recovery.ts";
import { SignIn } from "../sign-in/sign-in.ts";
import { Dom } from "../ui/dom.ts";
import { OtherTabs, type TabMessage } from "./other-tabs.ts";
import { SessionState } from "./session-state.ts";

export type Screen =
  | { kind: "loading" }
  | { kind: "locking" }
  | { kind: "failed"; message: string }
  | { kind: "sign-in"; signIn: SignIn }
  | { kind: "locked"; locked: Locked }
  | { kind: "join"; join: Join }
  | { kind: "recover"; recovery: Recovery }
  | { kind: "not-trusted"; problem: RosterProblem; pin: RosterPin | null }
  | { kind: "resume"; resumption: RosterResumption }
  | { kind: "ended"; message: string }
  | { kind: "desk"; desk: SessionState };

/** Locking must not wait for a dead connection, nor another tab for the one that locks. */
const LOCK_MS_MAX = 3_000;
const OTHER_TAB_MS_MAX = 8_000;
const MINUTE_MS = 60_000;
const STATUS_NOT_SIGNED_IN = 401;
const STATUS_LOCKED = 423;

export class App {
  screen: Screen = { kind: "loading" };
  hasFault = false;
  readonly dom: Dom;
  readonly #otherTabs: OtherTabs;
  #renewal: Promise<void> | null = null;
  #isGivingBack = false;
  #idleTimer: IdleTimer | null = null;
  /** What was begun before the desk was locked in this tab. */
  #drafts: SealedDrafts | null = null;
  #lockedElsewhere = () => {};

  constructor(
    readonly site: Site,
    render: () => void,
  ) {
    this.dom = new Dom(render);
    this.#otherTabs = new OtherTabs(site.id, (message) => this.#hear(message));
    onRosterRefused((refused) => void this.#refused(refused));
    onAccessEnded((message) => void this.#end(message));
    onLocked(() => void this.#lockedByServer());
    addEventListener("beforeunload", (event) => {
      if (this.#drafts !== null && this.screen.kind !== "desk") askBeforeLeaving(event);
    });
  }

  async start(): Promise<void> {
    this.#show({ kind: "loading" });
    if (location.pathname === "/join") return this.#join();
    if (location.pathname === "/recover") return this.#recover();
    try {
      await this.#resume();
    } catch (error) {
      if (this.screen.kind === "not-trusted" || this.screen.kind === "ended") return; // they say more
      this.#show({ kind: "failed", message: errorMessage(error) });
    }
  }

  /**
   * Hides everything at once, in every tab and without a question. Then the server locks the session, or ends it
   * if it has no PIN. What was begun stays in this tab, encrypted.
   */
  async lock(): Promise<void> {
    if (this.screen.kind !== "desk") return;
    this.#otherTabs.tell("lock");
    await this.#closeDesk();
    if (!(await lockSession())) await deleteKeys(this.site.id); // then nothing here can be opened again
    this.#otherTabs.tell("locked");
    await this.#showLocked();
  }

  /** Ends the session and deletes the keys from this browser, whether or not the server can be reached. */
  async signOut(): Promise<void> {
    const isDesk = this.screen.kind === "desk";
    if (isDesk && !this.#mayDiscard()) return;
    this.#otherTabs.tell("lock");
    if (isDesk) await this.#closeDesk();
    this.#drafts = null;
    await deleteKeys(this.site.id);
    await inTime(post("/api/desk/sign-out", {}));
    this.#otherTabs.tell("locked");
    location.replace("/");
  }

  #mayDiscard(): boolean {
    const hasWork = this.screen.kind === "desk" && this.screen.desk.hasUnsavedWork;
    return (
      !hasWork ||
      confirm(gettext("You have decisions that were not sent. Sign out and discard them?"))
    );
  }

  get draftCount(): number {
    return this.#drafts?.count ?? 0;
  }

  #hear(message: TabMessage): void {
    if (message === "used") this.#idleTimer?.extend();
    if (message === "lock") void this.#lockedInOtherTab();
    if (message === "locked") this.#lockedElsewhere();
    if (message === "unlocked" && this.screen.kind === "locked") void this.start();
  }

  /** The other tab tells the server. */
  async #lockedInOtherTab(): Promise<void> {
    if (this.screen.kind !== "desk") return;
    const locked = new Promise<void>((resolve) => {
      this.#lockedElsewhere = resolve;
      setTimeout(resolve, OTHER_TAB_MS_MAX);
    });
    await this.#closeDesk();
    await locked;
    await this.#showLocked();
  }

  /** The session was ended from another device, or this page was not heard of for too long. */
  async #lockedByServer(): Promise<void> {
    if (this.screen.kind !== "desk") return;
    this.#otherTabs.tell("lock");
    await this.#closeDesk();
    this.#otherTabs.tell("locked");
    await this.#showLocked();
  }

  /** A new page has none of this one's memory; only drafts are worth keeping it. */
  async #showLocked(): Promise<void> {
    if (this.#drafts === null) location.replace("/");
    else await this.start();
  }

  /** This person's access has ended: closes the desk, and deletes the key from this browser. */
  async #end(message: string): Promise<void> {
    if (this.screen.kind !== "desk" && this.screen.kind !== "loading") return; // a form shows it
    if (this.screen.kind === "desk") this.screen.desk.allowLeaving();
    this.#idleTimer?.stop();
    this.#show({ kind: "ended", message });
    this.dom.focusOn("h1");
    await deleteKeys(this.site.id);
    await post("/api/desk/sign-out", {}).catch(() => null); // the cookie opens nothing anyway
  }

  /** Nothing of a comment stays on the page; what was begun is encrypted. */
  async #closeDesk(): Promise<void> {
    if (this.screen.kind !== "desk") return;
    const { desk } = this.screen;
    this.#idleTimer?.stop();
    this.#show({ kind: "locking" });
    this.dom.reauthenticate = () => Promise.reject(new NetworkError("", "session_locked"));
    this.#renewal = null;
    this.#drafts = await desk.close();
  }

  /** Shows that this page has a fault, once: a fault in rendering would repeat itself endlessly. */
  reportFault(): void {
    if (this.hasFault) return;
    this.hasFault = true;
    this.dom.requestRender();
  }

  /** Continues a session whose key is still in this browser; otherwise asks to unlock or to sign in. */
  async #resume(): Promise<void> {
    const { session, message } = await loadSession();
    if (this.screen.kind === "ended") return;
    if (session === null) {
      const lockState = await post<LockState>("/api/desk/lock-state", {});
      if (lockState.pseudonym !== null) return this.#showLock(lockState);
    }
    const keys = session === null ? null : await loadPersonalKeys(this.site.id, session.pseudonym);
    if (session !== null && keys !== null) {
      return this.#openDesk({ session, keys, first: null });
    }
    await deleteKeys(this.site.id);
    if (this.#drafts !== null) {
      return this.#showLock({ pseudonym: this.#drafts.pseudonym, pin_tries_left: 0 }, message);
    }
    const signIn = this.#signIn(null);
    signIn.error = message;
    this.#show({ kind: "sign-in", signIn });
  }

  #showLock({ pseudonym, pin_tries_left }: LockState, message: string | null = null): void {
    const locked = new Locked(this.dom, this.site.id, {
      pinTriesLeft: pin_tries_left,
      signIn: this.#signIn(pseudonym),
      onUnlocked: () => this.#resume().then(() => this.#otherTabs.tell("unlocked")),
    });
    locked.error = message;
    this.#show({ kind: "locked", locked });
    this.dom.focusOn(pin_tries_left > 0 ? "#pin" : "#passphrase");
  }

  #signIn(pseudonym: string | null): SignIn {
    return new SignIn(this.dom, this.site.id, pseudonym, async (signedIn) => {
      await this.#openDesk(signedIn);
      this.#otherTabs.tell("unlocked");
    });
  }

  #join(): Promise<void> {
    const fragment = location.hash.slice(1);
    history.replaceState(null, "", "/join"); // keeps the token out of the browser's history
    const openDesk = (signedIn: SignedIn) => this.#openDesk(signedIn);
    const stop = ({ problem }: RosterNotTrusted) => this.#stop(problem);
    const join = new Join(this.dom, this.site.id, fragment, openDesk, stop);
    this.#show({ kind: "join", join });
    return join.openInvitation();
  }

  #recover(): void {
    const openDesk = (signedIn: SignedIn) => this.#openDesk(signedIn);
    const recovery = new Recovery(this.dom, this.site.id, openDesk);
    this.#show({ kind: "recover", recovery });
  }

  /** Nothing is shown or decrypted before the roster is verified. */
  async #openDesk(signedIn: SignedIn): Promise<void> {
    const own = await this.#verifiedRoster(signedIn);
    if (own === null) return;
    if (location.pathname !== "/") history.replaceState(null, "", "/");
    if (signedIn.session.resumption !== null) return this.#askWhoIsMember(signedIn, own);
    const keyring = await Keyring.of(signedIn.session, signedIn.keys, own.roster);
    const stop = ({ problem }: RosterNotTrusted) => this.#stop(problem);
    const end = (message: string) => this.#end(message);
    const signOut = () => this.signOut();
    const desk = new SessionState(this.dom, signedIn.session, { keyring, own, stop, end, signOut });
    await this.#restoreDrafts(desk);
    this.dom.reauthenticate = () => this.#reauthenticate(desk);
    this.#show({ kind: "desk", desk });
    desk.start();
    this.#startIdleTimer(desk);
  }

  #startIdleTimer(desk: SessionState): void {
    this.#idleTimer?.stop();
    const reportUse = () => this.#otherTabs.tell("used");
    const onNear = (isNear: boolean) => desk.tellLockIsNear(isNear);
    const onIdle = () => void this.lock();
    const listener = { reportUse, onNear, onIdle };
    this.#idleTimer = new IdleTimer(desk.session.idle_lock_minutes * MINUTE_MS, listener);
    this.#idleTimer.start();
  }

  async #restoreDrafts({ queue, keyring, session }: SessionState): Promise<void> {
    const drafts = this.#drafts;
    this.#drafts = null;
    if (drafts === null || drafts.pseudonym !== session.pseudonym) return;
    queue.restoreDrafts(await openDrafts(drafts, keyring.keys.key));
  }

  /** After a restore: the desk opens when this lead has signed who is a member. */
  #askWhoIsMember({ session, keys }: SignedIn, own: OwnRoster): void {
    const start = () => this.start();
    const resumption = new RosterResumption(this.dom, session, own, keys, start);
    this.#show({ kind: "resume", resumption });
    this.dom.focusOn("h1");
  }

  /** Null if the red page is shown instead. */
  async #verifiedRoster(signedIn: SignedIn): Promise<OwnRoster | null> {
    try {
      return await fetchVerifiedRoster(signedIn);
    } catch (error) {
      if (!(error instanceof RosterNotTrusted)) throw error;
      this.#stop(error.problem);
      return null;
    }
  }

  /**
   * The red page, unless an open desk has what the server lost. After a reload the server gives no key to open it:
   * then signing in with the words does it.
   */
  async #refused(refused: RosterRefused): Promise<void> {
    if (this.#isGivingBack) return;
    const key = this.screen.kind === "desk" ? this.screen.desk.keyring.keys.key : null;
    const isRestored = refused.reason === "resume" || refused.reason === "restored";
    this.#stop(isRestored ? "restored" : "refused");
    this.#isGivingBack = true;
    try {
      if (key !== null && (await giveBackStatements(this.site.id, key, refused))) {
        await this.start();
      }
    } finally {
      this.#isGivingBack = false;
    }
  }

  /** Replaces everything by the red page. */
  #stop(problem: RosterProblem): void {
    if (this.screen.kind === "desk") this.screen.desk.allowLeaving();
    this.#idleTimer?.stop();
    const screen: Screen = { kind: "not-trusted", problem, pin: null };
    this.#show(screen);
    this.dom.focusOn("h1");
    void this.#showPin(screen);
  }

  /** After the red page is shown: reading what this device has verified may take a moment. */
  async #showPin(screen: Screen & { kind: "not-trusted" }): Promise<void> {
    screen.pin = await loadPin(this.site.id);
    this.dom.requestRender();
  }

  /** Several requests may find the session expired; the form is shown once for all of them. */
  #reauthenticate(desk: SessionState): Promise<void> {
    this.#renewal ??= new Promise<void>((resolve) => {
      const { pseudonym } = desk.session;
      const focusedElement = document.activeElement;
      desk.reauth = new SignIn(this.dom, this.site.id, pseudonym, async (signedIn) => {
        if (!(await this.#renew(desk, signedIn))) return;
        Object.assign(desk, { reauth: null, sessionExpired: false });
        this.#renewal = null;
        resolve();
        this.dom.restoreFocus(focusedElement);
      });
      this.dom.focusOn("#passphrase");
    });
    return this.#renewal;
  }

  /** False if the red page is shown instead; what waited for the session is not sent then. */
  async #renew(desk: SessionState, signedIn: SignedIn): Promise<boolean> {
    try {
      await desk.renew(signedIn);
      return true;
    } catch (error) {
      if (!(error instanceof RosterNotTrusted)) throw error;
      this.#renewal = null;
      return false;
    }
  }

  #show(screen: Screen): void {
    this.screen = screen;
    this.dom.requestRender();
  }
}

/** Without a session, maybe with a sentence that says why. */
async function loadSession(): Promise<{ session: Session | null; message: string | null }> {
  try {
    return { session: await post<Session>("/api/desk/session", {}), message: null };
  } catch (error) {
    const isClosed =
      error instanceof RequestRejected &&
      [STATUS_NOT_SIGNED_IN, STATUS_LOCKED].includes(error.status);
    if (!isClosed) throw error;
    return { session: null, message: error.code === "session_ended" ? error.message : null };
  }
}

/** True if a PIN can open the session again; false if it is ended, or the server could not be told. */
async function lockSession(): Promise<boolean> {
  await inTime(post("/api/desk/lock", {}));
  const state = await inTime(post<LockState>("/api/desk/lock-state", {}));
  return state !== null && state.pin_tries_left > 0;
}

/** Null after an error or a while. */
function inTime<T>(work: Promise<T>): Promise<T | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), LOCK_MS_MAX));
  return Promise.race([work.catch(() => null), late]);
}
