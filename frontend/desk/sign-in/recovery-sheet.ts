/** The recovery sheet: printed or copied by hand, and confirmed by its last group. */

import { html, type TemplateResult } from "lit";
import { addressOfDesk } from "../api/site.ts";
import { gettext } from "../i18n.ts";
import { fingerprint } from "../roster/roster.ts";
import { errorView } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import type { Join } from "./join.ts";

export function recoverySheetView(join: Join, siteName: string): TemplateResult {
  const { pseudonym } = join;
  const submit = (form: HTMLFormElement) => void join.finish(formValue(form, "last-group"));
  return html`<h1 tabindex="-1">${gettext("Your recovery sheet")}</h1>
    <p class="screen-only">
      ${gettext(
        "Print this sheet, or copy it by hand. It is the only way back in if you lose your passphrase, and it is shown only once.",
      )}
    </p>
    ${printedSheet({ pseudonym, groups: join.sheetGroups, first: join.first, siteName })}
    <button type="button" class="secondary screen-only" @click=${() => window.print()}>
      ${gettext("Print the sheet")}
    </button>
    <form class="fields screen-only" @submit=${onSubmit(submit)}>
      <label for="last-group">${gettext("The last group of four characters on the paper")}</label>
      <input
        id="last-group"
        name="last-group"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        required
        aria-describedby="sheet-error"
      />
      ${errorView(join.error, "sheet-error")}
      <button type="submit" ?disabled=${join.isBusy}>
        ${join.isBusy ? gettext("Creating your keys…") : gettext("I have the sheet")}
      </button>
    </form>`;
}

/** What is on the paper. */
export interface Sheet {
  pseudonym: string;
  groups: readonly string[];
  /** The hash of the roster's first statement. */
  first: string;
  siteName: string;
}

export function printedSheet({ pseudonym, groups, first, siteName }: Sheet): TemplateResult {
  return html`<section class="recovery-sheet" aria-label=${gettext("Recovery sheet")}>
    <h2>
      ${gettextTemplate("Recovery sheet · %(site)s", { site: html`<bdi>${siteName}</bdi>` })}
    </h2>
    <p>
      ${gettextTemplate("Pseudonym: %(pseudonym)s", {
        pseudonym: html`<b><bdi>${pseudonym}</bdi></b>`,
      })}
    </p>
    <p class="groups">${groups.map((group) => html`<span>${group}</span> `)}</p>
    <p class="small">
      ${gettextTemplate(
        "To sign in with this sheet, open %(address)s and enter these characters. The sheet never contains O, I, L or U: 0 and 1 are digits. Anyone who has this sheet can read the comments that are waiting. Keep it away from your devices, in a place you trust, and burn it when you no longer need it.",
        { address: html`<b>${addressOfDesk("/recover")}</b>` },
      )}
    </p>
    <p class="small">${gettext("Fingerprint of this desk’s members and keys:")}</p>
    <p class="code" id="sheet-fingerprint" dir="ltr">${fingerprint(first)}</p>
    <p class="small">
      ${gettext(
        "It is not secret. After signing in, compare it with the one under People. After a restore, a lead reads it to the technician in a call.",
      )}
    </p>
  </section>`;
}
