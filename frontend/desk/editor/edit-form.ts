/** Editing a comment in place: text and name, the differences, the kind of edit and its clause. */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { SessionState } from "../app/session-state.ts";
import { editKindLabel } from "../decisions/messages.ts";
import { gettext } from "../i18n.ts";
import { isEdited, type QueueItem } from "../queue/queue-item.ts";
import { EDIT_KIND_KEYS } from "../shortcuts/shortcuts.ts";
import { countWithMasks } from "../text/mask.ts";
import { clauseChips, kbd } from "../ui/elements.ts";
import { ignoreDoubleClick, onEnterInChoice } from "../ui/forms.ts";
import {
  chooseClause,
  chooseEditKind,
  closePanels,
  maskHint,
  maskSelection,
  publish,
  restoreOriginal,
} from "./actions.ts";
import { diffView } from "./diff-view.ts";
import { editNotice } from "./edit-notice.ts";
import { itemMessage } from "./item-message.ts";
import { noteField } from "./note-field.ts";

const LINE_UNITS = 60; // roughly, to give the field as many lines as its text needs
const ROWS_MAX = 14;

export function editForm(desk: SessionState, item: QueueItem): TemplateResult {
  const edited = isEdited(item);
  const { clauses } = desk.session.terms;
  return html`<div class="editor" @keydown=${onEnterInChoice(() => publish(desk, item))}>
    ${textField(desk, item)} ${kindChips(desk, item)}
    ${clauseChips(clauses, item.draft.editClause, {
      group: "edit-clause",
      legend: gettext("Clause of the terms"),
      choose: (clause) => chooseClause(desk, item, clause),
    })}
    <h2>${gettext("Changes")}</h2>
    <div class="text">
      ${
        edited
          ? diffView(item)
          : html`<p class="small">${gettext("Nothing has been changed yet.")}</p>`
      }
    </div>
    ${nameField(desk, item)} ${noteField(desk, item)}
    <p class="small">${editNotice(clauses, item)}</p>
    <div class="actions">
      <button
        type="button"
        id="publish-edited"
        ?disabled=${!edited}
        @click=${ignoreDoubleClick(() => publish(desk, item))}
      >
        ${gettext("Publish edited")} ${kbd("a")}
      </button>
      <button type="button" class="secondary" @click=${() => closePanels(desk, item)}>
        ${gettext("Close")} ${kbd("Esc")}
      </button>
      ${
        edited
          ? html`<button type="button" class="plain" @click=${() => restoreOriginal(desk, item)}>
              ${gettext("Restore original")}
            </button>`
          : nothing
      }
      ${itemMessage(item)}
    </div>
  </div>`;
}

function textField(desk: SessionState, item: QueueItem): TemplateResult {
  const { lang, text } = item.draft;
  const max = desk.session.limits.text_graphemes_max;
  const count = countWithMasks(text);
  return html`<label for="edit-text">${gettext("The comment as readers will see it")}</label>
    <textarea
      id="edit-text"
      lang=${lang}
      dir="auto"
      spellcheck="false"
      autocomplete="off"
      rows=${Math.min(ROWS_MAX, 3 + Math.ceil(text.length / LINE_UNITS))}
      aria-describedby="edit-count"
      .value=${live(text)}
      @input=${(event: Event) => {
        item.draft.text = (event.currentTarget as HTMLTextAreaElement).value;
        item.isMaskHintShown = false;
        desk.dom.requestRender();
      }}
    ></textarea>
    <p class="tools">
      <button type="button" class="secondary" @click=${() => maskSelection(desk, item)}>
        ${gettext("Mask selection")} ${kbd("m")}
      </button>
      <span id="edit-count" class=${count > max ? "error" : "small"}
        >${gettext("%(count)s of %(max)s characters", { count, max })}</span
      >
    </p>
    ${item.isMaskHintShown ? html`<p class="mask-hint">${maskHint()}</p>` : nothing}`;
}

function nameField(desk: SessionState, item: QueueItem): TemplateResult {
  return html`<label for="edit-name">${gettext("Name to show (if empty: Anonymous)")}</label>
    <input
      id="edit-name"
      dir="auto"
      spellcheck="false"
      autocomplete="off"
      .value=${live(item.draft.name)}
      @input=${(event: Event) => {
        item.draft.name = (event.currentTarget as HTMLInputElement).value;
        desk.dom.requestRender();
      }}
    />`;
}

function kindChips(desk: SessionState, item: QueueItem): TemplateResult {
  return html`<fieldset class="chips">
    <legend>${gettext("Kind of edit")}</legend>
    ${desk.session.edit_kinds.map(
      (editKind) => html`<label
        ><input
          type="radio"
          name="edit-kind"
          value=${editKind}
          .checked=${item.draft.editKind === editKind}
          @change=${() => chooseEditKind(desk, item, editKind)}
        /><span>${editKindLabel(editKind)} ${kbd(EDIT_KIND_KEYS[editKind])}</span></label
      >`,
    )}
  </fieldset>`;
}
