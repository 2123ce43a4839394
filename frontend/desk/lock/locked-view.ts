/** The page of a locked desk. It shows nothing of any comment. */

import { html, nothing, type TemplateResult } from "lit";
import { gettext, ngettext } from "../i18n.ts";
import { signInForm } from "../sign-in/sign-in-view.ts";
import { siteHeading } from "../sign-in/site-heading.ts";
import { errorView } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import type { Locked } from "./locked.ts";

interface LockedPage {
  siteName: string;
  draftCount: number;
  /** Gives up what is kept in this tab. */
  signOut: () => void;
}

export function lockedView(locked: Locked, page: LockedPage): TemplateResult {
  const hasPin = locked.pinTriesLeft > 0;
  return html`<main class="narrow-page">
    ${siteHeading(page.siteName)}
    <h1 tabindex="-1">${gettext("Locked")}</h1>
    ${page.draftCount === 0 ? nothing : draftsView(page.draftCount)}
    ${hasPin ? pinForm(locked) : errorView(locked.error, "pin-error")}
    ${
      hasPin
        ? html`<details>
            <summary>${gettext("Use the passphrase or a passkey instead")}</summary>
            ${signInForm(locked.signIn, { isFocused: false })}
          </details>`
        : signInForm(locked.signIn)
    }
    <p class="small">
      <button type="button" class="plain" @click=${page.signOut}>
        ${page.draftCount === 0 ? gettext("Sign out") : gettext("Sign out, and discard what is kept here")}
      </button>
    </p>
  </main>`;
}

function draftsView(count: number): TemplateResult {
  return html`<p class="notice" role="status">
    ${ngettext(
      "Your unfinished work on %(count)s comment is kept in this tab, encrypted. Do not close the tab.",
      "Your unfinished work on %(count)s comments is kept in this tab, encrypted. Do not close the tab.",
      count,
    )}
  </p>`;
}

function pinForm(locked: Locked): TemplateResult {
  const submit = (form: HTMLFormElement) => {
    void locked.unlock(formValue(form, "pin"));
    form.reset();
  };
  return html`<form class="fields" @submit=${onSubmit(submit)}>
    <p><bdi>${locked.signIn.pseudonym}</bdi></p>
    <label for="pin">${gettext("PIN of this session")}</label>
    <input
      id="pin"
      name="pin"
      type="password"
      inputmode="numeric"
      autocomplete="off"
      autofocus
      required
      aria-describedby="pin-error"
    />
    ${errorView(locked.error, "pin-error")}
    <button type="submit" ?disabled=${locked.isBusy}>
      ${locked.isBusy ? gettext("Unlocking…") : gettext("Unlock")}
    </button>
  </form>`;
}
