/** What was decided, newest slot first, with what can still be done about it. */

import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "../model/desk.ts";
import { capital, doneWord } from "../model/outcome.ts";
import type { Past } from "../wire/types.ts";
import { clauseChips, failed, personName, words } from "./parts.ts";

export function historyView(desk: Desk): TemplateResult {
  const { history } = desk;
  return html`<main class="page">
    <h1 tabindex="-1">History</h1>
    ${history.error !== null && history.phase === "ready" ? html`<p class="error" role="alert">${history.error}</p>` : nothing}
    ${bodyView(desk)}
  </main>`;
}

function bodyView(desk: Desk): TemplateResult {
  const { history } = desk;
  if (history.phase === "loading") return html`<p class="empty">Opening the history…</p>`;
  if (history.phase === "failed") return failed(history.error ?? "", () => void history.load());
  if (history.rows.length === 0) return html`<p class="empty">Nothing has been decided yet.</p>`;
  return html`<ol class="past">
      ${history.rows.map((row, at) => {
        const before = history.rows[at - 1];
        return html`${isNewSlot(row, before) ? slotView(row) : nothing} ${rowView(desk, row)}`;
      })}
    </ol>
    ${
      history.next === null
        ? nothing
        : html`<button type="button" class="second" @click=${() => void history.loadOlder()}>
            Show older decisions
          </button>`
    }`;
}

function isNewSlot(row: Past, before: Past | undefined): boolean {
  return before === undefined || before.day !== row.day || before.slot.at !== row.slot.at;
}

function slotView(row: Past): TemplateResult {
  return html`<li class="slot"><h2>${row.day} · slot ${row.slot.label}</h2></li>`;
}

function rowView(desk: Desk, row: Past): TemplateResult {
  return html`<li class="decision" data-id=${row.id} data-decision=${row.decision}>
    <p>
      <b>${capital(doneWord(row.verdict))}</b> by <bdi>${row.by}</bdi> · ${clauseTitle(desk, row)}
      <bdi>${row.story_title}</bdi> <span class="small">· now ${stateWord(row)}</span>
    </p>
    ${
      row.text === null || row.is_undone || row.verdict === "undo"
        ? nothing
        : html`<p class="excerpt">${words(row.text, row.lang ?? "und")}</p>
        <p class="small">${personName(row.name ?? "")}</p>`
    }
    ${row.note === null ? nothing : html`<p class="small">Note to the author: <bdi>${row.note}</bdi></p>`}
    ${actsView(desk, row)}
  </li>`;
}

const STATES: Record<string, string> = { pending: "waiting", held: "held for its slot" };

function stateWord(row: Past): string {
  const now = STATES[row.state] ?? row.state;
  return row.is_undone ? `undone, ${now}` : now;
}

function clauseTitle(desk: Desk, row: Past): TemplateResult {
  if (row.clause === null) return html``;
  const clause = desk.session.terms.clauses.find(({ key }) => key === row.clause);
  return html`${row.kind === null ? nothing : html`${row.kind}, `}${clause?.title ?? row.clause} ·`;
}

function actsView(desk: Desk, row: Past): TemplateResult {
  const { history } = desk;
  if (history.removing?.decision === row.decision) return removingView(desk, row);
  if (!row.can_undo && !row.can_remove) return html``;
  return html`<p class="acts">
    ${
      row.can_undo
        ? html`<button type="button" class="second" @click=${() => void history.undo(row)}>
            Undo
          </button>`
        : nothing
    }
    ${
      row.can_remove
        ? html`<button type="button" class="second" @click=${() => history.askToRemove(row)}>
            Remove…
          </button>`
        : nothing
    }
  </p>`;
}

function removingView(desk: Desk, row: Past): TemplateResult {
  const { history } = desk;
  return html`<section class="removing" aria-label="Remove">
    ${clauseChips(desk.session.terms.clauses, history.removing?.clause ?? null, {
      group: "remove-clause",
      legend: "Removed for this clause of the terms",
      choose: (clause) => {
        if (history.removing) history.removing.clause = clause;
        desk.host.changed();
      },
    })}
    <p class="small">It goes from every page at once. A removal cannot be undone.</p>
    <p class="acts">
      <button type="button" ?disabled=${history.isBusy} @click=${() => void history.remove(row)}>
        Remove now
      </button>
      <button type="button" class="second" @click=${() => history.askToRemove(null)}>Keep it</button>
    </p>
  </section>`;
}
