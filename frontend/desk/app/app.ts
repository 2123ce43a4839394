/** The screen that is shown (sign-in, join, recovery, the desk, the red page), and the way from one to the next. */

import {
  errorMessage,
  onAccessEnded,
  onRosterRefused,
  post,
  RequestRejected,
} from "../api/client.ts";
import type { Site } from "../api/site.ts";
import type { Session } from "../api/types.ts";
import { deleteKeys, loadKeys, loadPin, type RosterPin } from "../crypto/key-store.ts";
import { Keyring, type SignedIn } from "../crypto/keyring.ts";
import {
  fetchTrustedRoster,
  type OwnRoster,
  RosterNotTrusted,
  type RosterProblem,
} from "../roster/roster-check.ts";
import { Join } from "../sign-in/join.ts";
import { Recovery } from "../sign-in/recovery.ts";
import { SignIn } from "../sign-in/sign-in.ts";
import { Dom } from "../ui/dom.ts";
import { OtherTabs } from "./other-tabs.ts";
import { SessionState } from "./session-state.ts";

export type Screen =
  | { kind: "loading" }
  | { kind: "locking" }
  | { kind: "failed"; message: string }
  | { kind: "sign-in"; signIn: SignIn }
  | { kind: "join"; join: Join }
  | { kind: "recover"; recovery: Recovery }
  | { kind: "not-trusted"; problem: RosterProblem; pin: RosterPin | null }
  | { kind: "ended"; message: string }
  | { kind: "desk"; desk: SessionState };

/** Locking must not wait for a dead connection. */
const SIGN_OUT_MS_MAX = 3_000;

export class App {
  screen: Screen = { kind: "loading" };
  hasFault = false;
  readonly dom: Dom;
  readonly #otherTabs: OtherTabs;
  #renewal: Promise<void> | null = null;

  constructor(
    readonly site: Site,
    render: () => void,
  ) {
    this.dom = new Dom(render);
    this.#otherTabs = new OtherTabs(site.id, () => void this.#lockedInOtherTab());
    onRosterRefused(() => this.#stop("refused"));
    onAccessEnded((message) => void this.#end(message));
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
   * Hides everything at once, in every tab and without a question. Then ends the session and deletes
   * the key from this browser, whether or not the server can be reached.
   */
  async lock(): Promise<void> {
    this.#otherTabs.lock();
    // If this fails, the session stays open, but without the key it decrypts nothing.
    const signedOut = post("/api/desk/sign-out", {}).catch(() => null);
    await this.#closeDesk();
    await Promise.race([signedOut, new Promise((resolve) => setTimeout(resolve, SIGN_OUT_MS_MAX))]);
    location.replace("/");
  }

  /** The other tab ends the session. */
  async #lockedInOtherTab(): Promise<void> {
    if (this.screen.kind !== "desk") return;
    await this.#closeDesk();
    location.replace("/");
  }

  /** This person's access has ended: closes the desk, and deletes the key from this browser. */
  async #end(message: string): Promise<void> {
    if (this.screen.kind !== "desk" && this.screen.kind !== "loading") return; // a form shows it
    if (this.screen.kind === "desk") this.screen.desk.allowLeaving();
    this.#show({ kind: "ended", message });
    this.dom.focusOn("h1");
    await deleteKeys(this.site.id);
    await post("/api/desk/sign-out", {}).catch(() => null); // the cookie opens nothing anyway
  }

  async #closeDesk(): Promise<void> {
    if (this.screen.kind === "desk") this.screen.desk.allowLeaving();
    this.#show({ kind: "locking" });
    await deleteKeys(this.site.id);
  }

  /** Shows that this page has a fault, once: a fault in rendering would repeat itself for ever. */
  reportFault(): void {
    if (this.hasFault) return;
    this.hasFault = true;
    this.dom.requestRender();
  }

  /** Continues a session whose key is still in this browser; otherwise asks to sign in. */
  async #resume(): Promise<void> {
    const session = await this.#loadSession();
    if (this.screen.kind === "ended") return;
    const stored = session === null ? null : await loadKeys(this.site.id, session.pseudonym);
    if (session !== null && stored !== null) {
      return this.#openDesk({ session, keys: { ...stored, isPersisted: true }, first: null });
    }
    await deleteKeys(this.site.id);
    const openDesk = (signedIn: SignedIn) => this.#openDesk(signedIn);
    const signIn = new SignIn(this.dom, this.site.id, null, openDesk);
    this.#show({ kind: "sign-in", signIn });
  }

  async #loadSession(): Promise<Session | null> {
    try {
      return await post<Session>("/api/desk/session", {});
    } catch (error) {
      if (error instanceof RequestRejected && error.status === 401) return null;
      throw error;
    }
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
    const own = await this.#trustedRoster(signedIn);
    if (own === null) return;
    if (location.pathname !== "/") history.replaceState(null, "", "/");
    const keyring = await Keyring.of(signedIn.session, signedIn.keys, own.roster);
    const stop = ({ problem }: RosterNotTrusted) => this.#stop(problem);
    const end = (message: string) => this.#end(message);
    const desk = new SessionState(this.dom, signedIn.session, { keyring, own, stop, end });
    this.dom.reauthenticate = () => this.#reauthenticate(desk);
    this.#show({ kind: "desk", desk });
    desk.start();
  }

  /** Null if the red page is shown instead. */
  async #trustedRoster(signedIn: SignedIn): Promise<OwnRoster | null> {
    try {
      return await fetchTrustedRoster(signedIn);
    } catch (error) {
      if (!(error instanceof RosterNotTrusted)) throw error;
      this.#stop(error.problem);
      return null;
    }
  }

  /** Replaces everything by the red page. */
  #stop(problem: RosterProblem): void {
    if (this.screen.kind === "desk") this.screen.desk.allowLeaving();
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
