/** Small parts that several pages are made of. */

import { html, nothing, type TemplateResult } from "lit";
import type { Clause } from "../api/types.ts";
import { beginning } from "../text/graphemes.ts";
import { directionOf } from "../text/language.ts";

export const spoken = (text: string): TemplateResult => html`<span class="spoken">${text}</span>`;

export const key = (name: string): TemplateResult => html`<kbd aria-hidden="true">${name}</kbd>`;

export const demoMark = (): TemplateResult =>
  html`<aside class="demo" aria-label="Demonstration">
    <b>Demonstration.</b> Nothing here is secret: its keys were made outside a browser.
  </aside>`;

/** A reader's words: in their language and direction, as text and never as HTML. */
export function words(text: string, lang: string): TemplateResult {
  return html`<bdi lang=${lang} dir=${directionOf(lang)}>${text}</bdi>`;
}

const LINE_LETTERS = 120;

/** A comment as one line; the whole stands in focus. */
export function line(text: string, lang: string): TemplateResult {
  const shown = beginning(text, LINE_LETTERS);
  return html`<span class="line" lang=${lang} dir=${directionOf(lang)}>${shown}</span>`;
}

/** A name has its own direction; without one readers see "Anonymous". */
export function personName(name: string): TemplateResult {
  return name === "" ? html`<i>Anonymous</i>` : html`<bdi>${name}</bdi>`;
}

export function errorSentence(
  sentence: string | null,
  id: string,
): TemplateResult | typeof nothing {
  return sentence === null ? nothing : html`<p class="error" id=${id} role="alert">${sentence}</p>`;
}

/** Something failed to load: a sentence and a way on. */
export function failed(sentence: string, again: () => void): TemplateResult {
  return html`<div class="empty" role="alert">
    <p>${sentence}</p>
    <button type="button" @click=${again}>Try again</button>
  </div>`;
}

/** The clauses of the terms as numbered chips, one of which is chosen. */
export function clauseChips(
  clauses: Clause[],
  chosen: string | null,
  options: { group: string; legend: string; choose: (key: string) => void },
): TemplateResult {
  return html`<fieldset class="chips clauses">
    <legend>${options.legend}</legend>
    ${clauses.map(
      (clause, at) => html`<label title=${clause.sentence}>
        <input
          type="radio"
          name=${options.group}
          value=${clause.key}
          .checked=${chosen === clause.key}
          @change=${() => options.choose(clause.key)}
        />
        <span><b aria-hidden="true">${at + 1}</b> ${clause.title}</span>
      </label>`,
    )}
  </fieldset>`;
}

/** An address that was declared by the newsroom: followed only if it is one of the web. */
export function storyLink(title: string, url: string): TemplateResult {
  if (!/^https?:\/\//i.test(url)) return html`<bdi>${title}</bdi>`;
  return html`<a href=${url} target="_blank" rel="noopener noreferrer"><bdi>${title}</bdi></a>`;
}

export function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

/** A form's submit, which never leaves the page. */
export function onSubmit(act: (form: HTMLFormElement) => void) {
  return (event: Event): void => {
    event.preventDefault();
    act(event.currentTarget as HTMLFormElement);
  };
}
