/** The editor in place: the words, what changes, and under which clause of the terms. */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { EditKind } from "../api/types.ts";
import type { Desk } from "../app/session-state.ts";
import { besideView } from "../queue/comment-view.ts";
import { type Item, isEdited } from "../queue/queue-item.ts";
import { countLetters } from "../text/graphemes.ts";
import { directionOf } from "../text/language.ts";
import { clauseChips, key } from "../ui/elements.ts";
import { chooseClause, closePanels, maskSelection, once, publish } from "./actions.ts";
import { proof } from "./diff-view.ts";
import { noteView } from "./note-field.ts";

const KINDS: Record<EditKind, string> = {
  masked: "Masked",
  shortened: "Shortened",
  reworded: "Reworded",
};

export function editView(desk: Desk, item: Item): TemplateResult {
  const edited = isEdited(item);
  return html`<div class="editor">
    ${textField(desk, item)} ${nameField(desk, item)}
    <h2>What changes</h2>
    <div class="text">
      ${edited ? proof(item) : html`<p class="small">Nothing has been changed yet.</p>`}
    </div>
    ${kindChips(desk, item)}
    ${clauseChips(desk.session.terms.clauses, item.draft.editClause, {
      group: "edit-clause",
      legend: "Clause of the terms",
      choose: (clause) => chooseClause(desk, item, clause),
    })}
    ${noteView(desk, item)} ${besideView(item)}
    <p class="small">${kindAndClauseSentence(desk, item)}</p>
    <div class="acts">
      <button
        type="button"
        id="publish-edited"
        ?disabled=${!edited}
        @click=${once(() => publish(desk, item))}
      >
        Publish edited ${key("a")}
      </button>
      <button type="button" class="second" @click=${() => closePanels(desk, item)}>
        Close ${key("Esc")}
      </button>
      ${
        edited
          ? html`<button type="button" class="plain" @click=${() => takeBack(desk, item)}>
              Take the author’s words back
            </button>`
          : nothing
      }
    </div>
  </div>`;
}

/** What readers will see beside the edited comment. */
export function kindAndClauseSentence(desk: Desk, { draft }: Item): string {
  const clause = desk.session.terms.clauses.find((one) => one.key === draft.editClause);
  if (clause === undefined) return "Readers will see that a moderator edited it, and the clause.";
  return `Readers will see: “Edited by a moderator: ${clause.title}”.`;
}

function textField(desk: Desk, item: Item): TemplateResult {
  const { lang, text } = item.draft;
  const max = desk.session.limits.text_graphemes_max;
  const letters = countLetters(text);
  return html`<label for="edit-text">The comment as readers will see it</label>
    <textarea
      id="edit-text"
      lang=${lang}
      dir=${directionOf(lang)}
      spellcheck="false"
      autocomplete="off"
      rows=${Math.min(14, 3 + Math.ceil(text.length / 60))}
      aria-describedby="edit-count"
      .value=${live(text)}
      @input=${(event: Event) => {
        item.draft.text = (event.currentTarget as HTMLTextAreaElement).value;
        desk.host.changed();
      }}
    ></textarea>
    <p class="tools">
      <button type="button" class="second" @click=${() => maskSelection(desk, item)}>
        Mask what is selected ${key("m")}
      </button>
      <span id="edit-count" class=${letters > max ? "error" : "small"}>${letters} of ${max} letters</span>
    </p>`;
}

function nameField(desk: Desk, item: Item): TemplateResult {
  return html`<label for="edit-name">Name to show (empty: Anonymous)</label>
    <input
      id="edit-name"
      dir="auto"
      spellcheck="false"
      autocomplete="off"
      .value=${live(item.draft.name)}
      @input=${(event: Event) => {
        item.draft.name = (event.currentTarget as HTMLInputElement).value;
        desk.host.changed();
      }}
    />`;
}

function kindChips(desk: Desk, item: Item): TemplateResult {
  return html`<fieldset class="chips">
    <legend>Kind of edit</legend>
    ${desk.session.edit_kinds.map(
      (kind) => html`<label
        ><input
          type="radio"
          name="edit-kind"
          value=${kind}
          .checked=${item.draft.kind === kind}
          @change=${() => {
            item.draft.kind = kind;
            item.sentence = null;
            desk.host.changed();
          }}
        /><span>${KINDS[kind] ?? kind}</span></label
      >`,
    )}
  </fieldset>`;
}

function takeBack(desk: Desk, item: Item): void {
  const { text, name } = item.envelope;
  Object.assign(item.draft, { text, name, kind: null });
  desk.host.focusOn("#edit-text");
}
