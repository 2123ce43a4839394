/** The page after a restore that asks a lead who is still a member, and what everybody sees of it afterwards. */

import { html, nothing, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { siteHeading } from "../sign-in/site-heading.ts";
import { errorView } from "../ui/elements.ts";
import { onSubmit } from "../ui/forms.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import { fingerprint, type Member, type Resumption } from "./roster.ts";
import type { RosterResumption } from "./roster-resumption.ts";

export function resumptionPage(model: RosterResumption, siteName: string): TemplateResult {
  const submit = (form: HTMLFormElement) => void model.submit(answersOf(form, model));
  return html`<main class="narrow-page">
    ${siteHeading(siteName)}
    <h1 tabindex="-1">${gettext("A backup was restored")}</h1>
    <p>
      ${gettext(
        "The technician has asked you to confirm the members. Entries that were added after the backup are lost, so people who were removed since then would be members again. Choose who is a member today. Ask the other leads in a call if you are not sure.",
      )}
    </p>
    ${lostEndView(model)}
    <form class="fields" @submit=${onSubmit(submit)}>
      ${model.others.map((member) => memberQuestion(model, member))}
      ${errorView(model.error, "resumption-error")}
      <p class="hint">
        ${gettext(
          "You sign this, and all members see it. A new key begins, and readers can send comments again. People who joined after the backup need a new link.",
        )}
      </p>
      <button type="submit" ?disabled=${model.isBusy}>
        ${model.isBusy ? gettext("Signing…") : gettext("Sign and continue")}
      </button>
    </form>
  </main>`;
}

function memberQuestion(model: RosterResumption, member: Member): TemplateResult {
  const { signingKey } = member;
  const wasRemoved = model.wasRemoved(member);
  return html`<fieldset class="chips">
    <legend>
      <bdi>${member.keys?.pseudonym ?? ""}</bdi>
      <span class="small">
        ${member.role === "lead" ? gettext("lead") : gettext("moderator")}
      </span>
    </legend>
    <label
      ><input type="radio" name=${signingKey} value="stays" required /><span
        >${gettext("is a member")}</span
      ></label
    >
    <label
      ><input type="radio" name=${signingKey} value="removed" .checked=${wasRemoved} /><span
        >${gettext("was removed")}</span
      ></label
    >
    ${wasRemoved ? html`<p class="small">${gettext("This device remembers that this person was removed.")}</p>` : nothing}
  </fieldset>`;
}

function answersOf(form: HTMLFormElement, { others }: RosterResumption): Map<string, boolean> {
  const data = new FormData(form);
  const answers = others.map(({ signingKey }) => [signingKey, data.get(signingKey)] as const);
  return new Map(
    answers
      .filter(([, answer]) => answer !== null)
      .map(([signingKey, answer]) => [signingKey, answer === "stays"] as const),
  );
}

function lostEndView({ lostEnd, own }: RosterResumption): TemplateResult {
  if (lostEnd === null) {
    return html`<p>
      ${gettext("It is not known how many entries were lost. The backup has %(count)s.", {
        count: own.roster.hashes.length,
      })}
    </p>`;
  }
  return html`<p>
      ${gettext(
        "The backup ends with entry %(last)s. Entries up to number %(number)s are lost; the newest has the fingerprint",
        {
          last: own.roster.hashes.length,
          number: lostEnd.length,
        },
      )}
    </p>
    <p class="code" dir="ltr">${fingerprint(lostEnd.head)}</p>`;
}

/** What all members see, for good: who confirmed that entries were lost, and after which. */
export function resumedText({ pseudonym, position, lostHead }: Resumption): TemplateResult {
  const name = html`<bdi>${pseudonym}</bdi>`;
  if (lostHead === null) {
    return gettextTemplate(
      "A backup was restored. %(pseudonym)s confirmed the members after entry %(number)s. Whether later entries were lost is not known.",
      { pseudonym: name, number: position },
    );
  }
  return gettextTemplate(
    "A backup was restored. %(pseudonym)s confirmed the members after entry %(number)s. Later entries were lost, the newest of them with the fingerprint %(lost)s.",
    {
      pseudonym: name,
      number: position,
      lost: html`<span class="code" dir="ltr">${fingerprint(lostHead)}</span>`,
    },
  );
}
