/** Along the bottom: the keys that apply now, and the last thing that happened with its undo. */

import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "../app/session-state.ts";
import { counted } from "../decisions/messages.ts";
import type { Mode } from "../queue/queue-item.ts";
import { key } from "../ui/elements.ts";

type Hint = [keys: string[], does: string];

const READING: Hint[] = [
  [["j", "k"], "next, previous"],
  [["a"], "publish"],
  [["e"], "edit"],
  [["m"], "mask"],
  [["d"], "reject"],
  [["1–8"], "clause"],
];
const HINTS: Record<Mode, Hint[]> = {
  read: READING,
  edit: [
    [["Esc"], "leave the field, then the editor"],
    [["m"], "mask"],
    [["1–8"], "clause"],
    [["a", "Ctrl+Enter"], "publish edited"],
  ],
  reject: [
    [["1–8"], "clause"],
    [["d", "Enter"], "reject"],
    [["Esc"], "do not reject"],
  ],
};

/** In every place it tells what could not be sent, where it moves nothing that is read. */
export function keysBar(desk: Desk): TemplateResult {
  const isInQueue = desk.place === "queue";
  if (!isInQueue && desk.decisions.unsent.length === 0) return html``;
  return html`<footer class="keys">
    ${unsentView(desk)} ${isInQueue ? hintsView(desk) : nothing}
  </footer>`;
}

function unsentView({ decisions }: Desk): TemplateResult {
  const { unsent } = decisions;
  if (unsent.length === 0) return html``;
  return html`<p class="not-sent care" role="alert">
    <span>
      ${counted(unsent.length, "decision")} could not be sent. Nothing is lost: what you decided and
      typed is still here.
    </span>
    <button type="button" class="plain" @click=${() => void decisions.retry()}>Try again</button>
  </p>`;
}

function hintsView(desk: Desk): TemplateResult {
  const mode = desk.queue.focused?.mode ?? "read";
  return html`<p class="hints" aria-hidden="true">
      ${HINTS[mode].map(([keys, does]) => html`<span>${keys.map(key)} ${does}</span>`)}
    </p>
    <button type="button" class="plain all-keys" @click=${() => desk.show("help")}>
      ${key("?")} All keys
    </button>
    ${toastView(desk)}`;
}

function toastView({ decisions }: Desk): TemplateResult {
  const { toast } = decisions.journal;
  if (toast === null) return html``;
  const { entry } = toast;
  const canUndo = entry !== null && decisions.journal.canUndo(entry);
  return html`<p class="toast ${toast.isAlarm ? "care" : ""}">
    <span>${toast.sentence}</span>
    ${
      canUndo
        ? html`<button type="button" class="plain" @click=${() => entry && void decisions.undo(entry)}>
            Undo ${key("z")}
          </button>`
        : nothing
    }
  </p>`;
}
