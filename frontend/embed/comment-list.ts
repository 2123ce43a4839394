/** Comments as elements, with the markup and the classes of Yobal's own pages. */

import { type Child, el, fill } from "./dom.ts";
import type { PublicComment, Words } from "./types.ts";

/** What a comment can lead to: a reply, more replies, the terms. */
export interface CommentLinks {
  terms: string;
  replyButton(comment: PublicComment, label: string, words: Words): HTMLElement | null;
  moreReplies(comment: PublicComment, words: Words): HTMLElement;
}

const MASK = /(▮+)/;

/** `day` is the one above: a new one gets a line of its own. */
export function commentList(
  comments: PublicComment[],
  words: Words,
  links: CommentLinks,
  day: string,
): HTMLElement[] {
  const elements: HTMLElement[] = [];
  let current = day;
  for (const comment of comments) {
    if (comment.day !== current) {
      elements.push(el("h3", { class: "yobal-day", part: "day" }, dayOf(comment, words)));
    }
    current = comment.day;
    elements.push(
      el(
        "article",
        { class: "yobal-comment", part: "comment" },
        ...commentBody(comment, current, words, links),
        ...comment.replies.map((reply) => replyItem(reply, comment.day, words, links)),
        comment.has_more_replies &&
          el("p", { class: "yobal-link-line" }, links.moreReplies(comment, words)),
      ),
    );
  }
  return elements;
}

export function replyItem(
  reply: PublicComment,
  day: string,
  words: Words,
  links: CommentLinks,
): HTMLElement {
  return el(
    "div",
    { class: "yobal-reply-item", part: "reply", dir: reply.dir },
    ...commentBody(reply, day, words, links),
  );
}

function commentBody(
  comment: PublicComment,
  day: string,
  words: Words,
  links: CommentLinks,
): Child[] {
  const { sentences, clauses } = words;
  if (comment.removal) {
    const clause = clauses[comment.removal_clause ?? ""] ?? "";
    return [el("p", { class: "yobal-tombstone" }, fill(sentences[comment.removal], clause))];
  }
  return [
    comment.parent_name !== null &&
      el(
        "p",
        { class: "yobal-byline" },
        el(
          "span",
          { dir: words.dir },
          fill(sentences.in_reply_to, name(comment.parent_name, words)),
        ),
      ),
    textOf(comment, words),
    edited(comment, words, links),
    footer(comment, day, words, links),
  ];
}

function textOf(comment: PublicComment, words: Words): HTMLElement {
  const text = el(
    "p",
    { class: "yobal-text", part: "text", lang: comment.lang, dir: "auto" },
    ...(comment.edit_kind ? masked(comment, words) : [comment.text]),
  );
  if (!comment.is_long) return text;
  const whole = el("details", {}, el("summary", {}, words.sentences.whole));
  return el("div", { class: "yobal-folded" }, whole, text);
}

/** In a comment without edits, ▮ is the author's own character. */
function masked(comment: PublicComment, words: Words): Child[] {
  const title = fill(words.sentences.masked, words.clauses[comment.edited_clause ?? ""] ?? "");
  return comment.text
    .split(MASK)
    .map((run, index) =>
      index % 2
        ? el("span", { class: "yobal-mask", role: "img", title: title.textContent ?? "" }, run)
        : run,
    );
}

function edited(comment: PublicComment, words: Words, links: CommentLinks): Child {
  if (!comment.edit_kind) return null;
  const clause = comment.edited_clause ?? "";
  const link = el(
    "a",
    { href: `${links.terms}#${clause}`, target: "_blank", rel: "noreferrer" },
    words.clauses[clause] ?? clause,
  );
  const label = el("span", { dir: words.dir }, fill(words.sentences[comment.edit_kind], link));
  return el("p", { class: "yobal-edited", dir: comment.dir }, label);
}

function footer(
  comment: PublicComment,
  day: string,
  words: Words,
  links: CommentLinks,
): HTMLElement {
  const label = fill(words.sentences.reply_to, comment.name || words.sentences.anonymous);
  return el(
    "div",
    { class: "yobal-footer", part: "footer", dir: comment.dir },
    byline(comment, day, words),
    links.replyButton(comment, label.textContent ?? "", words),
    share(comment, words),
  );
}

function byline(comment: PublicComment, day: string, words: Words): HTMLElement {
  const author = name(comment.name, words);
  const language = words.languages[comment.lang];
  return el(
    "p",
    { class: "yobal-byline", part: "byline" },
    comment.name ? el("b", {}, author) : author,
    comment.day !== day && " · ",
    comment.day !== day && dayOf(comment, words),
    language ? ` · ${language}` : null,
  );
}

function share(comment: PublicComment, words: Words): HTMLElement {
  const summary = el("summary", {}, words.sentences.share);
  const details = el("details", { name: "yobal-share" }, summary);
  // Fifty comments have two hundred such links, and a slow phone draws the thread sooner without them.
  summary.addEventListener("click", () => details.append(shareLinks(comment, words)), {
    once: true,
  });
  return details;
}

function shareLinks(comment: PublicComment, words: Words): HTMLElement {
  const url = encodeURIComponent(comment.link);
  const link = (href: string, text: string, attributes = {}) =>
    el("a", { href, ...attributes }, text);
  const elsewhere = { target: "_blank", rel: "noreferrer" };
  return el(
    "p",
    {},
    link(`https://wa.me/?text=${url}`, "WhatsApp", elsewhere),
    link(`https://t.me/share/url?url=${url}`, "Telegram", elsewhere),
    link(`mailto:?body=${url}`, words.sentences.email),
    link(comment.link, words.sentences.link),
  );
}

function dayOf(comment: PublicComment, words: Words): HTMLElement {
  return el("time", { datetime: comment.day }, words.days[comment.day] ?? comment.day);
}

function name(author: string, words: Words): HTMLElement {
  return el("bdi", {}, author || words.sentences.anonymous);
}
