/** The recovery sheet: printed, or written by hand, and proved by its last group. */

import { html, type TemplateResult } from "lit";
import type { Site } from "../app/app.ts";
import { errorSentence, onSubmit, textOf } from "../ui/elements.ts";
import type { Join } from "./join.ts";

export function sheetView(join: Join, site: Site): TemplateResult {
  const submit = (form: HTMLFormElement) => void join.finish(textOf(form, "last-group"));
  return html`<h1 tabindex="-1">Your recovery sheet</h1>
    <p class="screen-only">
      Print this sheet, or copy it by hand. It is the only way back if the passphrase is lost, and
      it is shown this once.
    </p>
    ${paper(join, site)}
    <button type="button" class="second screen-only" @click=${() => window.print()}>
      Print the sheet
    </button>
    <form class="fields screen-only" @submit=${onSubmit(submit)}>
      <label for="last-group">The last group of four on the paper</label>
      <input
        id="last-group"
        name="last-group"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        required
        aria-describedby="sheet-error"
      />
      ${errorSentence(join.error, "sheet-error")}
      <button type="submit" ?disabled=${join.isBusy}>
        ${join.isBusy ? "Making your keys…" : "I have the sheet: open the desk"}
      </button>
    </form>`;
}

function paper(join: Join, site: Site): TemplateResult {
  return html`<section class="paper" aria-label="Recovery sheet">
    <h2>Recovery sheet · <bdi>${site.name}</bdi></h2>
    <p>Pseudonym: <b><bdi>${join.pseudonym}</bdi></b></p>
    <p class="groups">${join.sheetGroups.map((group) => html`<span>${group}</span> `)}</p>
    <p class="small">
      To come back in, open <b>${location.origin}/recover</b> and type these letters. There is no
      letter O, I, L or U on this sheet: 0 and 1 are digits. Whoever holds it can read what waits at
      the desk. Keep it away from your devices, in a place you trust, and burn it when it is no
      longer needed.
    </p>
  </section>`;
}
