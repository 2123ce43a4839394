/** Rejecting: a clause by its number, and a note where the author can read one. */

import { html, type TemplateResult } from "lit";
import type { Desk } from "../model/desk.ts";
import type { Item } from "../model/item.ts";
import { chooseClause, closePanels } from "./acts.ts";
import { besideView } from "./focus.ts";
import { noteView } from "./note.ts";
import { clauseChips, key } from "./parts.ts";

export function rejectView(desk: Desk, item: Item): TemplateResult {
  return html`<section class="rejection" aria-label="Reject">
    ${clauseChips(desk.session.terms.clauses, item.draft.clause, {
      group: "reject-clause",
      legend: "Rejected for this clause of the terms",
      choose: (clause) => chooseClause(desk, item, clause),
    })}
    ${noteView(desk, item)} ${besideView(item)}
    <div class="acts">
      <button type="button" id="reject" @click=${() => void desk.decisions.reject(item)}>
        Reject ${key("d")}
      </button>
      <button type="button" class="second" @click=${() => closePanels(desk, item)}>
        Do not reject ${key("Esc")}
      </button>
    </div>
  </section>`;
}
