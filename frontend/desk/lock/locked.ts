/** A locked desk: opened again by its PIN, as long as tries are left, or by signing in. */

import { errorMessage, post, RequestRejected } from "../api/client.ts";
import { hashPin } from "../crypto/device-key.ts";
import { loadKeys } from "../crypto/key-store.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { SignIn } from "../sign-in/sign-in.ts";
import type { Dom } from "../ui/dom.ts";

interface LockedOptions {
  pinTriesLeft: number;
  signIn: SignIn;
  onUnlocked: () => Promise<void>;
}

export class Locked {
  error: string | null = null;
  isBusy = false;

  pinTriesLeft: number;
  /** For the same person: no one else may open their drafts. */
  readonly signIn: SignIn;
  readonly #onUnlocked: () => Promise<void>;

  constructor(
    private readonly dom: Dom,
    private readonly siteId: string,
    { pinTriesLeft, signIn, onUnlocked }: LockedOptions,
  ) {
    this.pinTriesLeft = pinTriesLeft;
    this.signIn = signIn;
    this.#onUnlocked = onUnlocked;
  }

  async unlock(pin: string): Promise<void> {
    this.error = null;
    this.isBusy = true;
    this.dom.requestRender();
    try {
      const stored = await loadKeys(this.siteId);
      const pin_hash = stored === null ? "0".repeat(64) : await hashPin(stored, pin);
      await post("/api/desk/unlock", { pin_hash });
      await this.#onUnlocked();
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }

  #refuse(error: unknown): void {
    const isWrong = error instanceof RequestRejected && error.code === "wrong_pin";
    this.error = isWrong ? this.#wrongPin(Number(error.details.tries_left)) : errorMessage(error);
    this.dom.focusOn(this.pinTriesLeft > 0 ? "#pin" : "#passphrase");
  }

  #wrongPin(triesLeft: number): string {
    this.pinTriesLeft = triesLeft;
    if (triesLeft === 0) {
      return gettext("This PIN is wrong, and it was the last try. Your seven words open the desk.");
    }
    return ngettext(
      "This PIN is wrong. %(count)s try is left.",
      "This PIN is wrong. %(count)s tries are left.",
      triesLeft,
    );
  }
}
