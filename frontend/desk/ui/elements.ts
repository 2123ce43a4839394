/** Small elements that several pages share. */

import { html, nothing, type TemplateResult } from "lit";
import type { Clause } from "../api/types.ts";
import { gettext } from "../i18n.ts";
import { truncate } from "../text/graphemes.ts";
import { languageOfName } from "../text/language.ts";
import { isWebUrl } from "./web-url.ts";

/** For screen readers only. */
export const visuallyHidden = (content: unknown): TemplateResult =>
  html`<span class="visually-hidden">${content}</span>`;

export const kbd = (key: string): TemplateResult => html`<kbd aria-hidden="true">${key}</kbd>`;

export const demoBanner = (): TemplateResult =>
  html`<aside class="demo" aria-label=${gettext("Demonstration")}>
    <b>${gettext("Demonstration.")}</b>
    ${gettext("Nothing here is secret: the keys were created outside a browser.")}
  </aside>`;

/** A reader's text in its own language and its letters' direction, always as text and never as HTML. */
export function readerText(text: string, lang: string): TemplateResult {
  return html`<bdi lang=${lang} dir="auto">${text}</bdi>`;
}

const EXCERPT_GRAPHEMES = 120;

/** The beginning of a comment on one line. Each paragraph keeps the direction of its own letters. The first
 * is not in a `bdi`, because `dir="auto"` does not look into those, and sets the direction of the line. */
export function excerpt(text: string, lang: string): TemplateResult {
  const parts = truncate(text, EXCERPT_GRAPHEMES).split(/(\n+)/); // each second one separates
  return html`<span class="line" lang=${lang} dir="auto"
    >${parts.map((part, index) => (index > 0 && index % 2 === 0 ? html`<bdi>${part}</bdi>` : part))}</span
  >`;
}

/** A name in its own direction, or what readers see in place of an empty name. `lang` is the comment's. */
export function displayName(name: string, lang: string): TemplateResult {
  if (name === "") return html`<i>${gettext("Anonymous")}</i>`;
  return html`<bdi lang=${languageOfName(name, lang)}>${name}</bdi>`;
}

export function errorView(message: string | null, id: string): TemplateResult | typeof nothing {
  return message === null ? nothing : html`<p class="error" id=${id} role="alert">${message}</p>`;
}

export function loadingView(message: string): TemplateResult {
  return html`<p class="empty">${message}</p>`;
}

/** Something could not be loaded. */
export function loadFailedView(message: string, retry: () => void): TemplateResult {
  return html`<div class="empty" role="alert">
    <p>${message}</p>
    <button type="button" @click=${retry}>${gettext("Try again")}</button>
  </div>`;
}

/** The clauses of the terms as numbered chips. */
export function clauseChips(
  clauses: Clause[],
  chosen: string | null,
  options: { group: string; legend: string; choose: (key: string) => void },
): TemplateResult {
  return html`<fieldset class="chips clauses">
    <legend>${options.legend}</legend>
    ${clauses.map(
      (clause, index) => html`<label title=${clause.sentence}>
        <input
          type="radio"
          name=${options.group}
          value=${clause.key}
          .checked=${chosen === clause.key}
          @change=${() => options.choose(clause.key)}
        />
        <span><b aria-hidden="true">${index + 1}</b> ${clause.title}</span>
      </label>`,
    )}
  </fieldset>`;
}

/** A link only to the web: a story's address comes from outside, and might be a script. */
export function storyLink(title: string, url: string): TemplateResult {
  if (!isWebUrl(url)) return html`<bdi>${title}</bdi>`;
  return html`<a href=${url} target="_blank" rel="noopener noreferrer"><bdi>${title}</bdi></a>`;
}
