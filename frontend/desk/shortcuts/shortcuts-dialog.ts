/** The dialog that lists all keyboard shortcuts, and switches single keys off. */

import { html, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { gettext } from "../i18n.ts";
import { dialog } from "../ui/dialog.ts";
import { areSingleKeysEnabled, enableSingleKeys, SHORTCUTS } from "./shortcuts.ts";

export function shortcutsDialog(desk: SessionState): TemplateResult {
  const toggle = (event: Event) =>
    enableSingleKeys((event.currentTarget as HTMLInputElement).checked);
  return dialog({
    title: gettext("Keyboard shortcuts"),
    content: html`<p class="small">
        ${gettext(
          "Shortcuts follow the position of a key, in every keyboard layout. Single keys do nothing while you type in a field.",
        )}
      </p>
      <dl class="shortcut-list">
        ${SHORTCUTS.map(
          ({ keys, label }) =>
            html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${label()}</dd>`,
        )}
      </dl>
      <label class="checkbox"
        ><input type="checkbox" .checked=${areSingleKeysEnabled()} @change=${toggle} />
        ${gettext("Use single-key shortcuts")}</label
      >
      <button type="button" class="secondary" @click=${() => desk.openDialog(null)}>
        ${gettext("Close")}
      </button>`,
    close: () => desk.openDialog(null),
  });
}
