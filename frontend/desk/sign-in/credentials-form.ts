/** The form with pseudonym and proof that signing in, recovery and a new passphrase share. */

import { html, nothing, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { errorView } from "../ui/elements.ts";
import { onSubmit } from "../ui/forms.ts";

interface PseudonymField {
  value?: string;
  /** A pseudonym that cannot change is still shown, so that password managers can read it. */
  isFixed?: boolean;
  describedBy?: string;
}

/** Marked up for password managers. Has no maximum length: the server's limit is shown as an error. */
export function pseudonymField(field: PseudonymField): TemplateResult {
  return html`<input
    id="pseudonym"
    name="pseudonym"
    autocomplete="username"
    autocapitalize="none"
    spellcheck="false"
    required
    aria-describedby=${field.describedBy ?? nothing}
    .value=${field.value ?? ""}
    ?readonly=${field.isFixed ?? false}
  />`;
}

interface CredentialsForm {
  pseudonym: PseudonymField;
  /** Label and field of the passphrase or the sheet. */
  proof: TemplateResult;
  error: string | null;
  errorId: string;
  isBusy: boolean;
  buttonLabel: { ready: string; busy: string };
  isReady?: boolean;
  /** Another way, beside the button. */
  beside?: TemplateResult | typeof nothing;
  submit: (form: HTMLFormElement) => void;
}

export function credentialsForm(form: CredentialsForm): TemplateResult {
  const { ready, busy } = form.buttonLabel;
  return html`<form class="fields" method="post" @submit=${onSubmit(form.submit)}>
    <label for="pseudonym">${gettext("Pseudonym")}</label>
    ${pseudonymField(form.pseudonym)} ${form.proof} ${errorView(form.error, form.errorId)}
    <div class="choices">
      <button type="submit" ?disabled=${form.isBusy || form.isReady === false}>
        ${form.isBusy ? busy : ready}
      </button>
      ${form.beside ?? nothing}
    </div>
  </form>`;
}

interface PassphraseField {
  id: string;
  label: string;
  isNew: boolean;
  errorId: string;
  isFocused?: boolean;
}

/** Can be shown as plain text, because seven words are hard to type unseen. */
export function passphraseField(field: PassphraseField): TemplateResult {
  const toggle = (event: Event) => {
    const input = document.querySelector<HTMLInputElement>(`#${field.id}`);
    if (input) input.type = (event.currentTarget as HTMLInputElement).checked ? "text" : "password";
  };
  return html`<label for=${field.id}>${field.label}</label>
    <input
      id=${field.id}
      name="passphrase"
      type="password"
      autocomplete=${field.isNew ? "new-password" : "current-password"}
      ?autofocus=${field.isFocused ?? false}
      required
      aria-describedby=${field.errorId}
    />
    <label class="checkbox"
      ><input type="checkbox" @change=${toggle} /> ${gettext("Show the words as I type")}</label
    >`;
}
