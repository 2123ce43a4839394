/** The page for signing in with the recovery sheet. */

import { html, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { errorView } from "../ui/elements.ts";
import { formValue } from "../ui/forms.ts";
import { credentialsForm } from "./credentials-form.ts";
import { newPassphraseView } from "./new-passphrase-view.ts";
import type { Recovery } from "./recovery.ts";
import { siteHeading } from "./site-heading.ts";

export function recoveryView(recovery: Recovery, siteName: string): TemplateResult {
  const { newPassphrase } = recovery;
  return html`<main class="narrow-page">
    ${siteHeading(siteName)}
    ${
      newPassphrase === null
        ? sheetForm(recovery)
        : html`${newPassphraseView(newPassphrase, recovery.isBusy)}
          ${errorView(recovery.error, "recover-error")}`
    }
  </main>`;
}

function sheetForm(recovery: Recovery): TemplateResult {
  return html`<h1>${gettext("Use your recovery sheet")}</h1>
    <p>
      ${gettext(
        "You will get a new passphrase. The old one stops working; the sheet and your passkeys stay valid. If somebody else may have them, look under “My keys” afterwards.",
      )}
    </p>
    ${credentialsForm({
      pseudonym: {},
      proof: sheetField(),
      error: recovery.error,
      errorId: "recover-error",
      isBusy: recovery.isBusy,
      buttonLabel: { ready: gettext("Make a new passphrase"), busy: gettext("Checking…") },
      submit: (form) => void recovery.prove(formValue(form, "pseudonym"), formValue(form, "sheet")),
    })}
    <p class="small">
      ${gettext("No sheet? A passkey opens the desk, too. If you have neither, call a lead: they remove you, and send you a new link.")}
    </p>
    <p class="small"><a href="/">${gettext("Back to sign-in")}</a></p>`;
}

function sheetField(): TemplateResult {
  return html`<label for="sheet">${gettext("The 32 characters on the sheet")}</label>
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
