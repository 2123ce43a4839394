/** Joining, step by step: name, passphrase, recovery sheet. */

import { html, type TemplateResult } from "lit";
import type { Site } from "../app/app.ts";
import { errorSentence, failed, onSubmit, textOf } from "../ui/elements.ts";
import { pseudonymField } from "./credentials-form.ts";
import type { Join } from "./join.ts";
import { newPassphraseView } from "./new-passphrase-view.ts";
import { sheetView } from "./recovery-sheet.ts";

export function joinView(join: Join, site: Site): TemplateResult {
  return html`<main class="sheet-page">
    <p class="where"><bdi>${site.name}</bdi> · desk</p>
    ${stepView(join, site)}
  </main>`;
}

function stepView(join: Join, site: Site): TemplateResult {
  switch (join.step) {
    case "opening":
      return join.error === null
        ? html`<p class="empty">Opening your invitation…</p>`
        : failed(join.error, () => void join.open());
    case "spent":
      return spentView();
    case "name":
      return nameView(join);
    case "words":
      return join.words === null ? html`` : newPassphraseView(join.words, join.isBusy);
    case "sheet":
      return sheetView(join, site);
  }
}

function spentView(): TemplateResult {
  return html`<h1 tabindex="-1">This link does not open anything</h1>
    <p>
      A link works once and for 24 hours. It was used, has run out, or a part of it is missing. Ask
      for a new one.
    </p>
    <p><a href="/">Sign in instead</a></p>`;
}

function nameView(join: Join): TemplateResult {
  const isFirst = join.invitation?.is_first === true;
  const submit = (form: HTMLFormElement) => join.name(textOf(form, "pseudonym"));
  return html`<h1>${isFirst ? "Open this desk" : "Join this desk"}</h1>
    <p>
      ${
        isFirst
          ? "You are the first lead. On this device you make the keys that open what readers send: from then on comments can be written."
          : `You join as a ${join.invitation?.role ?? "moderator"}.`
      }
    </p>
    <form class="fields" @submit=${onSubmit(submit)}>
      <label for="pseudonym">Pseudonym</label>
      <p class="hint" id="name-hint">
        Not your own name, and not one that you use elsewhere. Your colleagues see it beside what
        you decide; readers never do.
      </p>
      ${pseudonymField({ value: join.pseudonym, describedBy: "name-hint name-error" })}
      ${errorSentence(join.error, "name-error")}
      <button type="submit">Make my passphrase</button>
    </form>`;
}
