/** The sign-in page, and its form, which the desk also shows when a session has expired. */

import { html, nothing, type TemplateResult } from "lit";
import type { Site } from "../api/site.ts";
import { gettext } from "../i18n.ts";
import { formValue } from "../ui/forms.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import { credentialsForm, passphraseField } from "./credentials-form.ts";
import { hasPasskeys } from "./passkey.ts";
import type { SignIn } from "./sign-in.ts";
import { siteHeading } from "./site-heading.ts";

export function signInPage(signIn: SignIn, site: Site): TemplateResult {
  return html`<main class="narrow-page">
    ${siteHeading(site.name)} ${site.isLocal ? localDeskNotice(site.deskUrl) : nothing}
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

/** This page is the copy on this computer: what is different here. */
function localDeskNotice(deskUrl: string): TemplateResult {
  return html`<p class="notice" id="local-desk">
      ${gettextTemplate(
        "This desk comes from your own computer, not from the server. It sends what you do to %(address)s.",
        { address: html`<b>${deskUrl}</b>` },
      )}
    </p>
    <p class="small">
      ${gettext(
        "Sign in with your words. A passkey works only at the address where it was made, so it cannot be used here.",
      )}
    </p>
    <p class="small">
      ${gettextTemplate(
        "If you have a new link, do not open it: paste it into the address bar of this tab, with %(local)s in place of %(address)s.",
        { local: html`<b>${location.origin}</b>`, address: html`<b>${deskUrl}</b>` },
      )}
    </p>`;
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
    beside: hasPasskeys() ? passkeyButton(signIn) : nothing,
    submit: (form) =>
      void signIn.submit(formValue(form, "pseudonym"), formValue(form, "passphrase")),
  });
}

function passkeyButton(signIn: SignIn): TemplateResult {
  return html`<button
    type="button"
    id="use-passkey"
    class="secondary"
    ?disabled=${signIn.isBusy}
    @click=${() => void signIn.usePasskey()}
  >
    ${gettext("Use a passkey")}
  </button>`;
}
