/** Rejecting: a clause by its number, and a note where the author can read one. */

import { html, type TemplateResult } from "lit";
import type { Desk } from "../app/session-state.ts";
import { besideView } from "../queue/comment-view.ts";
import type { Item } from "../queue/queue-item.ts";
import { clauseChips, key } from "../ui/elements.ts";
import { chooseClause, closePanels, once, reject } from "./actions.ts";
import { noteView } from "./note-field.ts";

export function rejectView(desk: Desk, item: Item): TemplateResult {
  return html`<section
    class="rejection"
    aria-label="Reject"
    @keydown=${(event: KeyboardEvent) => sendByEnter(desk, item, event)}
  >
    ${clauseChips(desk.session.terms.clauses, item.draft.rejectClause, {
      group: "reject-clause",
      legend: "Rejected for this clause of the terms",
      choose: (clause) => chooseClause(desk, item, clause),
    })}
    ${noteView(desk, item)} ${besideView(item)}
    <div class="acts">
      <button type="button" id="reject" @click=${once(() => reject(desk, item))}>
        Reject ${key("d")}
      </button>
      <button type="button" class="second" @click=${() => closePanels(desk, item)}>
        Do not reject ${key("Esc")}
      </button>
    </div>
  </section>`;
}

/** Enter on the clause sends, as in a form; in the note it is a new line, on a button the button. */
function sendByEnter(desk: Desk, item: Item, event: KeyboardEvent): void {
  const isPlain = event.key === "Enter" && !event.repeat && !event.ctrlKey && !event.metaKey;
  if (!isPlain || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  reject(desk, item);
}
