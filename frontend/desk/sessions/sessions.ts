/** One's own sessions, those of colleagues as a number, and the PIN of this one. */

import { errorMessage } from "../api/client.ts";
import type { OpenSession, SessionList } from "../api/types.ts";
import { hashPin } from "../crypto/device-key.ts";
import { loadKeys } from "../crypto/key-store.ts";
import { gettext } from "../i18n.ts";
import { countGraphemes } from "../text/graphemes.ts";
import type { Dom } from "../ui/dom.ts";
import { storeDeviceLabel } from "./device-label.ts";

const PIN_GRAPHEMES_MIN = 4;

/** The present one first, then by slot and label: "Computer 2" before "Computer 10". */
function inOrder(a: OpenSession, b: OpenSession): number {
  return (
    Number(b.is_current) - Number(a.is_current) ||
    a.begun.at - b.begun.at ||
    a.device_label.localeCompare(b.device_label, undefined, { numeric: true })
  );
}

export class Sessions {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  result: string | null = null;
  isBusy = false;
  isPinSet = false;
  /** Whether the question before all others are ended is open. */
  isAsking = false;
  own: OpenSession[] = [];
  others: SessionList["others"] = [];

  constructor(
    private readonly dom: Dom,
    private readonly siteId: string,
  ) {}

  async load(): Promise<void> {
    try {
      const { own, others } = await this.dom.post<SessionList>("/api/desk/sessions", {});
      this.own = own.sort(inOrder);
      Object.assign(this, { others, phase: "ready" });
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }

  countOf(pseudonym: string): number {
    return this.others.find((item) => item.pseudonym === pseudonym)?.session_count ?? 0;
  }

  end({ session_id, device_label }: OpenSession): Promise<void> {
    return this.#change(async () => {
      await this.dom.post("/api/desk/end-session", { session_id });
      await this.load();
      return gettext("Ended: %(device)s. Its desk closes within a minute.", {
        device: device_label,
      });
    });
  }

  askToEndOthers(isAsking: boolean): void {
    Object.assign(this, { isAsking, error: null, result: null });
    this.dom.focusOn(isAsking ? "#end-others button" : "#ask-to-end-others");
    this.dom.requestRender();
  }

  /** All of one's own but this one, also those that began since the list was loaded. */
  endOthers(): Promise<void> {
    return this.#change(async () => {
      await this.dom.post("/api/desk/end-other-sessions", {});
      this.isAsking = false;
      await this.load();
      return gettext("All your other sessions are ended. Their desks close within a minute.");
    });
  }

  /** All of a colleague's. Their keys still count: only a removal ends that. */
  endAllOf(pseudonym: string): Promise<void> {
    return this.#change(async () => {
      await this.dom.post("/api/desk/end-sessions", { pseudonym });
      await this.load();
      return gettext(
        "The sessions of %(pseudonym)s are ended. They can sign in again with their words.",
        { pseudonym },
      );
    });
  }

  rename(typed: string): Promise<void> {
    const device_label = typed.trim();
    return this.#change(async () => {
      await this.dom.post("/api/desk/label-device", { device_label });
      storeDeviceLabel(device_label);
      await this.load();
      return gettext("The name is stored.");
    });
  }

  setPin(pin: string): Promise<void> {
    if (countGraphemes(pin) < PIN_GRAPHEMES_MIN) {
      this.error = gettext("A PIN has at least four characters.");
      this.dom.focusOn("#new-pin");
      return Promise.resolve();
    }
    return this.#change(async () => {
      const stored = await loadKeys(this.siteId);
      if (stored === null) return gettext("This browser stores no keys, so you cannot set a PIN.");
      await this.dom.post("/api/desk/set-pin", { pin_hash: await hashPin(stored, pin) });
      this.isPinSet = true;
      return gettext("The PIN is set. It reopens this desk until you sign out.");
    });
  }

  /** `act` returns what to say when it is done. */
  async #change(act: () => Promise<string>): Promise<void> {
    Object.assign(this, { isBusy: true, error: null, result: null });
    this.dom.requestRender();
    try {
      this.result = await act();
      this.dom.focusOn("#sessions-result");
    } catch (error) {
      this.error = errorMessage(error);
      this.dom.focusOn("#sessions-error");
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }
}
