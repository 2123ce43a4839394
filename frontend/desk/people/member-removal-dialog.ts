/** The question before a member is removed, or leaves: what will happen, and what will not. */

import { html, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { gettext } from "../i18n.ts";
import { dialog } from "../ui/dialog.ts";
import { kbd } from "../ui/elements.ts";

export function memberRemovalDialog({ memberRemoval: removal }: SessionState): TemplateResult {
  const { pseudonym, isLeaving, isBusy } = removal;
  const consequences = isLeaving ? ofLeaving() : ofRemoving();
  return dialog({
    title: isLeaving
      ? gettext("Leave this desk?")
      : gettext("Remove %(pseudonym)s?", { pseudonym }),
    content: html`<p>${gettext("This happens at once, and cannot be undone:")}</p>
      <ul class="consequences">
        ${consequences.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
      <div class="actions">
        <button
          type="button"
          class="secondary"
          autofocus
          ?disabled=${isBusy}
          @click=${() => removal.cancel()}
        >
          ${gettext("Cancel")} ${kbd("Esc")}
        </button>
        <button type="button" ?disabled=${isBusy} @click=${() => void removal.remove()}>
          ${isBusy ? gettext("Signing…") : confirmLabel(isLeaving, pseudonym)}
        </button>
      </div>`,
    close: () => removal.cancel(),
  });
}

function confirmLabel(isLeaving: boolean, pseudonym: string): string {
  return isLeaving ? gettext("Leave this desk") : gettext("Remove %(pseudonym)s", { pseudonym });
}

function ofRemoving(): string[] {
  return [
    gettext(
      "They are signed out on every device. Their passphrase, their sheet and their passkeys stop working.",
    ),
    gettext(
      "Their keys are deleted from the server. A new key begins, which they never get; new comments are sealed to it.",
    ),
    gettext(
      "Comments that they accepted and that are not public yet go back to the queue. Public comments stay public, and rejected comments stay rejected.",
    ),
    gettext("Links that they made for others stop working."),
    gettext(
      "They keep what they have read or copied. To come back, they need a new link and another pseudonym.",
    ),
  ];
}

function ofLeaving(): string[] {
  return [
    gettext(
      "You are signed out on every device. Your passphrase, your sheet and your passkeys stop working.",
    ),
    gettext(
      "Your keys are deleted from the server. The next lead at the desk begins a new key, which you never get.",
    ),
    gettext(
      "Comments that you accepted and that are not public yet go back to the queue. Public comments stay public, and rejected comments stay rejected.",
    ),
    gettext("Links that you made for others stop working."),
    gettext("To come back, you need a new link from a lead, and another pseudonym."),
  ];
}
