/** Which page this is (signing in, joining, recovering, the desk) and how one leads to the next. */

import { post, Refusal, sentenceFor } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import { forgetKey, keptKey } from "../crypto/key-store.ts";
import { Keyring } from "../crypto/keyring.ts";
import { Join } from "../sign-in/join.ts";
import { Recovery } from "../sign-in/recovery.ts";
import { type SignedIn, SignIn } from "../sign-in/sign-in.ts";
import { Host } from "../ui/dom.ts";
import { OtherTabs } from "./other-tabs.ts";
import { Desk } from "./session-state.ts";

export interface Site {
  site: string;
  name: string;
  isDemo: boolean;
}

export type Page =
  | { kind: "loading" }
  | { kind: "locking" }
  | { kind: "failed"; sentence: string }
  | { kind: "sign-in"; signIn: SignIn }
  | { kind: "join"; join: Join }
  | { kind: "recover"; recovery: Recovery }
  | { kind: "desk"; desk: Desk };

/** Who locks a desk does not wait for a dead line. */
const SIGN_OUT_MS_MAX = 3_000;

export class App {
  page: Page = { kind: "loading" };
  hasFailed = false;
  readonly host: Host;
  readonly #others: OtherTabs;

  constructor(
    readonly site: Site,
    draw: () => void,
  ) {
    this.host = new Host(draw);
    this.#others = new OtherTabs(site.site, () => void this.#lockedElsewhere());
  }

  async start(): Promise<void> {
    this.#go({ kind: "loading" });
    if (location.pathname === "/join") return this.#join();
    if (location.pathname === "/recover") return this.#recover();
    try {
      await this.#resume();
    } catch (error) {
      this.#go({ kind: "failed", sentence: sentenceFor(error) });
    }
  }

  /**
   * Nothing can be read any more from this moment on, in any tab, and nothing is asked. Then the session
   * ends, and the key goes out of this browser, whether the server can be reached or not.
   */
  async lock(): Promise<void> {
    this.#others.lock();
    const signedOut = post("/api/desk/sign-out", {}).catch(() => null); // without the key it opens nothing
    await this.#shut();
    await Promise.race([signedOut, new Promise((resolve) => setTimeout(resolve, SIGN_OUT_MS_MAX))]);
    location.replace("/");
  }

  /** The tab that was locked ends the session. */
  async #lockedElsewhere(): Promise<void> {
    if (this.page.kind !== "desk") return;
    await this.#shut();
    location.replace("/");
  }

  async #shut(): Promise<void> {
    if (this.page.kind === "desk") this.page.desk.leave();
    this.#go({ kind: "locking" });
    await forgetKey(this.site.site);
  }

  /** Something of this page's own went wrong where nobody was waiting for it. */
  fail(): void {
    if (this.hasFailed) return; // or a fault in drawing would go round and round
    this.hasFailed = true;
    this.host.changed();
  }

  /** A session with its key still in this browser goes on; anything else signs in. */
  async #resume(): Promise<void> {
    const session = await this.#session();
    const key = session === null ? null : await keptKey(this.site.site, session.pseudonym);
    if (session !== null && key !== null) {
      return this.#enter({ session, personal: key, isKept: true });
    }
    await forgetKey(this.site.site);
    const signIn = new SignIn(this.host, this.site.site, null, (who) => this.#enter(who));
    this.#go({ kind: "sign-in", signIn });
  }

  async #session(): Promise<Session | null> {
    try {
      return await post<Session>("/api/desk/session", {});
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null;
      throw error;
    }
  }

  #join(): Promise<void> {
    const secret = location.hash.slice(1);
    history.replaceState(null, "", "/join"); // the secret stays in no history and on no screen
    const join = new Join(this.host, this.site.site, secret, (who) => this.#enter(who));
    this.#go({ kind: "join", join });
    return join.open();
  }

  #recover(): void {
    const recovery = new Recovery(this.host, this.site.site, (who) => this.#enter(who));
    this.#go({ kind: "recover", recovery });
  }

  async #enter(signedIn: SignedIn): Promise<void> {
    if (location.pathname !== "/") history.replaceState(null, "", "/");
    const desk = new Desk(this.host, signedIn.session, await Keyring.of(signedIn));
    this.host.signInAgain = () => this.#again(desk);
    this.#go({ kind: "desk", desk });
    desk.start();
  }

  #renewal: Promise<void> | null = null;

  /** However many requests found the session ended, it is asked for once. */
  #again(desk: Desk): Promise<void> {
    this.#renewal ??= new Promise<void>((resolve) => {
      const { pseudonym } = desk.session;
      const before = document.activeElement;
      desk.again = new SignIn(this.host, this.site.site, pseudonym, async () => {
        Object.assign(desk, { again: null, hasEnded: false });
        this.#renewal = null;
        resolve();
        this.host.focusBack(before);
      });
      this.host.focusOn("#passphrase");
    });
    return this.#renewal;
  }

  #go(page: Page): void {
    this.page = page;
    this.host.changed();
  }
}
