/** The comment in focus: its parent, its text at reading size, and the actions. */

import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { keyed } from "lit/directives/keyed.js";
import type { QueueRow } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { openEditor, openRejection, publish } from "../editor/actions.ts";
import { diffView } from "../editor/diff-view.ts";
import { editForm } from "../editor/edit-form.ts";
import { editNotice } from "../editor/edit-notice.ts";
import { itemMessage } from "../editor/item-message.ts";
import { rejectionForm } from "../editor/rejection-form.ts";
import { gettext, ngettext } from "../i18n.ts";
import { truncate } from "../text/graphemes.ts";
import { allLanguages, editionName, isNamedLanguage, languageName } from "../text/language.ts";
import { displayName, kbd, readerText, storyLink, visuallyHidden } from "../ui/elements.ts";
import { ignoreDoubleClick } from "../ui/forms.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import { commentLabel } from "./aria-label.ts";
import type { Queue } from "./queue.ts";
import { isEdited, isUndecided, type QueueItem } from "./queue-item.ts";

export function commentPane(desk: SessionState): TemplateResult {
  const item = desk.queue.focused;
  return html`<section class="comment-pane" aria-label=${gettext("Comment")}>
    <button
      type="button"
      class="plain back-to-queue"
      @click=${() => {
        desk.queue.pane = "list";
        desk.dom.focusOn("#queue-title");
      }}
    >
      ${gettext("Back to the queue")}
    </button>
    ${item === null ? emptyView(desk.queue) : keyed(item.row.comment_id, commentView(desk, item))}
  </section>`;
}

/** No comment in focus: the queue is loading or empty, or this page is finished. */
function emptyView(queue: Queue): TemplateResult {
  if (queue.phase !== "ready") return html`<div id="focus" tabindex="-1"></div>`;
  const isPageDone = queue.remainingCount > 0;
  return html`<div id="focus" class="empty" tabindex="-1">
    ${queue.error === null ? nothing : html`<p class="error">${queue.error}</p>`}
    <p>
      ${
        isPageDone
          ? gettext("All comments on this page have been decided.")
          : gettext("All read. New comments appear here; the next release is at %(time)s.", {
              time: queue.nextSlot.label,
            })
      }
    </p>
    <button
      type="button"
      class="secondary"
      aria-disabled=${queue.isLoading}
      @click=${() => void queue.load(null)}
    >
      ${loadLabel(queue)}
    </button>
  </div>`;
}

function loadLabel({ isLoading, remainingCount }: Queue): string {
  if (isLoading) return gettext("Loading…");
  if (remainingCount === 0) return gettext("Check again");
  return ngettext("%(count)s more waiting", "%(count)s more waiting", remainingCount);
}

/** Each comment has its own element, so that screen readers announce it when it gets the focus. */
function commentView(desk: SessionState, item: QueueItem): TemplateResult {
  return html`<article
    id="focus"
    tabindex="-1"
    aria-label=${commentLabel(desk.queue, item)}
    data-id=${item.row.comment_id}
    data-mode=${item.mode}
    ?data-guarded=${desk.queue.isGuarded}
  >
    ${headerView(desk, item)}
    ${item.mode === "edit" ? editForm(desk, item) : textView(item)}
    ${item.mode === "reject" ? rejectionForm(desk, item) : nothing}
    ${item.mode === "read" && isUndecided(item) ? actionsView(desk, item) : nothing}
  </article>`;
}

function headerView(desk: SessionState, item: QueueItem): TemplateResult {
  const { row, draft } = item;
  return html`<p class="story small">
      <span>${gettext("%(language)s edition", { language: editionName(row.edition) })}</span>
      ${storyLink(row.story_title, row.story_url)}
      <span
        >${gettextTemplate("name to show: %(name)s", {
          name: html`<b>${displayName(draft.name, draft.lang)}</b>`,
        })}</span
      >
      <label>${gettext("language")} ${languageMenu(desk, item)}</label>
    </p>
    ${row.parent_id === null ? nothing : parentView(row.parent)}`;
}

/** The part of a long parent comment that is always visible: about three lines. */
const PARENT_LINES = 3;
const PARENT_GRAPHEMES = 200;

