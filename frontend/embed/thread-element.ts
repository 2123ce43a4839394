/** `<yobal-comments story="…" edition="…">`: one thread, drawn from the public files when it is near. */

import { type CommentLinks, commentList, replyItem } from "./comment-list.ts";
import { el } from "./dom.ts";
import { addReplyFrame, type FormFrame, formFrame } from "./form-frame.ts";
import { addOwnStyle, addStyle, applyTheme, isDark } from "./style.ts";
import type {
  CommentsFile,
  NewestFile,
  PageFile,
  PublicComment,
  RepliesFile,
  Words,
} from "./types.ts";

const NEAR_PX = 800;

/** `siteUrl` is the address of all threads of the site, with a slash at its end. */
export function defineThread(siteUrl: string): void {
  class YobalComments extends HTMLElement {
    static observedAttributes = ["story", "edition"];
    #thread: Thread | undefined;
    #isConnected = false; // with all attributes that it has in the page, unlike `isConnected`

    connectedCallback(): void {
      this.#isConnected = true;
      this.#start();
    }

    attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
      if (this.#isConnected && before !== after) this.#start();
    }

    disconnectedCallback(): void {
      this.#isConnected = false;
      this.#thread?.stop();
      this.#thread = undefined;
    }

    #start(): void {
      this.#thread?.stop();
      this.#thread = undefined;
      const story = this.getAttribute("story");
      const storyUrl = `${siteUrl}${encodeURIComponent(story ?? "")}/`;
      const editions = editionsOf(this, storyUrl);
      if (story && editions.length)
        this.#thread = new Thread(this, { siteUrl, storyUrl, editions });
      else this.shadowRoot?.replaceChildren(el("slot", {}));
    }
  }
  customElements.define("yobal-comments", YobalComments);
}

/** The editions to try, the best first: as written, as in the link inside the element, or of the page's language.
 * A page in `en-US` or `en_US` usually belongs to the edition `en`. */
function editionsOf(host: HTMLElement, storyUrl: string): string[] {
  const link = host.querySelector("a")?.href ?? "";
  const linked = link.startsWith(storyUrl) ? link.slice(storyUrl.length).split("/")[0] : "";
  const edition = host.getAttribute("edition") || linked;
  if (edition) return [edition];
  const lang = host.closest("[lang]")?.getAttribute("lang") ?? "";
  const subtags = lang.replaceAll("_", "-").split("-");
  const tags = subtags.map((_, index) => subtags.slice(0, subtags.length - index).join("-"));
  return lang ? tags : [];
}

interface ThreadSource {
  siteUrl: string;
  storyUrl: string;
  editions: string[];
}

class Thread {
  readonly #host: HTMLElement;
  readonly #source: ThreadSource;
  #url = ""; // of the thread in the edition that exists
  #edition = "";
  #isStopped = false;
  readonly #root: ShadowRoot;
  readonly #observer: IntersectionObserver;
  readonly #shown = new Set<string>();
  #day = "";
  #links: CommentLinks | undefined;

