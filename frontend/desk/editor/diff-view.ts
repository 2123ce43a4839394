/** The differences between the author's comment and the edited one. */

import { html, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import type { QueueItem } from "../queue/queue-item.ts";
import { type DiffPart, diffWords } from "../text/diff.ts";
import { displayName, visuallyHidden } from "../ui/elements.ts";

export function diffView({ envelope, draft }: QueueItem): TemplateResult {
  const { lang } = draft;
  const parts = diffWords(envelope.text, draft.text, lang);
  return html`<div class="diff" lang=${lang} dir="auto">${parts.map(partView)}</div>
    ${
      envelope.name === draft.name
        ? html``
        : html`<p class="small">
            ${gettext("Name:")}
            <del>${visuallyHidden(html`${gettext("deleted:")} `)}${displayName(envelope.name, lang)}</del>
            <ins>${visuallyHidden(html`${gettext("inserted:")} `)}${displayName(draft.name, lang)}</ins>
          </p>`
    }`;
}

/** The hidden words carry their own spaces, because screen readers join adjacent elements. */
function partView({ kind, text }: DiffPart): TemplateResult {
  if (kind === "deleted") {
    return html`<del>${visuallyHidden(html` ${gettext("deleted:")} `)}${text}${visuallyHidden(", ")}</del>`;
  }
  if (kind === "inserted") {
    return html`<ins>${visuallyHidden(html` ${gettext("inserted:")} `)}${text}${visuallyHidden(", ")}</ins>`;
  }
  return html`${text}`;
}
