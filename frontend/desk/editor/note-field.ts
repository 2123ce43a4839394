/** The note to the author: short, sealed to the author's receipts, and only for an author who has one. */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { SessionState } from "../app/session-state.ts";
import { gettext } from "../i18n.ts";
import type { QueueItem } from "../queue/queue-item.ts";
import { countGraphemes } from "../text/graphemes.ts";
import { kbd } from "../ui/elements.ts";
import { insertPresetNote } from "./actions.ts";
import { languageOfPresetNote, presetNotesFor } from "./preset-notes.ts";

export function noteField(desk: SessionState, item: QueueItem): TemplateResult {
  const hasReceipt = item.recipients.length > 0;
  const max = desk.session.limits.note_graphemes_max;
  const count = countGraphemes(item.draft.note);
  return html`<label for="note">${gettext("Note to the author (optional)")}</label>
    <p class="hint" id="note-hint">
      ${noteHint(item)}
    </p>
    ${hasReceipt ? presetNoteButtons(desk, item) : nothing}
    <textarea
      id="note"
      rows="2"
      dir="auto"
      spellcheck="false"
      autocomplete="off"
      aria-describedby="note-hint note-count"
      ?disabled=${!hasReceipt}
      .value=${live(item.draft.note)}
      @input=${(event: Event) => {
        item.draft.note = (event.currentTarget as HTMLTextAreaElement).value;
        desk.dom.requestRender();
      }}
    ></textarea>
    <p id="note-count" class=${count > max ? "error" : "small"} ?hidden=${!hasReceipt}>
      ${gettext("%(count)s of %(max)s characters", { count, max })}
    </p>`;
}

/** The key inserts the first, and then the next in its place. */
function presetNoteButtons(desk: SessionState, item: QueueItem): TemplateResult | typeof nothing {
  const { preset_notes } = desk.session;
  const sentences = presetNotesFor(preset_notes, item);
  if (sentences.length === 0) return nothing;
  return html`<div
    class="preset-notes"
    role="group"
    aria-label=${gettext("Prepared sentences for this clause")}
  >
    <p class="small" aria-hidden="true">
      ${gettext("Prepared sentences for this clause")} ${kbd("n")}
    </p>
    <ul>
      ${sentences.map(
        (sentence) => html`<li>
          <button
            type="button"
            class="secondary"
            lang=${languageOfPresetNote(preset_notes, sentence)}
            dir="auto"
            @click=${() => insertPresetNote(desk, item, sentence)}
          >
            ${sentence}
          </button>
        </li>`,
      )}
    </ul>
  </div>`;
}

/** Someone has written receipts into the database that the intake did not give for this comment. */
function noteHint({ recipients, row }: QueueItem): string {
  if (recipients.length > 0) {
    return gettext("Only the author's receipt and your colleagues' keys open it.");
  }
  return row.recipients.length === 0
    ? gettext("The author has no receipt, so no one could read a note.")
    : gettext(
        "The receipt of this comment is not the one that its author was given: somebody has changed the database. Tell your lead and your technician. You can decide without a note.",
      );
}
