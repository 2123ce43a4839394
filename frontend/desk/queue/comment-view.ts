/** The comment in focus: what it answers, its words in reading size, and what can be done. */

import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { QueueRow } from "../api/types.ts";
import type { Desk } from "../app/session-state.ts";
import { counted } from "../decisions/messages.ts";
import { once, openEditor, openRejection, publish } from "../editor/actions.ts";
import { proof } from "../editor/diff-view.ts";
import { editView, kindAndClauseSentence } from "../editor/edit-form.ts";
import { rejectView } from "../editor/rejection-form.ts";
import { beginning } from "../text/graphemes.ts";
import { directionOf, languageName } from "../text/language.ts";
import { key, personName, spoken, storyLink, words } from "../ui/elements.ts";
import { commentLabel } from "./aria-label.ts";
import { type Item, isEdited, isOpen } from "./queue-item.ts";

export function focusView(desk: Desk): TemplateResult {
  const item = desk.queue.focused;
  return html`<section class="focus" aria-label="Comment">
    <button
      type="button"
      class="plain to-list"
      @click=${() => {
        desk.queue.pane = "list";
        desk.host.focusOn("#queue-title");
      }}
    >
      Back to the queue
    </button>
    ${item === null ? nobody(desk) : keyed(item.row.comment_id, commentView(desk, item))}
  </section>`;
}

/** Nothing in focus: loading, all done, or more on another page. */
function nobody({ queue }: Desk): TemplateResult {
  if (queue.phase !== "ready") return html`<div id="focus" tabindex="-1"></div>`;
  const rest = queue.more;
  return html`<div id="focus" class="empty" tabindex="-1">
    ${queue.error === null ? nothing : html`<p class="error">${queue.error}</p>`}
    <p>${rest > 0 ? "This page is done." : "Nothing waits. Whoever writes next will stand here."}</p>
    <button
      type="button"
      class="second"
      aria-disabled=${queue.isLoading}
      @click=${() => void queue.load(null)}
    >
      ${queue.isLoading ? "Opening…" : rest > 0 ? `${rest} more ${rest === 1 ? "waits" : "wait"}` : "Look again"}
    </button>
  </div>`;
}

/** What is seen of a long comment that is answered: about three lines. */
const PARENT_LINES = 3;
const PARENT_LETTERS = 200;

/** Each comment is an element of its own, so that the focus truly comes to it and it is spoken. */
function commentView(desk: Desk, item: Item): TemplateResult {
  return html`<article
    id="focus"
    tabindex="-1"
    aria-label=${commentLabel(desk.queue, item)}
    data-id=${item.row.comment_id}
    data-mode=${item.mode}
    ?data-fresh=${desk.queue.isFresh}
  >
    ${aboveView(desk, item)}
    ${item.mode === "edit" ? editView(desk, item) : readView(desk, item)}
    ${item.mode === "reject" ? rejectView(desk, item) : nothing}
    ${item.mode === "read" && isOpen(item) ? actsView(desk, item) : nothing}
  </article>`;
}

function aboveView(desk: Desk, item: Item): TemplateResult {
  const { row, draft } = item;
  return html`<p class="story small">
      <span>${languageName(row.edition)} edition</span> ${storyLink(row.story_title, row.story_url)}
      <span>name to show: <b>${personName(draft.name)}</b></span>
      <label>language ${languageChoice(desk, item)}</label>
    </p>
    ${row.parent_id === null ? nothing : parentView(row.parent)}`;
}

/** What it answers: folded where it is long, and said where it is gone. */
function parentView(parent: QueueRow["parent"]): TemplateResult {
  if (parent === null) {
    return html`<blockquote class="parent"><p class="small">answers a comment that is gone</p></blockquote>`;
  }
  const { name, text, lang } = parent;
  const short = beginning(text.split("\n").slice(0, PARENT_LINES).join("\n"), PARENT_LETTERS);
  return html`<blockquote class="parent">
    <p class="small">answers ${personName(name)}</p>
    ${
      short === text
        ? html`<p class="answered">${words(text, lang)}</p>`
        : html`<details class="answered">
            <summary>
              <span class="short">${words(short, lang)}</span>
              <span class="whole small">the whole comment</span>
            </summary>
            ${words(text, lang)}
          </details>`
    }
  </blockquote>`;
}

/** Whether the hand that chooses a language is on the mouse. */
let isByPointer = false;

/** The language is a guess by the script; a moderator corrects it. */
function languageChoice(desk: Desk, item: Item): TemplateResult {
  const offered = [
    ...new Set([item.envelope.lang, item.draft.lang, ...desk.session.languages, "und"]),
  ];
  const choose = (event: Event) => {
    desk.decisions.takeUp(item);
    item.draft.lang = (event.currentTarget as HTMLSelectElement).value;
    // Whoever walks the choices by arrow keys stays there; a hand on the mouse goes on with the keys.
    if (isByPointer) desk.host.focusOn("#focus");
    desk.host.changed();
  };
  return html`<select
    @change=${choose}
    @pointerdown=${() => {
      isByPointer = true;
    }}
    @keydown=${() => {
      isByPointer = false;
    }}
  >
    ${offered.map(
      (lang) =>
        html`<option value=${lang} ?selected=${lang === item.draft.lang}>
          ${languageName(lang)}
        </option>`,
    )}
  </select>`;
}

function readView(_desk: Desk, item: Item): TemplateResult {
  const { envelope, draft } = item;
  const { lang } = draft;
  if (isEdited(item)) return html`<div class="text">${proof(item)}</div>`;
  return html`<div class="text">
    ${spoken("The comment:")}
    <p id="reading-words" lang=${lang} dir=${directionOf(lang)}>${envelope.text}</p>
  </div>`;
}

function actsView(desk: Desk, item: Item): TemplateResult {
  const edited = isEdited(item);
  return html`${besideView(item)}
    <div class="acts">
      <button type="button" @click=${once(() => publish(desk, item))}>
        ${edited ? "Publish edited" : "Publish"} ${key("a")}
      </button>
      <button type="button" class="second" @click=${() => openEditor(desk, item)}>
        Edit ${key("e")}
      </button>
      <button type="button" class="second" @click=${() => openRejection(desk, item)}>
        Reject ${key("d")}
      </button>
    </div>
    ${edited ? html`<p class="small">${kindAndClauseSentence(desk, item)}</p>` : nothing}
    <p class="small held">
      What you publish now appears at ${desk.queue.nextSlot.label} at the earliest.
      ${desk.queue.held === 0 ? nothing : `${counted(desk.queue.held, "comment is", "comments are")} held.`}
    </p>`;
}

/** A sentence about this comment: what is missing, or why the last try did not work. */
export function besideView({ sentence, state }: Item): TemplateResult {
  if (sentence === null) return html``;
  const kind = state === "unsent" ? "beside error unsent" : "beside error";
  return html`<p class=${kind} tabindex="-1">${sentence}</p>`;
}