  constructor(host: HTMLElement, source: ThreadSource) {
    this.#host = host;
    this.#source = source;
    this.#root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    addOwnStyle(this.#root);
    // Until it is rendered, readers see the element's own content: a link to the complete page.
    this.#root.replaceChildren(el("div", { class: "waiting" }, el("slot", {})));
    this.#observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.#draw(),
      { rootMargin: `${NEAR_PX}px` },
    );
    // The observer tells it a frame later, and on a slow phone a frame is long.
    if (isNear(host)) void this.#draw();
    else this.#observer.observe(host);
  }

  /** Another thread may be drawn in the element from now on, so nothing of this one may be. */
  stop(): void {
    this.#isStopped = true;
    this.#observer.disconnect();
  }

  async #draw(): Promise<void> {
    this.#observer.disconnect();
    const styleUrl = `${this.#source.siteUrl}@/comments.css`;
    const style = addStyle(this.#root, styleUrl).catch(() => undefined);
    const file = await this.#load();
    if (file === undefined || this.#isStopped) return; // the link stays
    if (file === null) {
      this.#root.replaceChildren(); // such a story was never declared
      return;
    }
    await style;
    if (this.#isStopped) return;
    const { lang, dir } = file.words;
    const thread = el("section", { class: "yobal yobal-fragment", part: "thread", lang, dir });
    applyTheme(this.#host, thread);
    this.#links = this.#linksOf(file);
    thread.append(...pinnedNote(file), this.#comments(file), ...this.#form(file));
    const links = [...this.#root.querySelectorAll("link")];
    this.#root.replaceChildren(...links, el("div", { class: "outer" }, thread));
  }

  /** Null if there is none in any of the editions; undefined if it cannot be loaded now. */
  async #load(): Promise<NewestFile | null | undefined> {
    const { storyUrl, editions } = this.#source;
    for (const edition of editions) {
      this.#edition = edition;
      this.#url = `${storyUrl}${edition}/`;
      const file = await load<NewestFile>(`${this.#url}index.json`);
      if (file !== null || this.#isStopped) return file;
    }
    return null;
  }

  #comments(file: NewestFile): HTMLElement {
    const { sentences, total } = file.words;
    const write = el("a", { href: `${this.#url}#yobal-form` }, sentences.write);
    write.addEventListener("click", (event) => {
      const form = this.#root.querySelector<HTMLElement>(".form");
      if (!form) return;
      event.preventDefault();
      form.scrollIntoView();
      form.querySelector("iframe")?.focus();
    });
    const isOpen = file.form === "open";
    return el(
      "section",
      { class: "yobal-comments", "aria-labelledby": "yobal-title" },
      el(
        "div",
        { class: "yobal-heading-row" },
        el("h2", { id: "yobal-title", part: "heading" }, total),
        isOpen && file.comments.length > 0 && write,
      ),
      isOpen && !file.comments.length && el("p", {}, sentences.be_first),
      ...this.#list(file),
      this.#older(file, file.words),
    );
  }

  /** Without those that are shown: the newest comments are not those of whole pages. */
  #list(file: CommentsFile): HTMLElement[] {
    if (!this.#links) return [];
    const comments = file.comments.filter(({ id }) => !this.#shown.has(id));
    for (const { id } of comments) this.#shown.add(id);
    const elements = commentList(comments, file.words, this.#links, this.#day);
    this.#day = comments[comments.length - 1]?.day ?? this.#day;
    return elements;
  }

  #older(file: PageFile, words: Words): HTMLElement | null {
    if (file.older === null) return null;
    const page = `${this.#url}page/${file.older}`;
    const link = el("a", { href: `${page}.html`, rel: "next" }, words.sentences.older);
    const row = el("nav", { class: "yobal-neighbours", "aria-label": words.sentences.older }, link);
    onClickLoad<PageFile>(link, `${page}.json`, words, (older) => {
      replace(row, [...this.#list(older), this.#older(older, words)]);
    });
    return row;
  }

  #form(file: NewestFile): HTMLElement[] {
    const { sentences } = file.words;
    if (file.form === "closed") return [el("h2", {}, sentences.closed)];
    const link = el(
      "a",
      { class: "yobal-button", href: `${this.#url}#yobal-form`, part: "button" },
      sentences.write,
    );
    if (file.embedded_form === "page") {
      const question = file.question && editorText(file, file.question, " yobal-medium");
      return [...(question ? [question] : []), el("p", { class: "yobal-buttons" }, link)];
    }
    return [formFrame(this.#frameOptions(sentences.form, link))];
  }

  #frameOptions(title: string, link: HTMLElement): FormFrame {
    return { url: `${this.#url}form.frame.html`, title, link, isDark: isDark(this.#host) };
  }

  #linksOf(file: NewestFile): CommentLinks {
    return {
      terms: `${this.#source.siteUrl}@/terms/${this.#edition}.html`,
      replyButton: (comment, label, words) => {
        if (file.form !== "open") return null;
        const text = words.sentences.reply;
        const link = el("a", { href: comment.link, "aria-label": label }, text);
        if (file.embedded_form === "page") return link;
        const button = el("button", { "aria-label": label, "aria-expanded": "false" }, text);
        let frame: HTMLElement | undefined;
        button.addEventListener("click", () => {
          const footer = button.closest(".yobal-footer");
          if (frame)
            frame.hidden = !frame.hidden; // not removed: it holds what was written
          else if (footer)
            frame = addReplyFrame(footer, comment.id, this.#frameOptions(label, link));
          button.setAttribute("aria-expanded", String(!frame?.hidden));
        });
        return button;
      },
      moreReplies: (comment, words) => this.#moreReplies(comment, words, 1),
    };
  }

  #moreReplies(comment: PublicComment, words: Words, number: number): HTMLElement {
    const page = `${this.#url}replies/${comment.id}/${number}`;
    const link = el("a", { href: `${page}.html` }, words.sentences.more_replies);
    onClickLoad<RepliesFile>(link, `${page}.json`, words, (file) => {
      const links = this.#links;
      if (!links) return;
      replace(link, [
        ...file.comments.map((reply) => replyItem(reply, comment.day, file.words, links)),
        file.has_more && this.#moreReplies(comment, words, number + 1),
      ]);
    });
    return link;
  }
}

function isNear(element: HTMLElement): boolean {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && top < innerHeight + NEAR_PX && bottom > -NEAR_PX;
}

/** What the newsroom says above the thread. */
function pinnedNote(file: NewestFile): HTMLElement[] {
  if (!file.pinned_note) return [];
  const title = el(
    "p",
    { class: "yobal-small", id: "yobal-pinned-title" },
    file.words.sentences.from_newsroom,
  );
  const note = editorText(file, file.pinned_note, "");
  const attributes = { class: "yobal-pinned", part: "note", "aria-labelledby": title.id };
  return [el("aside", attributes, title, note)];
}

function editorText(file: NewestFile, text: string, name: string): HTMLElement {
  return el("p", { class: `yobal-text${name}`, lang: file.edition, dir: "auto" }, text);
}

/** Null if there is no such file; undefined if it cannot be loaded now. */
async function load<File>(url: string): Promise<File | null | undefined> {
  try {
    const response = await fetch(url); // as a preload asks for it
    if (response.status === 404) return null;
    return response.ok ? ((await response.json()) as File) : undefined;
  } catch {
    return undefined;
  }
}

/** A link that shows in its place what it leads to. Without this, or in a new tab, it is a link. */
function onClickLoad<File>(
  link: HTMLElement,
  url: string,
  words: Words,
  show: (file: File) => void,
): void {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.ariaBusy) return;
    link.ariaBusy = "true";
    const file = await load<File>(url);
    link.ariaBusy = null;
    if (file) show(file);
    else if (!link.nextSibling) {
      link.after(el("span", { role: "alert" }, ` ${words.sentences.not_loaded}`));
    }
  });
}

/** The focus goes to the first of the new elements, because what had it is gone. */
function replace(before: HTMLElement, elements: (HTMLElement | false | null)[]): void {
  const shown = elements.filter((element): element is HTMLElement => Boolean(element));
  before.replaceWith(...shown);
  const first = shown[0];
  if (first) {
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }
}
