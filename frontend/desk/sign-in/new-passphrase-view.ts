/** The fresh passphrase: seen, kept, typed once more. */

import { html, type TemplateResult } from "lit";
import { failed, textOf } from "../ui/elements.ts";
import { credentialsForm, passphraseField } from "./credentials-form.ts";
import type { NewPassphrase } from "./new-passphrase.ts";

export function newPassphraseView(words: NewPassphrase, isBusy: boolean): TemplateResult {
  if (words.words === "" && words.error !== null) {
    return failed(words.error, () => void words.draw());
  }
  return html`<h1>Your passphrase</h1>
    <p>
      These seven words are your key. They were drawn on this device and are sent to nobody. Keep
      them in a password manager, or learn them.
    </p>
    <p class="words" id="new-words" tabindex="-1" aria-label="Passphrase">${words.words}</p>
    <button type="button" class="second" @click=${() => void words.copy()}>
      ${words.isCopied ? "Copied" : "Copy the words"}
    </button>
    ${credentialsForm({
      who: { value: words.pseudonym, isFixed: true },
      proof: passphraseField({
        id: "confirm-words",
        label: "Type or fill in the seven words once more",
        isNew: true,
        errorId: "words-error",
      }),
      error: words.error,
      errorId: "words-error",
      isBusy,
      isReady: words.words !== "",
      button: ["I have kept them", "Making your keys…"],
      submit: (form) => words.confirm(textOf(form, "passphrase")),
    })}`;
}
