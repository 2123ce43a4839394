/** The question before many comments are rejected at once. */

import { html, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import { dialog } from "../ui/dialog.ts";
import { clauseChips, kbd } from "../ui/elements.ts";
import { onEnterInChoice } from "../ui/forms.ts";

export function bulkRejectDialog(desk: SessionState): TemplateResult {
  const count = desk.bulkRejectItems.length;
  const submit = () => {
    const { bulkRejectItems: items, bulkRejectClause: clause } = desk;
    if (clause === null) return;
    desk.openDialog(null);
    void desk.decisions.bulkReject(items, clause);
  };
  return dialog({
    title: ngettext("Reject %(count)s comment?", "Reject %(count)s comments?", count),
    content: html`<p>${explanation(desk)}</p>
      <div @keydown=${onEnterInChoice(submit)}>
      ${clauseChips(desk.session.terms.clauses, desk.bulkRejectClause, {
        group: "all-clause",
        legend: gettext("Clause of the terms"),
        choose: (clause) => {
          desk.bulkRejectClause = clause;
          desk.dom.requestRender();
        },
      })}
      </div>
      <div class="actions">
        <button type="button" ?disabled=${desk.bulkRejectClause === null} @click=${submit}>
          ${ngettext("Reject %(count)s comment", "Reject %(count)s comments", count)}
        </button>
        <button type="button" class="secondary" @click=${() => desk.openDialog(null)}>
          ${gettext("Cancel")} ${kbd("Esc")}
        </button>
      </div>`,
    close: () => desk.openDialog(null),
  });
}

function explanation({ bulkRejectItems, queue }: SessionState): TemplateResult {
  const count = bulkRejectItems.length;
  const excluded = queue.undecided.length - count;
  const time = queue.nextSlot.label;
  if (excluded <= 0) {
    return html`${ngettext(
      "The %(count)s comment waiting on this page will be rejected under this clause, without a note. You can undo this until %(time)s.",
      "All %(count)s comments waiting on this page will be rejected under the same clause, without a note. You can undo this until %(time)s.",
      count,
      { time },
    )}`;
  }
  return html`${gettext(
    "These comments will be rejected under the same clause, without a note. You can undo this until %(time)s.",
    { time },
  )}
  ${ngettext(
    "%(count)s comment is left out, because you have started work on it or because at most 50 can be rejected at once.",
    "%(count)s comments are left out, because you have started work on them or because at most 50 can be rejected at once.",
    excluded,
  )}`;
}
