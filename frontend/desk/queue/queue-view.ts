/** The queue tab with its three panes: the list, the comment in focus, and the info panel. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import { isNamedLanguage, languageName } from "../text/language.ts";
import { excerpt, loadFailedView, loadingView, visuallyHidden } from "../ui/elements.ts";
import { ageLabel } from "./age.ts";
import { commentPane } from "./comment-view.ts";
import { infoPanel } from "./info-panel.ts";
import type { Queue } from "./queue.ts";
import { hasUnsavedText, isEdited, isUndecided, type QueueItem } from "./queue-item.ts";
import { unreadableView } from "./unreadable-view.ts";

export function queueView(desk: SessionState): TemplateResult {
  return html`<main class="panes" data-pane=${desk.queue.pane}>
      <h1 class="visually-hidden">${gettext("Queue")}</h1>
      <section class="queue" aria-labelledby="queue-title">${listView(desk)}</section>
      ${commentPane(desk)} ${infoPanel(desk)}
    </main>
    <p class="shortcuts-link">
      <button type="button" class="plain" @click=${() => desk.openDialog("shortcuts")}>
        ${gettext("Keyboard shortcuts")}
      </button>
    </p>`;
}

function listView(desk: SessionState): TemplateResult {
  const { queue } = desk;
  if (queue.phase === "loading") return loadingView(gettext("Loading the queue…"));
  if (queue.phase === "failed") {
    return loadFailedView(queue.error ?? "", () => void queue.load(null));
  }
  const { folded } = queue;
  return html`<h2 id="queue-title" class="queue-title" tabindex="-1">${titleOf(queue)}</h2>
    ${foldView(folded)}
    ${desk.session.is_clock_trusted ? nextRoundView(queue) : nothing} ${expiringView(queue)}
    <ol @keydown=${(event: KeyboardEvent) => onArrowKey(desk, event)}>
      ${repeat(
        queue.items.filter((item) => !folded.includes(item)),
        ({ row }) => row.comment_id,
        (item) => (isUndecided(item) ? rowView(queue, item) : decidedRow(item)),
      )}
    </ol>
    ${footerView(desk)}`;
}

/** "12 done ✓ 9 ✕ 3": opened, it lists them. */
function foldView(folded: QueueItem[]): TemplateResult | typeof nothing {
  if (folded.length === 0) return nothing;
  const count = (sign: string) => folded.filter(({ outcome }) => signOf(outcome) === sign).length;
  return html`<details class="fold" @toggle=${showFromStart}>
    <summary>
      <b>${ngettext("%(count)s done", "%(count)s done", folded.length)}</b>
      <span
        ><span aria-hidden="true">${PUBLISHED_SIGN}</span> ${count(PUBLISHED_SIGN)}
        ${visuallyHidden(gettext("published"))}</span
      >
      <span
        ><span aria-hidden="true">${REJECTED_SIGN}</span> ${count(REJECTED_SIGN)}
        ${visuallyHidden(gettext("rejected"))}</span
      >
    </summary>
    <ul>
      ${repeat(folded, ({ row }) => row.comment_id, decidedRow)}
    </ul>
  </details>`;
}

/** The list may have been scrolled past its start, where the opened fold is. */
function showFromStart(event: Event): void {
  const fold = event.currentTarget as HTMLDetailsElement;
  if (fold.open) fold.scrollIntoView({ block: "start" });
}

const PUBLISHED_SIGN = "\u2713"; // ✓
const REJECTED_SIGN = "\u2715"; // ✕

function signOf(outcome: QueueItem["outcome"]): string {
  if (outcome === null || ["withdrawn", "expired"].includes(outcome.verdict)) return "";
  return outcome.verdict.startsWith("publish") ? PUBLISHED_SIGN : REJECTED_SIGN;
}

/** What was decided, in place of a comment that can be chosen. */
function decidedRow({ row, envelope, draft, state, message, outcome }: QueueItem): TemplateResult {
  return html`<li data-state=${state} data-id=${row.comment_id}>
    <div class="row decided">
      ${excerpt(envelope.text, draft.lang)}
      <span class="small row-message"
        ><span class="sign" aria-hidden="true">${signOf(outcome)}</span> ${message ?? gettext("Sending…")}</span
      >
    </div>
  </li>`;
}

