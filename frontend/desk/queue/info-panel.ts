/** Beside the comment: what is known about it, and what was decided since signing in. */

import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "../app/session-state.ts";
import type { Entry } from "../decisions/activity-log.ts";
import { line } from "../ui/elements.ts";
import type { Item } from "./queue-item.ts";
import { age } from "./queue-view.ts";

const SHOWN = 12;

export function sideView(desk: Desk): TemplateResult {
  const item = desk.queue.focused;
  return html`<section class="side" aria-label="About this comment">
    ${item === null ? nothing : aboutView(item)}
    <h2>Since you signed in</h2>
    ${
      desk.decisions.journal.entries.length === 0
        ? html`<p class="small">No decision yet.</p>`
        : html`<ul>
            ${desk.decisions.journal.entries.slice(0, SHOWN).map((entry) => entryView(desk, entry))}
          </ul>`
    }
  </section>`;
}

function aboutView({ row }: Item): TemplateResult {
  return html`<h2>This comment</h2>
    <ul>
      <li>came ${row.age_slots <= 0 ? "in this slot" : `${age(row.age_slots)} ago`}</li>
      <li>${row.has_receipt ? "The author took a receipt: a note can be read." : "The author took no receipt."}</li>
    </ul>`;
}

function entryView(desk: Desk, entry: Entry): TemplateResult {
  const [first] = entry.parts;
  const excerpt = entry.parts.length === 1 && first !== undefined ? first.item : null;
  return html`<li class="small">
    ${entry.isUndone ? html`<s>${entry.sentence}</s> undone` : entry.sentence}
    ${excerpt === null ? nothing : line(excerpt.draft.text, excerpt.draft.lang)}
    ${
      desk.decisions.journal.canUndo(entry)
        ? html`<button type="button" class="plain" @click=${() => void desk.decisions.undo(entry)}>
            Undo
          </button>`
        : nothing
    }
  </li>`;
}
