/** The queue's three panes: rows, the comment in focus, what belongs to it. */

import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "../app/session-state.ts";
import type { Unreadable } from "../crypto/envelope.ts";
import { capital, counted } from "../decisions/messages.ts";
import { isKnown, languageName } from "../text/language.ts";
import { failed, line } from "../ui/elements.ts";
import { focusView } from "./comment-view.ts";
import type { Closed } from "./decrypt-page.ts";
import { sideView } from "./info-panel.ts";
import { hasTyped, type Item, isEdited, isOpen } from "./queue-item.ts";

export function queueView(desk: Desk): TemplateResult {
  return html`<main class="panes" data-pane=${desk.queue.pane}>
      <h1 class="spoken">Queue</h1>
      <section class="queue" aria-labelledby="queue-title">${listView(desk)}</section>
      ${focusView(desk)} ${sideView(desk)}
    </main>
    <p class="keys-below">
      <button type="button" class="plain" @click=${() => desk.show("help")}>All keys</button>
    </p>`;
}

function listView(desk: Desk): TemplateResult {
  const { queue } = desk;
  if (queue.phase === "loading") return html`<p class="empty">Opening what waits…</p>`;
  if (queue.phase === "failed") return failed(queue.error ?? "", () => void queue.load(null));
  return html`<h2 id="queue-title" class="queue-title" tabindex="-1">
      ${queue.readable === 0 ? "Nothing waits" : counted(queue.readable, "waits", "wait")}
    </h2>
    <ol @keydown=${(event: KeyboardEvent) => walk(desk, event)}>
      ${queue.items.map((item) => rowView(desk, item))}
    </ol>
    ${footView(desk)}`;
}

function rowView(desk: Desk, item: Item): TemplateResult {
  const { row, envelope, draft, state } = item;
  const isFocused = desk.queue.focusId === row.comment_id;
  return html`<li data-state=${state} data-id=${row.comment_id}>
    <button
      type="button"
      class="row"
      aria-current=${isFocused ? "true" : "false"}
      tabindex=${isFocused ? 0 : -1}
      ?disabled=${!isOpen(item)}
      @click=${() => desk.queue.focus(row.comment_id)}
    >
      ${line(envelope.text, draft.lang)}
      ${isFocused || item.sentence === null ? metaView(item) : html`<span class="small said">${item.sentence}</span>`}
    </button>
  </li>`;
}

/** One line: language, story, age. What was decided takes its place, so that nothing moves. */
function metaView(item: Item): TemplateResult {
  const { row, draft } = item;
  return html`<span class="small meta">
    ${hasTyped(item) ? html`<b class="begun">${isEdited(item) ? "edit begun" : "note begun"} ·</b>` : nothing}
    <span title=${languageName(draft.lang)}>${isKnown(draft.lang) ? draft.lang : "?"} ·</span>
    <bdi class="title">${row.story_title}</bdi>
    <span>· ${age(row.age_slots)}</span>
  </span>`;
}

export function age(slots: number): string {
  if (slots <= 0) return "this slot";
  return slots >= 99 ? "99 slots or more" : counted(slots, "slot");
}

function footView(desk: Desk): TemplateResult {
  const { queue } = desk;
  const many = queue.rejectable.length;
  return html`<div class="queue-foot">
    ${queue.error === null ? nothing : html`<p class="error" role="alert">${queue.error}</p>`}
    ${
      queue.more > 0
        ? html`<button
            type="button"
            class="second"
            aria-disabled=${queue.isLoading}
            @click=${() => void queue.loadMore()}
          >
            ${queue.isLoading ? "Opening…" : `${queue.more} more ${queue.more === 1 ? "waits" : "wait"}`}
          </button>`
        : nothing
    }
    ${
      queue.isFirstPage
        ? nothing
        : html`<button type="button" class="second" @click=${() => void queue.load(null)}>
            Back to the oldest
          </button>`
    }
    ${
      many > 1
        ? html`<button type="button" class="plain" @click=${() => desk.show("reject-all")}>
            Reject ${many < queue.open.length ? "" : "all "}${many} of this page…
          </button>`
        : nothing
    }
    ${closedView(desk)}
  </div>`;
}

const WHY: Record<Unreadable, string> = {
  no_key:
    "sealed to a key that you were not given: before you joined, or before the keys were made anew. A lead who has that key can open it.",
  moved:
    "sealed for another place than the one it lies in. Somebody may have changed the database: tell your technician. It cannot be published.",
  damaged: "damaged, so that its key does not open it. Tell your technician.",
};

/** What cannot be shown is counted and explained, never passed over in silence. */
function closedView({ queue, session }: Desk): TemplateResult {
  const count = (why: Unreadable) => queue.closed.filter((one) => one.why === why).length;
  const counts: [Unreadable, number][] = [
    ["no_key", Math.max(count("no_key"), session.unreadable_count)],
    ["moved", count("moved")],
    ["damaged", count("damaged")],
  ];
  return html`${counts
    .filter(([, number]) => number > 0)
    .map(
      ([why, number]) => html`<p class="closed small">
          <b>${counted(number, "comment")} cannot be opened.</b> ${capital(WHY[why])}
        </p>
        ${why === "no_key" ? nothing : idsView(queue.closed.filter((one) => one.why === why))}`,
    )}`;
}

/** What a technician needs to find them. */
function idsView(closed: Closed[]): TemplateResult {
  return html`<details class="small">
    <summary>For your technician: which</summary>
    <ul class="ids">${closed.map(({ row }) => html`<li class="code">${row.comment_id}</li>`)}</ul>
  </details>`;
}

/** Arrow keys walk the list, as in any list. */
function walk(desk: Desk, event: KeyboardEvent): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
  if (by === undefined) return;
  event.preventDefault();
  desk.queue.step(by);
  desk.queue.pane = "list"; // on a narrow screen the list stays, and with it the focus
  desk.host.focusOn('.row[aria-current="true"]');
}
