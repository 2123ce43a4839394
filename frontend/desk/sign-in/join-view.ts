/** The page of an invitation: pseudonym, passphrase and recovery sheet, one step after the other. */

import { html, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { errorView, loadFailedView, loadingView } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import { pseudonymField } from "./credentials-form.ts";
import type { Join } from "./join.ts";
import { newPassphraseView } from "./new-passphrase-view.ts";
import { recoverySheetView } from "./recovery-sheet.ts";
import { siteHeading } from "./site-heading.ts";

export function joinView(join: Join, siteName: string): TemplateResult {
  return html`<main class="narrow-page">${siteHeading(siteName)} ${stepView(join, siteName)}</main>`;
}

function stepView(join: Join, siteName: string): TemplateResult {
  switch (join.step) {
    case "loading":
      return join.error === null
        ? loadingView(gettext("Checking your invitation…"))
        : loadFailedView(join.error, () => void join.openInvitation());
    case "invalid":
      return invalidView();
    case "pseudonym":
      return pseudonymView(join);
    case "passphrase":
      return join.newPassphrase === null
        ? html``
        : newPassphraseView(join.newPassphrase, join.isBusy);
    case "sheet":
      return recoverySheetView(join, siteName);
  }
}

function invalidView(): TemplateResult {
  return html`<h1 tabindex="-1">${gettext("This link does not work")}</h1>
    <p>
      ${gettext(
        "A link works once, for 24 hours. This one was already used, has expired, or is incomplete. Ask for a new one.",
      )}
    </p>
    <p><a href="/">${gettext("Sign in instead")}</a></p>`;
}

function pseudonymView(join: Join): TemplateResult {
  const isFirst = join.invitation?.is_first === true;
  const submit = (form: HTMLFormElement) => join.choosePseudonym(formValue(form, "pseudonym"));
  return html`<h1>${isFirst ? gettext("Set up this desk") : gettext("Join this desk")}</h1>
    <p>${isFirst ? firstLeadText() : roleText(join)}</p>
    <form class="fields" @submit=${onSubmit(submit)}>
      <label for="pseudonym">${gettext("Pseudonym")}</label>
      <p class="hint" id="name-hint">
        ${gettext(
          "Do not use your real name or a name that you use elsewhere. Your colleagues see it next to your decisions; readers never see it.",
        )}
      </p>
      ${pseudonymField({ value: join.pseudonym, describedBy: "name-hint name-error" })}
      ${errorView(join.error, "name-error")}
      <button type="submit">${gettext("Make my passphrase")}</button>
    </form>`;
}

function firstLeadText(): string {
  return gettext(
    "You are the first lead. This device creates the keys that decrypt readers' comments. After that, readers can submit comments.",
  );
}

function roleText({ invitation }: Join): string {
  return invitation?.role === "lead"
    ? gettext("You are joining as a lead.")
    : gettext("You are joining as a moderator.");
}
