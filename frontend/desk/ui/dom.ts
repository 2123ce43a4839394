/** What the models need from the page: rendering, announcements, focus. Nothing else touches the DOM. */

import { type Post, post as postOnce, RequestRejected } from "../api/client.ts";

const COMMENT_ID = "focus";
const LIST = ".queue";
const TABS = ".header nav";
const TEXT_INPUTS = new Set(["text", "password", "search", "email", "url", "tel", "number"]);

/** Whether the focus is where characters are typed, or where an option is chosen by typing. */
export function isField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return TEXT_INPUTS.has(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export class Dom {
  /** For screen readers only. */
  announcement = "";
  readonly post: Post = (path, body) => this.#post(path, body);
  /** Asks the moderator to sign in again; resolves when that is done. */
  reauthenticate: () => Promise<void> = () => Promise.reject(new Error("no one is signed in"));

  #render: () => void;
  #isScheduled = false;
  #isTabToShow = false;
  #focusSelector: string | null = null;
  #caret: number | null = null;
  #focusToRestore: HTMLElement | null = null;

  constructor(render: () => void) {
    this.#render = render;
  }

  /** Whether the moderator is typing, or choosing an option by typing. */
  get isInField(): boolean {
    return isField(document.activeElement);
  }

  /** Renders once, after all changes of the current task. */
  requestRender(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      const row = currentRow();
      const top = row?.getBoundingClientRect().top ?? 0;
      this.#render();
      // Rows above it may have been folded: what is being read must not move.
      if (row !== null && row === currentRow())
        scrollList(row, row.getBoundingClientRect().top - top);
      this.#moveFocus();
      if (this.#isTabToShow) scrollToCurrentTab();
      this.#isTabToShow = false;
    });
  }

  /** On a phone the tabs are one line that scrolls: the current one must be in sight. */
  showCurrentTab(): void {
    this.#isTabToShow = true;
    this.requestRender();
  }

  announce(message: string): void {
    // Screen readers stay silent if a live region is set to the same text again.
    this.announcement = message === this.announcement ? `${message}\u00a0` : message;
    this.requestRender();
  }

  /** `caret`: the offset in code units at which to put the caret of a text area. */
  focusOn(selector: string, caret: number | null = null): void {
    this.#focusSelector = selector;
    this.#caret = caret;
    this.requestRender();
  }

  /** To the element that had the focus before a dialog opened, or else to the comment. */
  restoreFocus(element: Element | null): void {
    this.#focusToRestore = element instanceof HTMLElement ? element : null;
    this.focusOn(`#${COMMENT_ID}`);
  }

  #moveFocus(): void {
    if (this.#focusSelector === null) return;
    const previous = this.#focusToRestore;
    this.#focusToRestore = null;
    if (previous?.isConnected && previous !== document.body) {
      this.#focusSelector = null;
      previous.focus({ preventScroll: true });
      return;
    }
    const target = document.querySelector<HTMLElement>(this.#focusSelector);
    this.#focusSelector = null;
    target?.focus({ preventScroll: true });
    if (this.#caret !== null && target instanceof HTMLTextAreaElement) {
      target.setSelectionRange(this.#caret, this.#caret);
    }
    if (target?.id === COMMENT_ID) showFromTop(target);
    else if (target != null) showInForm(target);
    if (target === currentRow()) showRow();
  }

  /** An expired session is renewed in place and the request repeated, so that no typed text is lost. */
  async #post<T>(path: string, body: object): Promise<T> {
    try {
      return await postOnce<T>(path, body);
    } catch (error) {
      if (!(error instanceof RequestRejected && error.code === "not_signed_in")) throw error;
      await this.reauthenticate();
      return postOnce<T>(path, body);
    }
  }
}

/** With the whole form of a removal or rejection, or with the choice that a message asks for. */
function showInForm(target: HTMLElement): void {
  target.closest(".removal-form, .rejection")?.scrollIntoView({ block: "nearest" });
  target.scrollIntoView({ block: "nearest" });
  if (target.matches(".item-message")) showMissingChoice(target);
}

/** The bar with the message and the buttons may cover the choice on a small screen. */
function showMissingChoice(message: HTMLElement): void {
  const groups = message.closest(`#${COMMENT_ID}`)?.querySelectorAll("fieldset.chips") ?? [];
  const missing = Array.from(groups).find((group) => group.querySelector(":checked") === null);
  const bar = message.closest(".actions");
  if (missing === undefined || bar === null) return;
  const { top, bottom } = missing.getBoundingClientRect();
  if (top < 0 || bottom > bar.getBoundingClientRect().top) {
    missing.scrollIntoView({ block: "start" });
  }
}

/** A new comment is read from its beginning, with its row in view. */
function showFromTop(comment: HTMLElement): void {
  const pane = comment.closest<HTMLElement>(".comment-pane");
  if (pane !== null) {
    pane.scrollTop = 0;
    pane.scrollIntoView({ block: "start" });
  }
  showRow();
}

/** The row in focus stays a third from the top of the list, as far as there are rows above and below. */
function showRow(): void {
  const row = currentRow();
  const list = row?.closest<HTMLElement>(LIST);
  if (row == null || list == null) return;
  row.scrollIntoView({ block: "nearest" }); // on a narrow screen the list does not scroll by itself
  const third = list.getBoundingClientRect().top + list.clientHeight / 3;
  scrollList(row, row.getBoundingClientRect().top - third);
}

function scrollList(row: HTMLElement, distance: number): void {
  const list = row.closest<HTMLElement>(LIST);
  if (list !== null) list.scrollTop += distance;
}

/** To the middle, so that its neighbours are in sight too. Moves only the line of tabs, never the page. */
function scrollToCurrentTab(): void {
  const tabs = document.querySelector<HTMLElement>(TABS);
  const current = tabs?.querySelector<HTMLElement>("[aria-current]");
  if (tabs == null || current == null) return;
  const [line, tab] = [tabs.getBoundingClientRect(), current.getBoundingClientRect()];
  tabs.scrollLeft += tab.left + tab.width / 2 - (line.left + line.width / 2);
}

function currentRow(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.row[aria-current="true"]');
}
