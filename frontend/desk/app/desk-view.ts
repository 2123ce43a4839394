/** The desk's frame: header with tabs, notices, the current tab, and the bar at the bottom. */

import { html, nothing, type TemplateResult } from "lit";
import { hiddenView } from "../hidden/hidden-view.ts";
import { historyView } from "../history/history-view.ts";
import { gettext, ngettext } from "../i18n.ts";
import { importsView } from "../imports/imports-view.ts";
import { keysView } from "../keys/keys-view.ts";
import { myKeysView } from "../my-keys/my-keys-view.ts";
import { peopleView } from "../people/people-view.ts";
import { queueView } from "../queue/queue-view.ts";
import { resumedText } from "../roster/resumption-view.ts";
import { shortcutBar } from "../shortcuts/shortcut-bar.ts";
import { demoBanner } from "../ui/elements.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import type { App } from "./app.ts";
import { openDialogView } from "./dialogs.ts";
import type { SessionState, Tab } from "./session-state.ts";

export function deskView(desk: SessionState, app: App): TemplateResult {
  return html`<div class="desk" data-tab=${desk.tab}>
    <div class="above-shortcuts">
      ${app.site.isDemo ? demoBanner() : nothing} ${lockNotice(desk)}
      <header class="header">
        <b class="name">
          ${gettextTemplate("%(site)s · desk", { site: html`<bdi>${desk.session.site_name}</bdi>` })}
        </b>
        <nav aria-label=${gettext("Desk")}>
          ${tabLink(desk, "queue", gettext("Queue"))}
          ${tabLink(desk, "history", gettext("History"))}
          ${tabLink(desk, "hidden", gettext("Hidden"))}
          ${tabLink(desk, "people", gettext("People"))}
          ${tabLink(desk, "keys", gettext("Keys"))}
          ${tabLink(desk, "my-keys", gettext("My keys"))}
          ${desk.own.self.role === "lead" ? tabLink(desk, "imports", gettext("Imports")) : nothing}
        </nav>
        <p class="account">
          ${statusView(desk)}
          <bdi>${desk.session.pseudonym}</bdi>
          <button type="button" class="plain" @click=${() => void app.lock()}>
            ${gettext("Lock")}
          </button>
        </p>
      </header>
      ${noticesView(desk)} ${tabView(desk)}
    </div>
    ${shortcutBar(desk)} ${openDialogView(desk)}
  </div>`;
}

/** The next slot and the held comments, or that they are not known because the session has expired. */
function statusView(desk: SessionState): TemplateResult {
  if (desk.sessionExpired) {
    return html`<span role="status">${gettext("Your session has expired.")}</span>
      <button type="button" class="plain" @click=${() => void desk.signInAgain()}>
        ${gettext("Sign in again")}
      </button>`;
  }
  const { nextSlot, heldCount } = desk.queue;
  const next = desk.session.is_clock_trusted
    ? gettext("next slot %(time)s", { time: nextSlot.label })
    : gettext("nothing is released");
  return html`<span>${next} · ${ngettext("%(count)s held", "%(count)s held", heldCount)}</span>`;
}

function tabLink(desk: SessionState, tab: Tab, label: string): TemplateResult {
  const isCurrent = desk.tab === tab;
  return html`<a href="#${tab}" aria-current=${isCurrent ? "page" : nothing}>${label}</a>`;
}

function tabView(desk: SessionState): TemplateResult {
  if (desk.tab === "history") return historyView(desk);
  if (desk.tab === "my-keys") return myKeysView(desk);
  if (desk.tab === "imports" && desk.own.self.role === "lead") return importsView(desk);
  if (desk.tab === "hidden") return hiddenView(desk);
  if (desk.tab === "keys") return keysView(desk);
  return desk.tab === "people" ? peopleView(desk) : queueView(desk);
}

