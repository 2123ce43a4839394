/** The note to the author: short, not encrypted, and only for an author with a receipt. */

import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { SessionState } from "../app/session-state.ts";
import { gettext } from "../i18n.ts";
import type { QueueItem } from "../queue/queue-item.ts";
import { countGraphemes } from "../text/graphemes.ts";

export function noteField(desk: SessionState, item: QueueItem): TemplateResult {
  const { has_receipt } = item.row;
  const max = desk.session.limits.note_graphemes_max;
  const count = countGraphemes(item.draft.note);
  return html`<label for="note">${gettext("Note to the author (optional)")}</label>
    <p class="hint" id="note-hint">
      ${
        has_receipt
          ? gettext("Do not quote the comment: a note is not encrypted.")
          : gettext("The author has no receipt, so no one could read a note.")
      }
    </p>
    <textarea
      id="note"
      rows="2"
      dir="auto"
      spellcheck="false"
      autocomplete="off"
      aria-describedby="note-hint note-count"
      ?disabled=${!has_receipt}
      .value=${live(item.draft.note)}
      @input=${(event: Event) => {
        item.draft.note = (event.currentTarget as HTMLTextAreaElement).value;
        desk.dom.requestRender();
      }}
    ></textarea>
    <p id="note-count" class=${count > max ? "error" : "small"} ?hidden=${!has_receipt}>
      ${gettext("%(count)s of %(max)s characters", { count, max })}
    </p>`;
}
