/** The new passphrase: shown, copied, and entered again. */

import { html, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { loadFailedView } from "../ui/elements.ts";
import { formValue } from "../ui/forms.ts";
import { credentialsForm, passphraseField } from "./credentials-form.ts";
import type { NewPassphrase } from "./new-passphrase.ts";

export function newPassphraseView(model: NewPassphrase, isBusy: boolean): TemplateResult {
  if (model.passphrase === "" && model.error !== null) {
    return loadFailedView(model.error, () => void model.generate());
  }
  return html`<h1>${gettext("Your passphrase")}</h1>
    <p>
      ${gettext(
        "These seven words are your key. They were generated on this device and are never sent anywhere. Store them in a password manager, or memorize them.",
      )}
    </p>
    <p class="passphrase" id="new-words" tabindex="-1" aria-label=${gettext("Passphrase")}>${model.passphrase}</p>
    <button type="button" class="secondary" @click=${() => void model.copy()}>
      ${model.isCopied ? gettext("Copied") : gettext("Copy the words")}
    </button>
    ${credentialsForm({
      pseudonym: { value: model.pseudonym, isFixed: true },
      proof: passphraseField({
        id: "confirm-words",
        label: gettext("Enter the seven words again"),
        isNew: true,
        errorId: "words-error",
      }),
      error: model.error,
      errorId: "words-error",
      isBusy,
      isReady: model.passphrase !== "",
      buttonLabel: { ready: gettext("I have saved them"), busy: gettext("Creating your keys…") },
      submit: (form) => model.confirm(formValue(form, "passphrase")),
    })}`;
}