/** Above everything else, because a moderator who reads may have scrolled. The element is always there, so that it is read aloud. */
function lockNotice(desk: SessionState): TemplateResult {
  return html`<div class="lock-notice" role="alert">
    ${
      desk.isLockNear
        ? html`<p class="notice warning">
            ${gettext(
              "The desk is not in use, so it will lock in less than a minute. Move the pointer, touch the page or press Shift to keep it open. Your unfinished work is kept.",
            )}
          </p>`
        : nothing
    }
  </div>`;
}

function noticesView(desk: SessionState): TemplateResult {
  return html`<section class="notices" aria-label=${gettext("Notices")}>
    ${
      desk.session.is_clock_trusted
        ? nothing
        : html`<p class="notice warning" role="status">
            ${gettext(
              "The server does not trust its clock, so nothing is released and nothing is destroyed until the clock has been checked. Your decisions are stored. Tell your technician: the command “yobal doctor” explains what to do.",
            )}
          </p>`
    }
    ${
      desk.keyring.keys.isPersisted
        ? nothing
        : html`<p class="notice">
            ${gettext(
              "This browser cannot store your key: after a reload you must enter your passphrase again.",
            )}
          </p>`
    }
    ${desk.session.hidden_waiting_count > 0 ? hiddenNotice(desk) : nothing}
    ${importNotice(desk)}
    ${desk.session.suspended.map((pseudonym) => suspensionNotice(desk, pseudonym))}
    ${resumedNotice(desk)}
    ${
      needsSecondLead(desk)
        ? html`<p class="notice">
            ${gettextTemplate(
              "You are the only lead. If you lose your passphrase and your recovery sheet, no one can read the waiting comments. %(link)s",
              { link: html`<a href="#people">${gettext("Invite a second lead")}</a>` },
            )}
          </p>`
        : nothing
    }
  </section>`;
}

function suspensionNotice({ own }: SessionState, pseudonym: string): TemplateResult {
  const name = html`<bdi>${pseudonym}</bdi>`;
  return html`<p class="notice warning">
    <span>${gettextTemplate(
      "The technician has suspended %(pseudonym)s. No lead has signed that.",
      {
        pseudonym: name,
      },
    )}</span>
    ${
      own.self.role === "lead"
        ? html`<a href="#people">${gettext("Remove them, or lift the suspension")}</a>`
        : gettext("A lead has to decide.")
    }
  </p>`;
}

/** Until the next epoch begins; the page of people shows it for good. */
function resumedNotice({ own: { roster } }: SessionState): TemplateResult | typeof nothing {
  const last = roster.resumptions.at(-1);
  if (last === undefined || roster.epochs.length > last.epochCount + 1) return nothing;
  return html`<p class="notice warning resumed"><span>${resumedText(last)}</span></p>`;
}

/** Somebody removed many comments: they stay until a lead has looked. */
function hiddenNotice({ own, session: { hidden_waiting_count } }: SessionState): TemplateResult {
  return html`<p class="notice warning">
    <span>${ngettext(
      "%(count)s removed comment will not be destroyed until a lead has decided.",
      "%(count)s removed comments will not be destroyed until a lead has decided.",
      hidden_waiting_count,
    )}</span>
    <a href="#hidden">
      ${own.self.role === "lead" ? gettext("Bring back or destroy") : gettext("Show")}
    </a>
  </p>`;
}

/** Only a lead can sign, and only a lead has the tab. */
function importNotice({ own, session }: SessionState): TemplateResult | typeof nothing {
  const { unsigned_imports_count } = session;
  if (unsigned_imports_count === 0 || own.self.role !== "lead") return nothing;
  return html`<p class="notice">
    <span>${ngettext(
      "%(count)s import is waiting for a lead’s signature.",
      "%(count)s imports are waiting for a lead’s signature.",
      unsigned_imports_count,
    )}</span>
    <a href="#imports">${gettext("Sign or refuse")}</a>
  </p>`;
}

function needsSecondLead({ own }: SessionState): boolean {
  const members = Array.from(own.roster.members.values());
  return own.self.role === "lead" && members.filter(({ role }) => role === "lead").length < 2;
}
