/** What models ask of the page: draw again, say something, put the focus somewhere. */

import { type Post, post as plainPost, Refusal } from "../api/client.ts";
import { isField } from "../shortcuts/keyboard.ts";

const COMMENT = "focus";

export class Host {
  /** Spoken by screen readers, shown nowhere. */
  spoken = "";
  readonly post: Post = (path, body) => this.#post(path, body);
  /** Asks the moderator to sign in again; resolves when that is done. */
  signInAgain: () => Promise<void> = () => Promise.reject(new Error("nobody is signed in"));

  #draw: () => void;
  #isScheduled = false;
  #focus: string | null = null;
  #caret: number | null = null;
  #back: HTMLElement | null = null;

  /** Whether somebody writes, or chooses by typing. */
  get isInField(): boolean {
    return isField(document.activeElement);
  }

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Draws once after everything that changed now. */
  changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#draw();
      this.#moveFocus();
    });
  }

  say(sentence: string): void {
    // A sentence said twice must differ, or it is not spoken again.
    this.spoken = sentence === this.spoken ? `${sentence}\u00a0` : sentence;
    this.changed();
  }

  /** Into a field with the caret behind so many code units, where that is said. */
  focusOn(selector: string, caret: number | null = null): void {
    this.#focus = selector;
    this.#caret = caret;
    this.changed();
  }

  /** Where the focus was before something lay over the page, or on the comment. */
  focusBack(before: Element | null): void {
    this.#back = before instanceof HTMLElement ? before : null;
    this.focusOn("#focus");
  }

  #moveFocus(): void {
    if (this.#focus === null) return;
    const back = this.#back;
    this.#back = null;
    if (back?.isConnected && back !== document.body) {
      this.#focus = null;
      back.focus({ preventScroll: true });
      return;
    }
    const target = document.querySelector<HTMLElement>(this.#focus);
    this.#focus = null;
    target?.focus({ preventScroll: true });
    if (this.#caret !== null && target instanceof HTMLTextAreaElement) {
      target.setSelectionRange(this.#caret, this.#caret);
    }
    if (target?.id === COMMENT) showFromTop(target);
    else target?.scrollIntoView({ block: "nearest" });
  }

  /** A session that ended is renewed in place, and the same request sent again: nothing typed is lost. */
  async #post<T>(path: string, body: object): Promise<T> {
    try {
      return await plainPost<T>(path, body);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "not_signed_in")) throw error;
      await this.signInAgain();
      return plainPost<T>(path, body);
    }
  }
}

/** A new comment is read from its beginning, and its row is in sight. */
function showFromTop(comment: HTMLElement): void {
  const pane = comment.closest<HTMLElement>(".focus");
  if (pane !== null) {
    pane.scrollTop = 0;
    pane.scrollIntoView({ block: "start" });
  }
  document.querySelector('.row[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}
