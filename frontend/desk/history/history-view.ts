/** The history tab: decisions by slot, finding a comment by its link, undoing and removing. */

import { html, nothing, type TemplateResult } from "lit";
import type { HistoryEntry, Verdict } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { editKindLabel, verdictLabel } from "../decisions/messages.ts";
import { gettext } from "../i18n.ts";
import {
  clauseChips,
  displayName,
  errorView,
  loadFailedView,
  loadingView,
  readerText,
} from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import { gettextTemplate } from "../ui/rich-text.ts";

export function historyView(desk: SessionState): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">${gettext("History")}</h1>
    ${findView(desk)} ${bodyView(desk)}
  </main>`;
}

/** Finding a comment by its public link is the fastest way to remove it. */
function findView({ history }: SessionState): TemplateResult {
  const submit = (form: HTMLFormElement) => void history.find(formValue(form, "address"));
  return html`<form class="find-comment" role="search" @submit=${onSubmit(submit)}>
    <label for="address">${gettext("Find a comment by its link")}</label>
    <div class="field-row">
      <input
        id="address"
        name="address"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="history-error"
      />
      <button type="submit" class="secondary">${gettext("Find")}</button>
    </div>
    ${errorView(findError(history), "history-error")}
    ${
      history.commentId === null
        ? nothing
        : html`<button type="reset" class="plain" @click=${() => void history.load()}>
            ${gettext("Show all decisions")}
          </button>`
    }
  </form>`;
}

/** Other errors are shown where they belong: in place of the list, or in the removal form. */
function findError(history: SessionState["history"]): string | null {
  if (history.isInvalidLink) {
    return gettext(
      "This is not the link of a comment. Open “Share” below the comment and copy its link.",
    );
  }
  return history.phase === "ready" && history.removing === null ? history.error : null;
}

function bodyView(desk: SessionState): TemplateResult {
  const { history } = desk;
  if (history.phase === "loading") return loadingView(gettext("Loading the history…"));
  if (history.phase === "failed") {
    return loadFailedView(history.error ?? "", () => void history.load(history.commentId));
  }
  if (history.entries.length === 0) {
    return html`<p class="empty" tabindex="-1">
      ${
        history.commentId === null
          ? gettext("There are no decisions yet.")
          : gettext("There are no decisions on this comment.")
      }
    </p>`;
  }
  return html`<ol class="history">
      ${history.entries.map((entry, index) => {
        const previous = history.entries[index - 1];
        return html`${isNewSlot(entry, previous) ? slotView(entry) : nothing} ${entryView(desk, entry)}`;
      })}
    </ol>
    ${
      history.nextCursor === null
        ? nothing
        : html`<button type="button" class="secondary" @click=${() => void history.loadOlder()}>
            ${gettext("Show older decisions")}
          </button>`
    }`;
}

function isNewSlot(entry: HistoryEntry, previous: HistoryEntry | undefined): boolean {
  return previous === undefined || previous.day !== entry.day || previous.slot.at !== entry.slot.at;
}

function slotView({ day, slot }: HistoryEntry): TemplateResult {
  return html`<li class="slot">
    <h2>${gettext("%(day)s · slot %(time)s", { day, time: slot.label })}</h2>
  </li>`;
}

function entryView(desk: SessionState, entry: HistoryEntry): TemplateResult {
  return html`<li
    class="decision"
    tabindex="-1"
    data-id=${entry.comment_id}
    data-decision=${entry.decision_id}
  >
    <p>
      ${gettextTemplate("%(verdict)s by %(moderator)s", {
        verdict: html`<b>${verdictLabel(entry.verdict)}</b>`,
        moderator: html`<bdi>${entry.decided_by}</bdi>`,
      })}
      · ${clauseView(desk, entry)} <bdi>${entry.story_title}</bdi> ${stateView(entry)}
    </p>
    ${textView(desk, entry)} ${noteView(entry)} ${actionsView(desk, entry)}
  </li>`;
}

function noteView({ note }: HistoryEntry): TemplateResult | typeof nothing {
  if (note === null) return nothing;
  return html`<p class="small">
    ${gettextTemplate("Note to the author: %(note)s", { note: html`<bdi>${note}</bdi>` })}
  </p>`;
}

/** The server has only accepted texts; a rejected one is shown if this browser has decrypted it. */
function textView(desk: SessionState, entry: HistoryEntry): TemplateResult {
  if (entry.is_undone || entry.verdict === "undo") return html``;
  if (entry.text !== null) {
    return commentTextView(entry.text, entry.lang ?? "und", entry.name ?? "");
  }
  const item = entry.verdict === "reject" ? desk.findItem(entry.comment_id) : null;
  if (item === null) return html``;
  return commentTextView(item.envelope.text, item.draft.lang, item.envelope.name);
}

function commentTextView(text: string, lang: string, name: string): TemplateResult {
  return html`<p class="excerpt">${readerText(text, lang)}</p>
    <p class="small">${displayName(name)}</p>`;
}

/** The state that follows from a verdict. It is shown only if something else has happened since. */
const EXPECTED_STATE: Record<Verdict, string> = {
  publish: "published",
  publish_edited: "published",
  reject: "rejected",
  remove: "removed",
  undo: "pending",
};

function stateView(entry: HistoryEntry): TemplateResult {
  if (!entry.is_undone && entry.state === EXPECTED_STATE[entry.verdict]) return html``;
  const state = stateLabel(entry.state);
  return html`<span class="small">· ${
    entry.is_undone
      ? gettext("undone, now %(state)s", { state })
      : gettext("now %(state)s", { state })
  }</span>`;
}

function stateLabel(state: string): string {
  switch (state) {
    case "pending":
      return gettext("waiting");
    case "held":
      return gettext("held for its slot");
    case "published":
      return gettext("published");
    case "rejected":
      return gettext("rejected");
    case "removed":
      return gettext("removed");
    case "withdrawn":
      return gettext("withdrawn");
    default:
      return state;
  }
}

function clauseView(desk: SessionState, entry: HistoryEntry): TemplateResult {
  if (entry.clause === null) return html``;
  const clause =
    desk.session.terms.clauses.find(({ key }) => key === entry.clause)?.title ?? entry.clause;
  if (entry.edit_kind === null) return html`${clause} ·`;
  return html`${gettext("%(kind)s, %(clause)s", { kind: editKindLabel(entry.edit_kind), clause })} ·`;
}

function actionsView(desk: SessionState, entry: HistoryEntry): TemplateResult {
  const { history } = desk;
  if (history.removing?.decisionId === entry.decision_id) return removalForm(desk, entry);
  if (!entry.can_undo && !entry.can_remove) return html``;
  return html`<p class="actions">
    ${
      entry.can_undo
        ? html`<button type="button" class="secondary" @click=${() => void history.undo(entry)}>
            ${gettext("Undo")}
          </button>`
        : nothing
    }
    ${
      entry.can_remove
        ? html`<button type="button" class="secondary" @click=${() => history.openRemoval(entry)}>
            ${gettext("Remove…")}
          </button>`
        : nothing
    }
  </p>`;
}

function removalForm(desk: SessionState, entry: HistoryEntry): TemplateResult {
  const { history } = desk;
  return html`<section class="removal-form" aria-label=${gettext("Remove")}>
    ${clauseChips(desk.session.terms.clauses, history.removing?.clause ?? null, {
      group: "remove-clause",
      legend: gettext("Remove under this clause of the terms"),
      choose: (clause) => {
        if (history.removing) history.removing.clause = clause;
        desk.dom.requestRender();
      },
    })}
    ${errorView(history.error, "remove-error")}
    <p class="small">
      ${gettext("The comment disappears from every page immediately. A removal cannot be undone.")}
    </p>
    <p class="actions">
      <button type="button" ?disabled=${history.isBusy} @click=${() => void history.remove(entry)}>
        ${gettext("Remove now")}
      </button>
      <button type="button" class="secondary" @click=${() => history.openRemoval(null)}>
        ${gettext("Cancel")}
      </button>
    </p>
  </section>`;
}
