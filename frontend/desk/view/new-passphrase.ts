/** The fresh passphrase: seen, kept, typed once more. */

import { html, type TemplateResult } from "lit";
import type { NewPassphrase } from "../model/new-passphrase.ts";
import { errorSentence, onSubmit, textOf } from "./parts.ts";
import { showWords } from "./sign-in.ts";

export function newPassphraseView(words: NewPassphrase, isBusy: boolean): TemplateResult {
  const confirm = (form: HTMLFormElement) => words.confirm(textOf(form, "passphrase"));
  return html`<h1>Your passphrase</h1>
    <p>
      These seven words are your key. They were drawn on this device and are sent to nobody. Keep
      them in a password manager, or learn them.
    </p>
    <p class="words" id="new-words" tabindex="-1" aria-label="Passphrase">${words.words}</p>
    <button type="button" class="second" @click=${() => void words.copy()}>
      ${words.isCopied ? "Copied" : "Copy the words"}
    </button>
    <form class="fields" method="post" @submit=${onSubmit(confirm)}>
      <label for="new-name">Pseudonym</label>
      <input
        id="new-name"
        name="pseudonym"
        autocomplete="username"
        readonly
        .value=${words.pseudonym}
      />
      <label for="confirm-words">Type or fill in the seven words once more</label>
      <input
        id="confirm-words"
        name="passphrase"
        type="password"
        autocomplete="new-password"
        required
        aria-describedby="words-error"
      />
      ${showWords("#confirm-words")} ${errorSentence(words.error, "words-error")}
      <button type="submit" ?disabled=${isBusy || words.words === ""}>
        ${isBusy ? "Making your keys…" : "I have kept them"}
      </button>
    </form>`;
}
