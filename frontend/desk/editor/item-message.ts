/** The message about a comment: what is missing, or why the last attempt failed. */

import { html, type TemplateResult } from "lit";
import type { QueueItem } from "../queue/queue-item.ts";

export function itemMessage({ message, state }: QueueItem): TemplateResult {
  if (message === null) return html``;
  const classes = state === "unsent" ? "item-message error unsent" : "item-message error";
  return html`<p class=${classes} tabindex="-1">${message}</p>`; // one sentence a line
}
