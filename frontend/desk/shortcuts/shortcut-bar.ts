/** The bar at the bottom: unsent decisions, the shortcuts that apply now, and the latest message. */

import { html, nothing, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { Mode } from "../queue/queue-item.ts";
import { kbd } from "../ui/elements.ts";
import { SHORTCUTS } from "./shortcuts.ts";

/** Unsent decisions are shown in every tab; at the bottom they move nothing that is being read. */
export function shortcutBar(desk: SessionState): TemplateResult {
  const isInQueue = desk.tab === "queue";
  if (!isInQueue && desk.decisions.unsentItems.length === 0) return html``;
  return html`<footer class="shortcut-bar">
    ${unsentNotice(desk)} ${isInQueue ? hintsView(desk) : nothing}
  </footer>`;
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
  const { entry } = toast;
  const canUndo = entry !== null && decisions.activityLog.canUndo(entry);
  return html`<p class="toast ${toast.isError ? "warning" : ""}">
    <span>${toast.message}</span>
    ${
      canUndo
        ? html`<button type="button" class="plain" @click=${() => void decisions.undo(entry)}>
            ${gettext("Undo")} ${kbd("z")}
          </button>`
        : nothing
    }
  </p>`;
}