function parentView(parent: QueueRow["parent"]): TemplateResult {
  if (parent === null) {
    return html`<blockquote class="parent">
      <p class="small">${gettext("reply to a comment that is no longer there")}</p>
    </blockquote>`;
  }
  const { name, text, lang } = parent;
  const firstLines = text.split("\n").slice(0, PARENT_LINES).join("\n");
  const short = truncate(firstLines, PARENT_GRAPHEMES);
  return html`<blockquote class="parent">
    <p class="small">${gettextTemplate("reply to %(name)s", { name: displayName(name, lang) })}</p>
    ${
      short === text
        ? html`<p class="parent-text">${readerText(text, lang)}</p>`
        : html`<details class="parent-text">
            <summary>
              <span class="short">${readerText(short, lang)}</span>
              <span class="whole small">${gettext("the whole comment")}</span>
            </summary>
            ${readerText(text, lang)}
          </details>`
    }
  </blockquote>`;
}

/** Whether the language menu was last used with the mouse. */
let isMenuUsedByPointer = false;

/** The language was guessed; the moderator can correct it. */
function languageMenu(desk: SessionState, item: QueueItem): TemplateResult {
  const choose = (event: Event) => {
    desk.decisions.resetForEditing(item);
    item.draft.lang = (event.currentTarget as HTMLSelectElement).value;
    // After a choice by mouse the shortcuts work again; arrow keys must stay in the menu.
    if (isMenuUsedByPointer) desk.dom.focusOn("#focus");
    desk.dom.requestRender();
  };
  return html`<select
    @change=${choose}
    @pointerdown=${() => {
      isMenuUsedByPointer = true;
    }}
    @keydown=${() => {
      isMenuUsedByPointer = false;
    }}
  >
    ${guard([item, item.draft.lang], () => languageOptions(desk, item))}
  </select>`;
}

/** Every language; first those that the comment may be in, and those of the site. */
function languageOptions({ session }: SessionState, item: QueueItem): TemplateResult {
  const { lang } = item.draft;
  const named = [lang, ...item.likelyLanguages, ...session.languages].filter(isNamedLanguage);
  const likely = new Set([...named, isNamedLanguage(lang) ? "und" : lang]);
  const others = allLanguages().filter((tag) => !likely.has(tag));
  const option = (tag: string) =>
    html`<option value=${tag} ?selected=${tag === lang}>${languageName(tag)}</option>`;
  return html`<optgroup label=${gettext("Likely")}>${Array.from(likely, option)}</optgroup>
    <optgroup label=${gettext("All languages")}>${others.map(option)}</optgroup>`;
}

function textView(item: QueueItem): TemplateResult {
  const { lang } = item.draft;
  if (isEdited(item)) return html`<div class="text">${diffView(item)}</div>`;
  return html`<div class="text">
    ${visuallyHidden(gettext("The comment:"))}
    <p id="reading-words" lang=${lang} dir="auto">${item.envelope.text}</p>
  </div>`;
}

function actionsView(desk: SessionState, item: QueueItem): TemplateResult {
  const edited = isEdited(item);
  return html`<div class="actions decide">
      <button type="button" @click=${ignoreDoubleClick(() => publish(desk, item))}>
        ${edited ? gettext("Publish edited") : gettext("Publish")} ${kbd("a")}
      </button>
      <button type="button" class="secondary" @click=${() => openEditor(desk, item)}>
        ${gettext("Edit")} ${kbd("e")}
      </button>
      <button type="button" class="secondary" @click=${() => openRejection(desk, item)}>
        ${gettext("Reject")} ${kbd("d")}
      </button>
      ${itemMessage(item)}
    </div>
    ${edited ? html`<p class="small">${editNotice(desk.session.terms.clauses, item)}</p>` : nothing}
    <p class="small release-note">
      ${gettext("A comment that you publish now appears at %(time)s at the earliest.", {
        time: desk.queue.nextSlot.label,
      })}
      ${desk.queue.heldCount === 0 ? nothing : heldLabel(desk.queue.heldCount)}
    </p>`;
}

function heldLabel(count: number): string {
  return ngettext("%(count)s comment is held.", "%(count)s comments are held.", count);
}
