/** Rejecting a comment: the clause, and a note for an author with a receipt. */

import { html, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { gettext } from "../i18n.ts";
import type { QueueItem } from "../queue/queue-item.ts";
import { clauseChips, kbd } from "../ui/elements.ts";
import { ignoreDoubleClick, onEnterInChoice } from "../ui/forms.ts";
import { chooseClause, closePanels, reject } from "./actions.ts";
import { itemMessage } from "./item-message.ts";
import { noteField } from "./note-field.ts";

export function rejectionForm(desk: SessionState, item: QueueItem): TemplateResult {
  return html`<section
    class="rejection"
    aria-label=${gettext("Reject")}
    @keydown=${onEnterInChoice(() => reject(desk, item))}
  >
    ${clauseChips(desk.session.terms.clauses, item.draft.rejectClause, {
      group: "reject-clause",
      legend: gettext("Reject under this clause of the terms"),
      choose: (clause) => chooseClause(desk, item, clause),
    })}
    ${noteField(desk, item)}
    <div class="actions">
      <button
        type="button"
        id="reject"
        @click=${ignoreDoubleClick(() => reject(desk, item))}
      >
        ${gettext("Reject")} ${kbd("d")}
      </button>
      <button type="button" class="secondary" @click=${() => closePanels(desk, item)}>
        ${gettext("Do not reject")} ${kbd("Esc")}
      </button>
      ${itemMessage(item)}
    </div>
  </section>`;
}
