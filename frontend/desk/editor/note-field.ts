/** The note to the author: short, not sealed, and only where a receipt can show it. */

import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Desk } from "../app/session-state.ts";
import type { Item } from "../queue/queue-item.ts";
import { countLetters } from "../text/graphemes.ts";

export function noteView(desk: Desk, item: Item): TemplateResult {
  const { has_receipt } = item.row;
  const max = desk.session.limits.note_graphemes_max;
  const letters = countLetters(item.draft.note);
  return html`<label for="note">Note to the author (may stay empty)</label>
    <p class="hint" id="note-hint">
      ${
        has_receipt
          ? "Do not quote: this is not sealed."
          : "The author took no receipt, so nobody could read a note."
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
        desk.host.changed();
      }}
    ></textarea>
    <p id="note-count" class=${letters > max ? "error" : "small"} ?hidden=${!has_receipt}>
      ${letters} of ${max} letters
    </p>`;
}
