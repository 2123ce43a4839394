/** Along the bottom: the keys that apply now, and the last thing that happened with its undo. */

import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "../model/desk.ts";
import type { Mode } from "../model/item.ts";
import { key } from "./parts.ts";

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
    [["a"], "publish edited"],
  ],
  reject: [
    [["1–8"], "clause"],
    [["d"], "reject"],
    [["Esc"], "do not reject"],
  ],
};

export function keysBar(desk: Desk): TemplateResult {
  const mode = desk.queue.focused?.mode ?? "read";
  return html`<footer class="keys">
    <p class="hints" aria-hidden="true">
      ${HINTS[mode].map(([keys, does]) => html`<span>${keys.map(key)} ${does}</span>`)}
    </p>
    <button type="button" class="plain all-keys" @click=${() => desk.show("help")}>
      ${key("?")} All keys
    </button>
    ${toastView(desk)}
  </footer>`;
}

function toastView({ decisions }: Desk): TemplateResult {
  const { toast } = decisions.journal;
  if (toast === null) return html``;
  const { entry } = toast;
  const canUndo = entry?.canUndo === true && !entry.isUndone;
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