function titleOf({ readableCount }: Queue): string {
  if (readableCount === 0) return gettext("No comments waiting");
  return ngettext("%(count)s comment waiting", "%(count)s comments waiting", readableCount);
}

/** Without it, an empty queue between two rounds would look as if no one wrote. */
function nextRoundView({ nextRound }: Queue): TemplateResult {
  return html`<p class="small next-round">
    ${gettext("New comments at %(time)s", { time: nextRound.label })}
  </p>`;
}

/** The oldest comments come first, so these are at the beginning of the list. */
function expiringView({ expiringCount }: Queue): TemplateResult | typeof nothing {
  if (expiringCount === 0) return nothing;
  return html`<p class="small expiring">
    ${ngettext(
      "%(count)s comment will be destroyed unread within a week, unless a moderator decides on it. It is the first in this list.",
      "%(count)s comments will be destroyed unread within a week, unless a moderator decides on them. They are the first in this list.",
      expiringCount,
    )}
  </p>`;
}

function rowView(queue: Queue, item: QueueItem): TemplateResult {
  const { row, envelope, draft, state } = item;
  const isFocused = queue.focusId === row.comment_id;
  return html`<li data-state=${state} data-id=${row.comment_id}>
    <button
      type="button"
      class="row"
      aria-current=${isFocused ? "true" : "false"}
      tabindex=${isFocused ? 0 : -1}
      @click=${() => queue.focus(row.comment_id)}
    >
      ${excerpt(envelope.text, draft.lang)}
      ${
        isFocused || item.message === null
          ? detailsView(item)
          : html`<span class="small row-message">${item.message}</span>`
      }
    </button>
  </li>`;
}

/** Language, story, and age or when it is destroyed unread. A message takes the place of this line, so that rows never move. */
function detailsView(item: QueueItem): TemplateResult {
  const { row, draft } = item;
  return html`<span class="small details">
    ${hasUnsavedText(item) ? html`<b class="draft-label">${draftLabel(item)} ·</b>` : nothing}
    <span title=${languageName(draft.lang)}>${isNamedLanguage(draft.lang) ? draft.lang : "?"} ·</span>
    <bdi class="title">${row.story_title}</bdi>
    ${
      row.expires === null
        ? html`<span>· ${ageLabel(row.age_days)}</span>`
        : html`<b>· ${gettext("until %(time)s", { time: row.expires.label })}</b>`
    }
  </span>`;
}

function draftLabel(item: QueueItem): string {
  return isEdited(item) ? gettext("edit started") : gettext("note started");
}

function footerView(desk: SessionState): TemplateResult {
  const { queue } = desk;
  return html`<div class="queue-footer">
    ${queue.error === null ? nothing : html`<p class="error" role="alert">${queue.error}</p>`}
    ${queue.remainingCount > 0 ? loadMoreButton(queue) : nothing}
    ${
      queue.isFirstPage
        ? nothing
        : html`<button type="button" class="secondary" @click=${() => void queue.load(null)}>
            ${gettext("Back to the oldest")}
          </button>`
    }
    ${queue.rejectableItems.length > 1 ? bulkRejectButton(desk) : nothing}
    ${unreadableView(desk)}
  </div>`;
}

function loadMoreButton(queue: Queue): TemplateResult {
  const count = queue.remainingCount;
  return html`<button
    type="button"
    class="secondary"
    aria-disabled=${queue.isLoading}
    @click=${() => void queue.loadMore()}
  >
    ${
      queue.isLoading
        ? gettext("Loading…")
        : ngettext("%(count)s more waiting", "%(count)s more waiting", count)
    }
  </button>`;
}

function bulkRejectButton(desk: SessionState): TemplateResult {
  const count = desk.queue.rejectableItems.length;
  const isAll = count === desk.queue.undecided.length;
  return html`<button type="button" class="plain" @click=${() => desk.openDialog("bulk-reject")}>
    ${
      isAll
        ? gettext("Reject all %(count)s on this page…", { count })
        : gettext("Reject %(count)s on this page…", { count })
    }
  </button>`;
}

/** Arrow keys move through the list, as in any list. */
function onArrowKey(desk: SessionState, event: KeyboardEvent): void {
  const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
  if (direction === undefined) return;
  event.preventDefault();
  desk.queue.step(direction);
  desk.queue.pane = "list"; // on a narrow screen the list and the focus stay
  desk.dom.focusOn('.row[aria-current="true"]');
}
