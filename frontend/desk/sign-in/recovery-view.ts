/** Coming back in with the recovery sheet. */

import { html, type TemplateResult } from "lit";
import { errorSentence, textOf } from "../ui/elements.ts";
import { credentialsForm } from "./credentials-form.ts";
import { newPassphraseView } from "./new-passphrase-view.ts";
import type { Recovery } from "./recovery.ts";

export function recoverView(recovery: Recovery, siteName: string): TemplateResult {
  return html`<main class="sheet-page">
    <p class="where"><bdi>${siteName}</bdi> · desk</p>
    ${recovery.words === null ? sheetForm(recovery) : newWords(recovery)}
  </main>`;
}

function newWords(recovery: Recovery): TemplateResult {
  if (recovery.words === null) return html``;
  return html`${newPassphraseView(recovery.words, recovery.isBusy)}
  ${errorSentence(recovery.error, "recover-error")}`;
}

function sheetForm(recovery: Recovery): TemplateResult {
  return html`<h1>Come in with your recovery sheet</h1>
    <p>You will get a new passphrase. The old one ends; the sheet stays good.</p>
    ${credentialsForm({
      who: {},
      proof: sheetField(),
      error: recovery.error,
      errorId: "recover-error",
      isBusy: recovery.isBusy,
      button: ["Make a new passphrase", "Opening…"],
      submit: (form) => void recovery.prove(textOf(form, "pseudonym"), textOf(form, "sheet")),
    })}
    <p class="small"><a href="/">Back to signing in</a></p>`;
}

function sheetField(): TemplateResult {
  return html`<label for="sheet">The 32 letters of the sheet</label>
    <input
      id="sheet"
      name="sheet"
      class="code"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck="false"
      required
      aria-describedby="recover-error"
    />`;
}
