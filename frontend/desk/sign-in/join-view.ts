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
    case "making-keys":
      return loadingView(gettext("Creating your keys…"));
    case "sheet":
      return recoverySheetView(join, siteName);
    case "expired":
      return expiredView();
    case "words":
      return wordsView(join);
  }
}

function invalidView(): TemplateResult {
  return html`<h1 tabindex="-1">${gettext("This link does not work")}</h1>
    <p>
      ${gettext(
        "A link works once, for 24 hours. This one was already used, has expired, or is incomplete. If you have not used it, somebody else may have: tell your lead. It opened nothing. Ask for a new one.",
      )}
    </p>
    <p><a href="/">${gettext("Sign in instead")}</a></p>`;
}

function expiredView(): TemplateResult {
  return html`<h1 tabindex="-1">${gettext("No lead has confirmed you")}</h1>
    <p>
      ${gettext(
        "The registration has expired, and nothing was opened with it. Ask for a new link. You no longer need your seven words and your sheet.",
      )}
    </p>`;
}

function pseudonymView(join: Join): TemplateResult {
  const isFirst = join.link?.kind === "founder";
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

/** Nothing opens before the lead has typed these words. */
function wordsView(join: Join): TemplateResult {
  return html`<h1 tabindex="-1">${gettext("Call your lead and read them these words")}</h1>
    <p class="passphrase" id="confirmation-words" aria-label=${gettext("The six words")}>
      ${join.words}
    </p>
    <ol>
      <li>
        ${gettext("Call the lead who sent you the link. You must recognize the voice, so do not send the words as a message.")}
      </li>
      <li>${gettext("Read out the six words. The lead types them.")}</li>
      <li>${gettext("Keep this page open: the desk opens here by itself.")}</li>
    </ol>
    <p class="small">
      ${gettext(
        "If the lead says that the words differ, somebody is intercepting your messages. Close this page, and ask for a new link over another channel.",
      )}
    </p>
    <p class="small" role="status">${gettext("Waiting for your lead…")}</p>
    ${errorView(join.error, "words-error")}`;
}

function roleText({ link }: Join): string {
  return link?.kind === "invitation" && link.role === "lead"
    ? gettext("You are joining as a lead.")
    : gettext("You are joining as a moderator.");
}
