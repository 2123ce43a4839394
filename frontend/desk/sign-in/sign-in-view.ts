/** The sign-in page, and its form, which the desk also shows when a session has expired. */

import { html, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { formValue } from "../ui/forms.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import { credentialsForm, passphraseField } from "./credentials-form.ts";
import type { SignIn } from "./sign-in.ts";
import { siteHeading } from "./site-heading.ts";

export function signInPage(signIn: SignIn, siteName: string): TemplateResult {
  return html`<main class="narrow-page">
    ${siteHeading(siteName)}
    <h1>${gettext("Sign in")}</h1>
    ${signInForm(signIn)}
    <p class="small">
      ${gettextTemplate(
        "Lost your passphrase? %(link)s. New here? Open the link that a lead gave you.",
        { link: html`<a href="/recover">${gettext("Use your recovery sheet")}</a>` },
      )}
    </p>
  </main>`;
}

/** `isFocused`: where the passphrase is the next thing to type. */
export function signInForm(
  signIn: SignIn,
  { isFocused = signIn.pseudonym !== null } = {},
): TemplateResult {
  const isFixed = signIn.pseudonym !== null;
  return credentialsForm({
    pseudonym: { value: signIn.pseudonym ?? "", isFixed },
    proof: passphraseField({
      id: "passphrase",
      label: gettext("Passphrase (seven words)"),
      isNew: false,
      errorId: "sign-in-error",
      isFocused,
    }),
    error: signIn.error,
    errorId: "sign-in-error",
    isBusy: signIn.isBusy,
    buttonLabel: { ready: gettext("Sign in"), busy: gettext("Decrypting your keys…") },
    submit: (form) =>
      void signIn.submit(formValue(form, "pseudonym"), formValue(form, "passphrase")),
  });
}
