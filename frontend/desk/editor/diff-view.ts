/** The change between the author's words and the edited ones, as an editor's proof. */

import { html, type TemplateResult } from "lit";
import type { Item } from "../queue/queue-item.ts";
import { diffWords, type Piece } from "../text/diff.ts";
import { directionOf } from "../text/language.ts";
import { personName, spoken } from "../ui/elements.ts";

export function proof({ envelope, draft }: Item): TemplateResult {
  const { lang } = draft;
  const pieces = diffWords(envelope.text, draft.text, lang);
  return html`<div class="proof" lang=${lang} dir=${directionOf(lang)}>${pieces.map(pieceView)}</div>
    ${
      envelope.name === draft.name
        ? html``
        : html`<p class="small">
            Name:
            <del>${spoken("struck: ")}${personName(envelope.name)}</del>
            <ins>${spoken("added: ")}${personName(draft.name)}</ins>
          </p>`
    }`;
}

function pieceView({ kind, text }: Piece): TemplateResult {
  if (kind === "struck") return html`<del>${spoken(" struck: ")}${text}${spoken(", ")}</del>`;
  if (kind === "added") return html`<ins>${spoken(" added: ")}${text}${spoken(", ")}</ins>`;
  return html`${text}`;
}
