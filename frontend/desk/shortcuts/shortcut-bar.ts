/** The bar at the bottom: unsent decisions, the shortcuts that apply now, and the latest message. */

import { html, nothing, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { decidedText, itemOf } from "../decisions/activity-log.ts";
import { goToNext, openEditor, openRejection, publish } from "../editor/actions.ts";
import { itemMessage } from "../editor/item-message.ts";
import { gettext, ngettext } from "../i18n.ts";
import { isUndecided, type Mode } from "../queue/queue-item.ts";
import { excerpt, kbd } from "../ui/elements.ts";
import { ignoreDoubleClick } from "../ui/forms.ts";
import { SHORTCUTS } from "./shortcuts.ts";

/** Unsent decisions are shown in every tab; at the bottom they move nothing that is being read. */
export function shortcutBar(desk: SessionState): TemplateResult {
  const isInQueue = desk.tab === "queue";
  if (!isInQueue && desk.decisions.unsentItems.length === 0) return html``;
  return html`<footer class="shortcut-bar">
    ${unsentNotice(desk)} ${isInQueue ? hintsView(desk) : nothing}
    ${isInQueue ? phoneBar(desk) : nothing}
  </footer>`;
}

/** On a narrow screen the buttons of the comment that is being read are within reach of a thumb. */
function phoneBar(desk: SessionState): TemplateResult | typeof nothing {
  const item = desk.queue.focused;
  const isReading = item !== null && isUndecided(item) && item.mode === "read";
  if (!isReading || desk.queue.pane !== "focus") return nothing;
  return html`<div class="phone-bar" role="group" aria-label=${gettext("Decide")}>
    ${itemMessage(item)}
    <button type="button" class="plain" @click=${() => goToNext(desk, false)}>
      ${gettext("Skip")}
    </button>
    <button type="button" class="secondary" @click=${() => openRejection(desk, item)}>
      ${gettext("Reject")}
    </button>
    <button type="button" class="secondary" @click=${() => openEditor(desk, item)}>
      ${gettext("Edit")}
    </button>
    <button type="button" @click=${ignoreDoubleClick(() => publish(desk, item))}>
      ${gettext("Publish")}
    </button>
  </div>`;
}

function unsentNotice({ decisions }: SessionState): TemplateResult {
  const count = decisions.unsentItems.length;
  if (count === 0) return html``;
  return html`<p class="not-sent warning" role="alert">
    <span>
      ${ngettext(
        "%(count)s decision could not be sent. Nothing is lost: your decisions and your text are still here.",
        "%(count)s decisions could not be sent. Nothing is lost: your decisions and your text are still here.",
        count,
      )}
    </span>
    <button type="button" class="plain" @click=${() => void decisions.retry()}>
      ${gettext("Try again")}
    </button>
  </p>`;
}

function hintsView(desk: SessionState): TemplateResult {
  const mode = desk.queue.focused?.mode ?? "read";
  return html`<p class="hints" aria-hidden="true">${hintsFor(mode)}</p>
    <button
      type="button"
      class="plain all-shortcuts"
      @click=${() => desk.openDialog("shortcuts")}
    >
      ${kbd("?")} ${gettext("Keyboard shortcuts")}
    </button>
    ${toastView(desk)}`;
}

function hintsFor(mode: Mode): TemplateResult[] {
  return SHORTCUTS.flatMap(({ hints, keys }) => {
    const hint = hints[mode];
    return hint === undefined
      ? []
      : [html`<span>${(hint.keys ?? keys).map(kbd)} ${hint.label()}</span>`];
  });
}

function toastView({ decisions }: SessionState): TemplateResult {
  const { toast } = decisions.activityLog;
  if (toast === null) return html``;
  const { entry, action } = toast;
  const item = toast.item ?? (entry === null ? null : itemOf(entry));
  const canUndo = entry !== null && decisions.activityLog.canUndo(entry);
  return html`<div class="toast ${toast.isError ? "warning" : ""}">
    <p>${toast.message} ${item === null ? nothing : excerpt(decidedText(item, entry), item.draft.lang)}</p>
    ${
      canUndo
        ? html`<button type="button" class="plain" @click=${() => void decisions.undo(entry)}>
            ${gettext("Undo")} ${kbd("z")}
          </button>`
        : nothing
    }
    ${
      action === null
        ? nothing
        : html`<button type="button" class="plain" @click=${() => {
            decisions.activityLog.closeToast();
            action.run();
          }}>
            ${action.label}
          </button>`
    }
  </div>`;
}
