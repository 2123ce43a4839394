/** Signing in: the page, and the same form over the desk when a session has ended. */

import { html, type TemplateResult } from "lit";
import { textOf } from "../ui/elements.ts";
import { credentialsForm, passphraseField } from "./credentials-form.ts";
import type { SignIn } from "./sign-in.ts";

export function signInPage(signIn: SignIn, siteName: string): TemplateResult {
  return html`<main class="sheet-page">
    <p class="where"><bdi>${siteName}</bdi> · desk</p>
    <h1>Sign in</h1>
    ${signInForm(signIn)}
    <p class="small">
      Passphrase lost? <a href="/recover">Come in with your recovery sheet</a>. New here? Open the
      link that a lead gave you.
    </p>
  </main>`;
}

export function signInForm(signIn: SignIn): TemplateResult {
  const isKnown = signIn.pseudonym !== null;
  return credentialsForm({
    who: { value: signIn.pseudonym ?? "", isFixed: isKnown },
    proof: passphraseField({
      id: "passphrase",
      label: "Passphrase, seven words",
      isNew: false,
      errorId: "sign-in-error",
      isFocused: isKnown,
    }),
    error: signIn.error,
    errorId: "sign-in-error",
    isBusy: signIn.isBusy,
    button: ["Sign in", "Opening your keys…"],
    submit: (form) => void signIn.submit(textOf(form, "pseudonym"), textOf(form, "passphrase")),
  });
}
