/** Who somebody is and what proves it: the form of signing in, of coming back and of a new passphrase. */

import { html, nothing, type TemplateResult } from "lit";
import { errorSentence, onSubmit } from "../ui/elements.ts";

interface PseudonymField {
  value?: string;
  /** It is somebody's already: shown, and left for the password manager to read. */
  isFixed?: boolean;
  describedBy?: string;
}

/** As password managers know it. It is not cut at a length: what is too long is said. */
export function pseudonymField(given: PseudonymField): TemplateResult {
  return html`<input
    id="pseudonym"
    name="pseudonym"
    autocomplete="username"
    autocapitalize="none"
    spellcheck="false"
    required
    aria-describedby=${given.describedBy ?? nothing}
    .value=${given.value ?? ""}
    ?readonly=${given.isFixed ?? false}
  />`;
}

interface Credentials {
  who: PseudonymField;
  /** The label and the field of what proves it. */
  proof: TemplateResult;
  error: string | null;
  errorId: string;
  isBusy: boolean;
  /** What the button says, and what while it works. */
  button: [ready: string, busy: string];
  isReady?: boolean;
  submit: (form: HTMLFormElement) => void;
}

export function credentialsForm(given: Credentials): TemplateResult {
  const [ready, busy] = given.button;
  return html`<form class="fields" method="post" @submit=${onSubmit(given.submit)}>
    <label for="pseudonym">Pseudonym</label>
    ${pseudonymField(given.who)} ${given.proof} ${errorSentence(given.error, given.errorId)}
    <button type="submit" ?disabled=${given.isBusy || given.isReady === false}>
      ${given.isBusy ? busy : ready}
    </button>
  </form>`;
}

interface PassphraseField {
  id: string;
  label: string;
  isNew: boolean;
  errorId: string;
  isFocused?: boolean;
}

/** Seven words are easier to type when one sees them. */
export function passphraseField(given: PassphraseField): TemplateResult {
  const toggle = (event: Event) => {
    const field = document.querySelector<HTMLInputElement>(`#${given.id}`);
    if (field) field.type = (event.currentTarget as HTMLInputElement).checked ? "text" : "password";
  };
  return html`<label for=${given.id}>${given.label}</label>
    <input
      id=${given.id}
      name="passphrase"
      type="password"
      autocomplete=${given.isNew ? "new-password" : "current-password"}
      ?autofocus=${given.isFocused ?? false}
      required
      aria-describedby=${given.errorId}
    />
    <label class="tick"><input type="checkbox" @change=${toggle} /> Show the words as I type</label>`;
}
