/** The red page: what the desk cannot believe, and what to do. It shows no comment. */

import { html, nothing, type TemplateResult } from "lit";
import type { RosterPin } from "../crypto/key-store.ts";
import { gettext } from "../i18n.ts";
import { siteHeading } from "../sign-in/site-heading.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import { fingerprint } from "./roster.ts";
import type { RosterProblem } from "./roster-check.ts";

interface Actions {
  site: { name: string };
  start: () => Promise<void>;
  signOut: () => Promise<void>;
}

/** `pin`: what this device has verified before, which the technician compares with the server's. */
export function notTrustedView(
  problem: RosterProblem,
  pin: RosterPin | null,
  app: Actions,
): TemplateResult {
  return html`<main class="narrow-page not-trusted">
    ${siteHeading(app.site.name)}
    <h1 tabindex="-1">${gettext("Stop: this desk cannot be trusted")}</h1>
    <p role="alert">${whatHappened(problem)}</p>
    <p>
      ${gettext("No comment was opened and nothing was sent. Your passphrase, your sheet and your passkeys stay valid.")}
    </p>
    <h2>${gettext("What to do")}</h2>
    <ol>
      <li>${gettext("Do not use the desk, on any device, until this is explained.")}</li>
      <li>
        ${gettext("Call a lead, by telephone or in person. Do not write about it by e-mail or on the desk.")}
      </li>
      <li>
        ${gettextTemplate(
          "Tell your technician to run %(command)s on the server, and to read “The red page” in the handbook.",
          { command: html`<code>yobal roster</code>` },
        )}
      </li>
    </ol>
    ${pin === null ? nothing : pinView(pin)}
    <div class="field-row">
      <button type="button" @click=${() => void app.signOut()}>${gettext("Sign out on this device")}</button>
      <button type="button" class="secondary" @click=${() => void app.start()}>
        ${gettext("Try again")}
      </button>
    </div>
  </main>`;
}

function pinView({ first, head, length }: RosterPin): TemplateResult {
  return html`<h2>${gettext("What this device has verified before")}</h2>
    <p>${gettext("If you are a lead, read this to the technician when they ask for it.")}</p>
    <dl class="fingerprints">
      <dt>${gettext("First statement")}</dt>
      <dd class="code" dir="ltr">${fingerprint(first)}</dd>
      <dt>${gettext("Newest statement (number %(number)s)", { number: length })}</dt>
      <dd class="code" dir="ltr">${fingerprint(head)}</dd>
    </dl>`;
}

function whatHappened(problem: RosterProblem): string {
  switch (problem) {
    case "altered":
      return gettext(
        "The signed list of members and keys was changed without a lead’s signature, or it is damaged.",
      );
    case "unsigned":
      return gettext(
        "The database has a key for readers’ comments that no lead has signed. Comments sealed to it could be read by a stranger.",
      );
    case "older":
      return gettext(
        "Entries are missing from the signed list of members and keys: this device has seen a newer one. A backup may have been restored, or someone has deleted them.",
      );
    case "pin":
      return gettext(
        "What your devices have verified before is not on the server, or you have not signed it. Someone may have changed the database.",
      );
    case "other":
      return gettext(
        "This is not the list of members and keys that you belong to. If a lead has told you by telephone that the desk was set up again, ask for a link and join with it.",
      );
    case "link":
      return gettext(
        "This link is for another desk: its list of members and keys is not the one that your lead has. The link is still unused.",
      );
    case "restored":
      return gettext(
        "A backup of the database was restored. Until a lead has confirmed who is a member, no other member can sign in, and readers’ comments are not accepted. If your technician did not tell you about it, treat it as an attack.",
      );
    case "refused":
      return gettext(
        "The server refuses its own list of members and keys: it does not verify, or entries are missing. Readers’ comments are not accepted until this is explained.",
      );
  }
}
