/** What was decided, newest slot first, with what can still be done about it. */

import { html, nothing, type TemplateResult } from "lit";
import type { HistoryEntry, Verdict } from "../api/types.ts";
import type { Desk } from "../app/session-state.ts";
import { capital, doneWord } from "../decisions/messages.ts";
import {
  clauseChips,
  errorSentence,
  failed,
  onSubmit,
  personName,
  textOf,
  words,
} from "../ui/elements.ts";

export function historyView(desk: Desk): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">History</h1>
    ${findView(desk)} ${bodyView(desk)}
  </main>`;
}

const NO_LINK =
  "This is not the link of a comment. It ends in #c- and 26 letters: copy it from under the comment.";

/** One comment by the address under it on the readers' page: the shortest way to a removal. */
function findView({ history }: Desk): TemplateResult {
  const submit = (form: HTMLFormElement) => void history.find(textOf(form, "address"));
  const isAbove = history.phase === "ready" && history.removing === null;
  const error = history.isNoLink ? NO_LINK : isAbove ? history.error : null;
  return html`<form class="find" role="search" @submit=${onSubmit(submit)}>
    <label for="address">Find a comment by its link</label>
    <div class="beside-field">
      <input
        id="address"
        name="address"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="history-error"
      />
      <button type="submit" class="second">Find</button>
    </div>
    ${errorSentence(error, "history-error")}
    ${
      history.comment === null
        ? nothing
        : html`<button type="reset" class="plain" @click=${() => void history.load()}>
            Show all decisions
          </button>`
    }
  </form>`;
}

function bodyView(desk: Desk): TemplateResult {
  const { history } = desk;
  if (history.phase === "loading") return html`<p class="empty">Opening the history…</p>`;
  if (history.phase === "failed")
    return failed(history.error ?? "", () => void history.load(history.comment));
  if (history.rows.length === 0) {
    return html`<p class="empty" tabindex="-1">
      ${history.comment === null ? "Nothing has been decided yet." : "Nothing has been decided about this comment."}
    </p>`;
  }
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

function isNewSlot(row: HistoryEntry, before: HistoryEntry | undefined): boolean {
  return before === undefined || before.day !== row.day || before.slot.at !== row.slot.at;
}

function slotView(row: HistoryEntry): TemplateResult {
  return html`<li class="slot"><h2>${row.day} · slot ${row.slot.label}</h2></li>`;
}

function rowView(desk: Desk, row: HistoryEntry): TemplateResult {
  return html`<li class="decision" tabindex="-1" data-id=${row.comment_id} data-decision=${row.decision_id}>
    <p>
      <b>${capital(doneWord(row.verdict))}</b> by <bdi>${row.decided_by}</bdi> · ${clauseTitle(desk, row)}
      <bdi>${row.story_title}</bdi> ${stateView(row)}
    </p>
    ${wordsView(desk, row)}
    ${row.note === null ? nothing : html`<p class="small">Note to the author: <bdi>${row.note}</bdi></p>`}
    ${actsView(desk, row)}
  </li>`;
}

/** What was accepted comes from the server; what was rejected is in this browser, if it was read here. */
function wordsView(desk: Desk, row: HistoryEntry): TemplateResult {
  if (row.is_undone || row.verdict === "undo") return html``;
  if (row.text !== null) return excerptView(row.text, row.lang ?? "und", row.name ?? "");
  const known = row.verdict === "reject" ? desk.known(row.comment_id) : null;
  if (known === null) return html``;
  return excerptView(known.envelope.text, known.draft.lang, known.envelope.name);
}

function excerptView(text: string, lang: string, name: string): TemplateResult {
  return html`<p class="excerpt">${words(text, lang)}</p>
    <p class="small">${personName(name)}</p>`;
}

const STATES: Record<string, string> = { pending: "waiting", held: "held for its slot" };

/** Where a decision has led when nothing has come between; that needs no words. */
const LED_TO: Record<Verdict, string> = {
  publish: "published",
  publish_edited: "published",
  reject: "rejected",
  remove: "removed",
  undo: "pending",
};

function stateView(row: HistoryEntry): TemplateResult {
  if (!row.is_undone && row.state === LED_TO[row.verdict]) return html``;
  const now = STATES[row.state] ?? row.state;
  return html`<span class="small">· now ${row.is_undone ? `undone, ${now}` : now}</span>`;
}

function clauseTitle(desk: Desk, row: HistoryEntry): TemplateResult {
  if (row.clause === null) return html``;
  const clause = desk.session.terms.clauses.find(({ key }) => key === row.clause);
  return html`${row.edit_kind === null ? nothing : html`${row.edit_kind}, `}${clause?.title ?? row.clause} ·`;
}

function actsView(desk: Desk, row: HistoryEntry): TemplateResult {
  const { history } = desk;
  if (history.removing?.decision_id === row.decision_id) return removingView(desk, row);
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

function removingView(desk: Desk, row: HistoryEntry): TemplateResult {
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
    ${errorSentence(history.error, "remove-error")}
    <p class="small">It goes from every page at once. A removal cannot be undone.</p>
    <p class="acts">
      <button type="button" ?disabled=${history.isBusy} @click=${() => void history.remove(row)}>
        Remove now
      </button>
      <button type="button" class="second" @click=${() => history.askToRemove(null)}>Keep it</button>
    </p>
  </section>`;
}
