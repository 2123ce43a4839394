/** The tab with a member's own passkeys and the recovery sheet. */

import { html, nothing, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import { gettext } from "../i18n.ts";
import { firstOf } from "../roster/roster.ts";
import { hasPasskeys } from "../sign-in/passkey.ts";
import { printedSheet } from "../sign-in/recovery-sheet.ts";
import { errorView, loadFailedView, loadingView, visuallyHidden } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import type { ListedPasskey, MyKeys, Proof } from "./my-keys.ts";
import type { NewSheet } from "./new-sheet.ts";

const NAME_CHARACTERS_MAX = 60;

export function myKeysView(desk: SessionState): TemplateResult {
  const { myKeys } = desk;
  return html`<main class="page">
    <h1 tabindex="-1">${gettext("My keys")}</h1>
    ${myKeys.newSheet === null ? listView(myKeys) : sheetView(desk, myKeys.newSheet)}
  </main>`;
}

function listView(myKeys: MyKeys): TemplateResult {
  if (myKeys.phase === "loading") return loadingView(gettext("Loading the list…"));
  if (myKeys.phase === "failed") {
    return loadFailedView(myKeys.error ?? "", () => void myKeys.load());
  }
  return html`<p>
      ${gettext(
        "Three things open this desk for you: your seven words, your recovery sheet, and each passkey below. If one of them is lost, remove or replace it here. If somebody may have used it, call a lead as well.",
      )}
    </p>
    ${
      myKeys.result === null
        ? nothing
        : html`<p class="summary" id="keys-result" tabindex="-1">${myKeys.result}</p>`
    }
    ${errorView(myKeys.error, "passkeys-error")}
    <h2>${gettext("Passkeys")}</h2>
    ${
      myKeys.passkeys.length === 0
        ? html`<p>${gettext("You have none. A passkey opens the desk with one touch, instead of seven words.")}</p>`
        : html`<ul class="people">${myKeys.passkeys.map((passkey) => passkeyView(myKeys, passkey))}</ul>`
    }
    ${hasPasskeys() ? addForm(myKeys) : noPasskeysView()} ${newSheetForm(myKeys)}`;
}

function passkeyView(myKeys: MyKeys, passkey: ListedPasskey): TemplateResult {
  const { content, since } = passkey;
  const isAsked = myKeys.removing?.hash === passkey.hash;
  return html`<li class="member">
    <span>
      <b>${content === null ? gettext("A passkey without a name") : html`<bdi>${content.name}</bdi>`}</b>
      <span class="small">${detailOf(passkey, since)}</span>
    </span>
    ${
      isAsked
        ? nothing
        : html`<button type="button" class="plain" @click=${() => myKeys.askToRemove(passkey)}>
            ${gettext("Remove…")} ${visuallyHidden(content?.name ?? "")}
          </button>`
    }
    ${isAsked ? removalView(myKeys) : nothing}
  </li>`;
}

function detailOf({ content }: ListedPasskey, since: string): string {
  if (content === null) {
    return gettext(
      "The server has lost its entry, so it no longer works. Remove it, and add it again.",
    );
  }
  return content.is_synced === "yes"
    ? gettext("since %(time)s, copied by its maker to your other devices", { time: since })
    : gettext("since %(time)s, on one device only", { time: since });
}

function removalView(myKeys: MyKeys): TemplateResult {
  return html`<div class="removal-question">
    <p>
      ${gettext(
        "It stops working at once. Every desk that was opened with it closes, including this one if you signed in with it. Your words and your sheet still work.",
      )}
    </p>
    <div class="choices">
      <button
        type="button"
        id="keep-passkey"
        class="secondary"
        @click=${() => myKeys.askToRemove(null)}
      >
        ${gettext("Keep it")}
      </button>
      <button type="button" ?disabled=${myKeys.isBusy} @click=${() => void myKeys.removePasskey()}>
        ${myKeys.isBusy ? gettext("Signing…") : gettext("Remove the passkey")}
      </button>
    </div>
  </div>`;
}

function noPasskeysView(): TemplateResult {
  return html`<p>
    ${gettext(
      "This browser has no passkeys, or the desk is not open over TLS under a host name. Words and sheet work everywhere.",
    )}
  </p>`;
}

function addForm(myKeys: MyKeys): TemplateResult {
  /** Afterwards the words must not stay in the field. */
  const add = async (form: HTMLFormElement, proof: Proof) => {
    await myKeys.addPasskey(formValue(form, "passkey-name"), proof);
    if (myKeys.error === null) form.reset();
  };
  return html`<h3>${gettext("Add a passkey")}</h3>
    <form
      class="fields"
      @submit=${onSubmit((form) => void add(form, formValue(form, "passphrase")))}
    >
      <label for="new-passkey-name">${gettext("A name for it, which only you see")}</label>
      <input
        id="new-passkey-name"
        name="passkey-name"
        autocomplete="off"
        maxlength=${NAME_CHARACTERS_MAX}
        required
        aria-describedby="passkey-name-hint passkeys-error"
      />
      <p class="hint" id="passkey-name-hint">
        ${gettext(
          "Such as “blue security key”. The device shows it too, and its maker may store it, so use neither your name nor your pseudonym. A security key does not copy a passkey anywhere. Telephones and password managers usually copy it to an account.",
        )}
      </p>
      ${proofFields(myKeys, "passkey-words", {
        ready: gettext("Add a passkey"),
        usePasskey: gettext("Add it with a passkey that I have"),
        submit: (form, proof) => void add(form, proof),
      })}
    </form>`;
}

function newSheetForm(myKeys: MyKeys): TemplateResult {
  const make = (_form: HTMLFormElement, proof: Proof) => void myKeys.makeSheet(proof);
  return html`<h2>${gettext("Recovery sheet")}</h2>
    <p>
      ${gettext(
        "If the sheet is lost, or somebody may have copied it, make another. The old one stops working when you have tested the new one. Your words and your passkeys stay.",
      )}
    </p>
    <form class="fields" @submit=${onSubmit((form) => make(form, formValue(form, "passphrase")))}>
      ${proofFields(myKeys, "sheet-words", {
        ready: gettext("Make a new sheet"),
        usePasskey: gettext("Make it with a passkey"),
        submit: make,
      })}
    </form>`;
}

interface ProofButtons {
  ready: string;
  usePasskey: string;
  submit: (form: HTMLFormElement, proof: Proof) => void;
}

/** An open desk alone must not be enough to add a key: a passer-by could add one. */
function proofFields(myKeys: MyKeys, id: string, buttons: ProofButtons): TemplateResult {
  const usePasskey = (event: Event) => {
    const { form } = event.currentTarget as HTMLButtonElement;
    if (form === null || !hasAllButWords(form)) return;
    buttons.submit(form, null);
  };
  return html`<label for=${id}>${gettext("Your seven words, to show that it is you")}</label>
    <input
      id=${id}
      name="passphrase"
      type="password"
      autocomplete="current-password"
      required
      aria-describedby="passkeys-error"
    />
    <div class="choices">
      <button type="submit" ?disabled=${myKeys.isBusy}>
        ${myKeys.isBusy ? gettext("Waiting for your device…") : buttons.ready}
      </button>
      ${
        myKeys.passkeys.length === 0 || !hasPasskeys()
          ? nothing
          : html`<button
              type="button"
              class="secondary"
              ?disabled=${myKeys.isBusy}
              @click=${usePasskey}
            >
              ${buttons.usePasskey}
            </button>`
      }
    </div>`;
}

/** With a passkey the words may stay empty, but nothing else. */
function hasAllButWords(form: HTMLFormElement): boolean {
  const fields = Array.from(form.querySelectorAll("input"));
  return fields
    .filter(({ name }) => name !== "passphrase")
    .every((field) => field.reportValidity());
}

function sheetView(desk: SessionState, sheet: NewSheet): TemplateResult {
  const { myKeys, session, own } = desk;
  const { groups } = sheet;
  const first = firstOf(own.roster);
  const { pseudonym, site_name: siteName } = session;
  const finish = (form: HTMLFormElement) => void myKeys.finishSheet(formValue(form, "sheet-typed"));
  return html`<h2 id="new-sheet" tabindex="-1">${gettext("Your new recovery sheet")}</h2>
    <p class="screen-only">
      ${gettext(
        "Print it, or copy it by hand. It is shown only once. It becomes valid when you have tested it below; until then the old one works.",
      )}
    </p>
    ${printedSheet({ pseudonym, groups, first, siteName })}
    <button type="button" class="secondary screen-only" @click=${() => window.print()}>
      ${gettext("Print the sheet")}
    </button>
    <form class="fields screen-only" @submit=${onSubmit(finish)}>
      <label for="sheet-typed">${gettext("All 32 characters, read from the paper")}</label>
      <input
        id="sheet-typed"
        name="sheet-typed"
        class="code"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        required
        aria-describedby="sheet-typed-error"
      />
      ${errorView(myKeys.error, "sheet-typed-error")}
      <div class="choices">
        <button type="submit" ?disabled=${myKeys.isBusy}>
          ${myKeys.isBusy ? gettext("Testing…") : gettext("Test it and make it valid")}
        </button>
        <button type="button" class="secondary" @click=${() => myKeys.discardSheet()}>
          ${gettext("Keep the old sheet")}
        </button>
      </div>
    </form>
    <p class="small screen-only">
      ${gettextTemplate("The sheet is for the page %(address)s.", {
        address: html`<b>${location.origin}/recover</b>`,
      })}
    </p>`;
}
