/** The history tab: decisions by slot, finding a comment by its link, undoing and removing. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { HistoryEntry, Verdict } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { clauseTitle, decisionLabel, editKindLabel, verdictLabel } from "../decisions/messages.ts";
import { gettext } from "../i18n.ts";
import {
  clauseChips,
  displayName,
  errorView,
  loadFailedView,
  loadingView,
  readerText,
} from "../ui/elements.ts";
import { formValue, onEnterInChoice, onSubmit } from "../ui/forms.ts";
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
  return history.phase === "ready" && history.failedId === null ? history.error : null;
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
          : gettext(
              "The history has no comment with this link. It was never decided here, or the link is incomplete.",
            )
      }
    </p>`;
  }
  return html`${history.commentId === null ? nothing : summaryView(desk)}
    <ol class="history">
      ${repeat(
        history.entries,
        ({ decision_id }) => decision_id,
        (entry, index) => {
          const previous = history.entries[index - 1];
          return html`${isNewSlot(entry, previous) ? slotView(entry) : nothing} ${entryView(desk, entry)}`;
        },
      )}
    </ol>
    ${
      history.nextCursor === null
        ? nothing
        : html`<button type="button" class="secondary" @click=${() => void history.loadOlder()}>
            ${gettext("Show older decisions")}
          </button>`
    }`;
}

/** What has become of a comment that was found by its link. */
function summaryView({ history, session }: SessionState): TemplateResult {
  const [first] = history.entries;
  if (first === undefined) return html``;
  const removal = history.entries.find(
    ({ verdict, is_undone }) => verdict === "remove" && !is_undone,
  );
  if (first.state === "withdrawn") {
    return html`<p class="summary">${gettext("The author has withdrawn this comment.")}</p>`;
  }
  if (first.state === "removed" && removal !== undefined) {
    return html`<p class="summary">
      ${gettextTemplate(
        "This comment is no longer public: removed by %(moderator)s (%(clause)s).",
        {
          moderator: html`<bdi>${removal.decided_by}</bdi>`,
          clause: clauseTitle(session.terms, removal.clause ?? ""),
        },
      )}
    </p>`;
  }
  return html`<p class="summary">
    ${gettext("This comment is %(state)s.", { state: stateLabel(first.state) })}
  </p>`;
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
      ${decidedByView(desk, entry)}
      · ${clauseView(desk, entry)} <bdi>${entry.story_title}</bdi> ${stateView(entry)}
    </p>
    ${textView(desk, entry)} ${noteView(desk, entry)}
    <div class="decision-footer">${nameView(desk, entry)} ${buttonsView(desk, entry)}</div>
    ${desk.history.removing?.decisionId === entry.decision_id ? removalForm(desk, entry) : nothing}
    ${desk.history.failedId === entry.decision_id ? errorView(desk.history.error, "action-error") : nothing}
  </li>`;
}

/** The system undoes publications of former members, and those that a restore has left without a text. */
function decidedByView(desk: SessionState, entry: HistoryEntry): TemplateResult {
  const { verdict, decided_by } = entry;
  const label = html`<b>${isReturn(entry) ? gettext("Brought back") : verdictLabel(verdict)}</b>`;
  if (decided_by === "" && verdict === "remove") {
    return gettextTemplate("%(verdict)s before the server was restored", { verdict: label });
  }
  if (decided_by === "") {
    return gettextTemplate(
      "%(verdict)s by the system: the person who decided is no longer a member, or the text was lost in a restore. The comment is waiting again.",
      { verdict: label },
    );
  }
  return html`${gettextTemplate("%(verdict)s by %(moderator)s", {
    verdict: label,
    moderator: html`<bdi>${decided_by}</bdi>`,
  })}${undoneView(desk, entry)}`;
}

/** Whether a lead brought a removed comment back. */
function isReturn({ verdict, undoes }: HistoryEntry): boolean {
  return verdict === "undo" && undoes?.verdict === "remove";
}

/** "Undone by Heron: Rejected (Spam)" */
function undoneView({ session }: SessionState, { undoes }: HistoryEntry): string {
  return undoes === null ? "" : `: ${decisionLabel(undoes, session.terms)}`;
}

function noteView(
  { history }: SessionState,
  { decision_id, sealed_note }: HistoryEntry,
): TemplateResult | typeof nothing {
  const note = history.notes.get(decision_id) ?? null;
  if (sealed_note === null || note === "") return nothing;
  if (note === null) {
    return html`<p class="small">
      ${gettext("There is a note to the author, sealed to keys that you do not have.")}
    </p>`;
  }
  return html`<p class="small">
    ${gettextTemplate("Note to the author: %(note)s", { note: html`<bdi>${note}</bdi>` })}
  </p>`;
}

interface ShownComment {
  text: string;
  name: string;
  lang: string;
}

/** The server has only accepted texts; another one is shown if this browser has decrypted it. */
function shownComment(desk: SessionState, entry: HistoryEntry): ShownComment | null {
  const { text, name, lang } = entry;
  const stored = text === null ? null : { text, name: name ?? "", lang: lang ?? "und" };
  // After an undo, the text that the server has belongs to a later decision.
  const isReversed = entry.is_undone || (entry.verdict === "undo" && !isReturn(entry));
  if (stored !== null && !isReversed) return stored;
  const item = desk.findItem(entry.comment_id);
  return item === null ? stored : { ...item.envelope, lang: item.draft.lang };
}

function textView(desk: SessionState, entry: HistoryEntry): TemplateResult | typeof nothing {
  if (entry.is_withheld) {
    return html`<p class="small">
      ${gettext(
        "Neither readers nor the desk are shown this text: its approval could not be verified, so it may not be what a moderator accepted.",
      )}
    </p>`;
  }
  const shown = shownComment(desk, entry);
  return shown === null
    ? nothing
    : html`<p class="excerpt">${readerText(shown.text, shown.lang)}</p>`;
}

function nameView(desk: SessionState, entry: HistoryEntry): TemplateResult | typeof nothing {
  const shown = shownComment(desk, entry);
  return shown === null
    ? nothing
    : html`<p class="small">${displayName(shown.name, shown.lang)}</p>`;
}

/** The state that follows from a verdict. It is shown only if something else has happened since. */
const EXPECTED_STATE: Record<Verdict, string> = {
  publish: "published",
  publish_edited: "published",
  reject: "rejected",
  remove: "removed",
  undo: "pending",
  destroy: "removed",
};

function stateView(entry: HistoryEntry): TemplateResult {
  const expected = isReturn(entry) ? "published" : EXPECTED_STATE[entry.verdict];
  if (!entry.is_undone && entry.state === expected) return html``;
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
    case "expired":
      return gettext("destroyed unread: not decided in time");
    case "lost":
      return gettext("lost: no key opens it any more");
    default:
      return state;
  }
}

function clauseView({ session }: SessionState, entry: HistoryEntry): TemplateResult {
  if (entry.clause === null) return html``;
  const clause = clauseTitle(session.terms, entry.clause);
  if (entry.edit_kind === null) return html`${clause} ·`;
  return html`${gettext("%(kind)s, %(clause)s", { kind: editKindLabel(entry.edit_kind), clause })} ·`;
}

function buttonsView(
  { history }: SessionState,
  entry: HistoryEntry,
): TemplateResult | typeof nothing {
  const isFormOpen = history.removing?.decisionId === entry.decision_id;
  if (isFormOpen || (!entry.can_undo && !entry.can_remove)) return nothing;
  return html`<p class="actions">
    ${
      entry.can_undo
        ? html`<button type="button" class="plain" @click=${() => void history.undo(entry)}>
            ${gettext("Undo")}
          </button>`
        : nothing
    }
    ${
      entry.can_remove
        ? html`<button type="button" class="plain" @click=${() => history.openRemoval(entry)}>
            ${gettext("Remove…")}
          </button>`
        : nothing
    }
  </p>`;
}

function removalForm(desk: SessionState, entry: HistoryEntry): TemplateResult {
  const { history } = desk;
  return html`<section
    class="removal-form"
    aria-label=${gettext("Remove")}
    @keydown=${onEnterInChoice(() => void history.remove(entry))}
  >
    ${clauseChips(desk.session.terms.clauses, history.removing?.clause ?? null, {
      group: "remove-clause",
      legend: gettext("Remove under this clause of the terms"),
      choose: (clause) => {
        if (history.removing) history.removing.clause = clause;
        desk.dom.requestRender();
      },
    })}
    <p class="small">
      ${gettext(
        "The comment disappears from every page immediately. Its text is destroyed at the second slot from now; until then a lead can bring it back, under “Hidden”.",
      )}
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
