/** The tab with the desk's keys: epochs, the next change, and sheets that were never tested. */

import { html, nothing, type TemplateResult } from "lit";
import type { EpochOverview, KeysPage } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import { errorView, loadFailedView, loadingView } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import type { DeskKeys } from "./keys.ts";

export function keysView(desk: SessionState): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">${gettext("Keys")}</h1>
    ${bodyView(desk)}
  </main>`;
}

function bodyView(desk: SessionState): TemplateResult {
  const { deskKeys } = desk;
  if (deskKeys.phase === "failed") {
    return loadFailedView(deskKeys.error ?? "", () => void deskKeys.load());
  }
  if (deskKeys.page === null) return loadingView(gettext("Loading the list…"));
  return html`${changeView(desk, deskKeys.page)} ${epochsView(deskKeys.page, desk)}
    ${sheetsView(desk, deskKeys.page)}`;
}

function changeView({ own, session }: SessionState, page: KeysPage): TemplateResult {
  const isDue = session.is_epoch_due || own.roster.needsEpoch;
  return html`<p class="small">
      ${gettext(
        "Readers’ comments are sealed to the newest key. Only members have it. It changes by itself, so that a stolen key opens few comments.",
      )}
    </p>
    <p class="summary">
      ${
        isDue || page.next_change === null
          ? gettext("A new key is due. It is made as soon as a lead opens the desk.")
          : gettext("The next key begins when a lead first opens the desk after %(time)s.", {
              time: page.next_change.label,
            })
      }
    </p>`;
}

function epochsView({ epochs }: KeysPage, { own }: SessionState): TemplateResult {
  return html`<h2>${gettext("Keys of this desk")}</h2>
    <div class="wide">
      <table class="overview">
        <thead>
          <tr>
            <th scope="col">${gettext("Key")}</th>
            <th scope="col">${gettext("From")}</th>
            <th scope="col">${gettext("To")}</th>
            <th scope="col">${gettext("Waiting")}</th>
            <th scope="col">${gettext("Members who have it")}</th>
          </tr>
        </thead>
        <tbody>
          ${epochs.map((epoch) => epochView(epoch, own.roster.members.size))}
        </tbody>
      </table>
    </div>
    <p class="small">
      ${gettext(
        "A key is destroyed once nothing sealed to it is stored any more. After that, comments in an old copy of the database cannot be decrypted, even with every member’s words.",
      )}
    </p>`;
}

function epochView(epoch: EpochOverview, memberCount: number): TemplateResult {
  const { number, first, last, pending_count } = epoch;
  return html`<tr>
    <th scope="row">${number}</th>
    <td data-label=${gettext("From")}>${first.label}</td>
    <td data-label=${gettext("To")}>${last === null ? gettext("in use") : last.label}</td>
    <td data-label=${gettext("Waiting")}>${pending_count}</td>
    <td data-label=${gettext("Members who have it")}>${holdersLabel(epoch, memberCount)}</td>
  </tr>`;
}

function holdersLabel({ destroyed, wrap_count }: EpochOverview, memberCount: number): string {
  if (destroyed !== null) {
    return gettext("none: destroyed %(time)s", { time: destroyed.label });
  }
  if (wrap_count === 0) return gettext("none: it opens nothing any more");
  return gettext("%(count)s of %(total)s", { count: wrap_count, total: memberCount });
}

function sheetsView({ deskKeys, session }: SessionState, { sheets }: KeysPage): TemplateResult {
  const untested = sheets.filter(({ is_tested }) => !is_tested);
  const isOwnUntested = untested.some(({ pseudonym }) => pseudonym === session.pseudonym);
  return html`<h2>${gettext("Recovery sheets")}</h2>
    <p>
      ${
        untested.length === 0
          ? gettext("Every member’s sheet has been tested.")
          : ngettext(
              "%(count)s sheet was made and never tested. A test finds a copying mistake before the sheet is needed.",
              "%(count)s sheets were made and never tested. A test finds a copying mistake before a sheet is needed.",
              untested.length,
            )
      }
    </p>
    <ul class="people">
      ${sheets.map(
        ({ pseudonym, is_tested }) => html`<li class="member">
          <b><bdi>${pseudonym}</bdi></b>
          <span class=${is_tested ? "small" : "small care"}
            >${is_tested ? gettext("tested") : gettext("never tested")}</span
          >
        </li>`,
      )}
    </ul>
    ${testForm(deskKeys, isOwnUntested)}`;
}

function testForm(deskKeys: DeskKeys, isUntested: boolean): TemplateResult {
  const submit = (form: HTMLFormElement) =>
    void deskKeys.testSheet(formValue(form, "tested-sheet"));
  return html`<h3>${isUntested ? gettext("Test your sheet") : gettext("Test your sheet again")}</h3>
    ${
      deskKeys.sheetResult === null
        ? nothing
        : html`<p class="summary" id="sheet-result" tabindex="-1">${deskKeys.sheetResult}</p>`
    }
    <form class="fields" autocomplete="off" @submit=${onSubmit(submit)}>
      <p class="hint" id="tested-sheet-hint">
        ${gettext(
          "Type what is on the paper. Nothing is changed: your words and your sheet stay as they are.",
        )}
      </p>
      <label for="tested-sheet">${gettext("The 32 characters on the sheet")}</label>
      <input
        id="tested-sheet"
        name="tested-sheet"
        class="code"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        required
        aria-describedby="tested-sheet-hint tested-sheet-error"
      />
      ${errorView(deskKeys.sheetError, "tested-sheet-error")}
      <button type="submit" ?disabled=${deskKeys.isBusy}>
        ${deskKeys.isBusy ? gettext("Checking…") : gettext("Test the sheet")}
      </button>
    </form>`;
}
