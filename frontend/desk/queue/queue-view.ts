/** The queue tab with its three panes: the list, the comment in focus, and the info panel. */

import { html, nothing, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import { isKnownLanguage, languageName } from "../text/language.ts";
import { excerpt, loadFailedView, loadingView } from "../ui/elements.ts";
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
  return html`<h2 id="queue-title" class="queue-title" tabindex="-1">${titleOf(queue)}</h2>
    <ol @keydown=${(event: KeyboardEvent) => onArrowKey(desk, event)}>
      ${queue.items.map((item) => rowView(queue, item))}
    </ol>
    ${footerView(desk)}`;
}

function titleOf({ readableCount }: Queue): string {
  if (readableCount === 0) return gettext("No comments waiting");
  return ngettext("%(count)s comment waiting", "%(count)s comments waiting", readableCount);
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
      ?disabled=${!isUndecided(item)}
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

/** Language, story and age. A message takes the place of this line, so that rows never move. */
function detailsView(item: QueueItem): TemplateResult {
  const { row, draft } = item;
  return html`<span class="small details">
    ${hasUnsavedText(item) ? html`<b class="draft-label">${draftLabel(item)} ·</b>` : nothing}
    <span title=${languageName(draft.lang)}>${isKnownLanguage(draft.lang) ? draft.lang : "?"} ·</span>
    <bdi class="title">${row.story_title}</bdi>
    <span>· ${ageLabel(row.age_slots)}</span>
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
