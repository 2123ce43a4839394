/** The tab with the desk's moderators and, for a lead, the form to invite more. */

import { html, nothing, type TemplateResult } from "lit";
import type { OpenInvitation, Role } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import { resumedText } from "../roster/resumption-view.ts";
import { fingerprint, firstOf, type Member } from "../roster/roster.ts";
import { sessionsView } from "../sessions/sessions-view.ts";
import { errorView, loadFailedView, loadingView, visuallyHidden } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import type { People, Waiting } from "./people.ts";

export function peopleView(desk: SessionState): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">${gettext("People")}</h1>
    ${listView(desk)} ${desk.own.self.role === "lead" ? inviteView(desk.people) : nothing}
    ${sessionsView(desk)} ${fingerprintView(desk)}
  </main>`;
}

/** What a lead reads to the technician after a restore; it stays the same until a new first lead. */
function fingerprintView({ own }: SessionState): TemplateResult {
  return html`<h2>${gettext("Fingerprint")}</h2>
    <p class="small">
      ${gettext(
        "This is the fingerprint of the first entry of the signed list of members and keys. Compare it with your recovery sheet. If a backup is restored, the technician asks a lead for it in a call.",
      )}
    </p>
    <p class="code" id="fingerprint" dir="ltr">${fingerprint(firstOf(own.roster))}</p>
    ${own.roster.resumptions.map((resumption) => html`<p class="small resumed">${resumedText(resumption)}</p>`)}`;
}

function roleLabel(role: Role): string {
  return role === "lead" ? gettext("lead") : gettext("moderator");
}

function listView(desk: SessionState): TemplateResult {
  const { people, own } = desk;
  if (people.phase === "loading") return loadingView(gettext("Loading the list…"));
  if (people.phase === "failed") {
    return loadFailedView(people.error ?? "", () => void people.load());
  }
  const isLead = own.self.role === "lead";
  return html`${people.waiting.length === 0 ? nothing : waitingView(people, isLead)}
    ${removalMessages(desk)}
    <h2>${gettext("Members")}</h2>
    <ul class="people">
      ${people.members.map((member) => memberView(desk, member))}
    </ul>
    ${people.invitations.length === 0 ? nothing : invitationsView(people, isLead)}`;
}

function memberView(desk: SessionState, member: Member): TemplateResult {
  const { own, session, memberRemoval } = desk;
  const pseudonym = member.keys?.pseudonym ?? "";
  const isSelf = member.signingKey === own.self.signingKey;
  const label = roleLabel(member.role);
  return html`<li class="member">
    <span>
      <b><bdi>${pseudonym}</bdi></b>
      <span class="small">${isSelf ? gettext("%(role)s, you", { role: label }) : label}</span>
      ${activityView(desk, pseudonym)}
    </span>
    ${
      memberRemoval.isPossible(member)
        ? html`<button type="button" class="plain" @click=${() => void memberRemoval.ask(member)}>
            ${isSelf ? gettext("Leave…") : removeLabel(pseudonym)}
          </button>`
        : nothing
    }
    ${isSelf ? nothing : endSessionsButton(desk, pseudonym)}
    ${session.suspended.includes(pseudonym) ? suspensionView(desk, pseudonym) : nothing}
    ${
      session.without_keys.includes(pseudonym)
        ? html`<p class="small without-keys">
            ${gettext(
              "A restored backup does not have this person’s keys, so they cannot sign in. A lead removes them here and sends a new link.",
            )}
          </p>`
        : nothing
    }
  </li>`;
}

/** Since when, and the newest key that they have opened: somebody without the present one has not been here. */
function activityView(
  { people, session, sessions }: SessionState,
  pseudonym: string,
): TemplateResult | typeof nothing {
  const activity = people.activity.find((item) => item.pseudonym === pseudonym);
  if (activity === undefined) return nothing;
  const { since, opened } = activity;
  const count = pseudonym === session.pseudonym ? sessions.own.length : sessions.countOf(pseudonym);
  const parts = [
    gettext("since %(time)s", { time: since.label }),
    opened === null
      ? gettext("has opened no key yet")
      : gettext("last opened the key of %(time)s", { time: opened.label }),
    ngettext("%(count)s session", "%(count)s sessions", count),
  ];
  return html`<span class="small member-activity">${parts.join(" · ")}</span>`;
}

/** For a lead: a colleague has lost a device, and it is not clear yet whether they have to be removed. */
function endSessionsButton(
  { sessions }: SessionState,
  pseudonym: string,
): TemplateResult | typeof nothing {
  const count = sessions.countOf(pseudonym);
  if (count === 0) return nothing;
  return html`<button
    type="button"
    class="plain"
    ?disabled=${sessions.isBusy}
    @click=${() => void sessions.endAllOf(pseudonym)}
  >
    ${ngettext("End %(count)s session", "End %(count)s sessions", count)} ${visuallyHidden(pseudonym)}
  </button>`;
}

/** A screen reader lists buttons without their rows. */
function removeLabel(pseudonym: string): TemplateResult {
  return html`${gettext("Remove…")} ${visuallyHidden(pseudonym)}`;
}

/** It is not signed, so it is shown as what the database says. */
function suspensionView({ people, own }: SessionState, pseudonym: string): TemplateResult {
  return html`<p class="small suspension">
      ${gettext(
        "Suspended by the technician; no lead has signed it. They cannot sign in, but their keys still count until a lead removes them.",
      )}
    </p>
    ${
      own.self.role === "lead"
        ? html`<button
            type="button"
            class="secondary"
            ?disabled=${people.isBusy}
            @click=${() => void people.liftSuspension(pseudonym)}
          >
            ${gettext("Lift the suspension")} ${visuallyHidden(pseudonym)}
          </button>`
        : nothing
    }`;
}

function removalMessages({ memberRemoval: { error, result } }: SessionState): TemplateResult {
  return html`${error === null ? nothing : html`<p class="error" id="removal-error" role="alert" tabindex="-1">${error}</p>`}
    ${result === null ? nothing : html`<p class="summary" id="removal-result" tabindex="-1">${result}</p>`}`;
}

/** People who have used a link. A lead makes them members; moderators see that somebody waits. */
function waitingView(people: People, isLead: boolean): TemplateResult {
  return html`<h2>${gettext("Waiting for a lead")}</h2>
    <ul class="people">
      ${people.waiting.map(
        (waiting, index) => html`<li>
          <b><bdi>${waiting.keys?.pseudonym ?? gettext("Damaged entry")}</bdi></b>
          <span class="small">${roleLabel(waiting.registration.role)}</span>
          ${isLead ? confirmView(people, waiting, index) : nothing}
        </li>`,
      )}
    </ul>`;
}

/** There is no button “they are the same”: only words that were heard can be typed. */
function confirmView(people: People, waiting: Waiting, index: number): TemplateResult {
  const id = `heard-words-${index}`;
  const confirm = (form: HTMLFormElement) => void people.confirm(waiting, formValue(form, id));
  return html`<form class="fields" @submit=${onSubmit(confirm)}>
      <p class="hint" id="${id}-hint">
        ${gettext(
          "Wait for their call, or call them. If you know the voice, type the six words that the person reads to you. Never let anyone send you the words.",
        )}
      </p>
      <label for=${id}>${gettext("The six words that you hear")}</label>
      <input
        id=${id}
        name=${id}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        required
        aria-describedby="${id}-hint"
      />
      ${waiting.isMismatch ? mismatchView() : nothing}
      <div class="field-row">
        <button type="submit" ?disabled=${people.isBusy}>
          ${people.isBusy ? gettext("Signing…") : gettext("Add as a member")}
        </button>
        <button
          type="button"
          class="secondary"
          ?disabled=${people.isBusy}
          @click=${() => void people.discard(waiting)}
        >
          ${gettext("Discard")}
        </button>
      </div>
    </form>`;
}

function mismatchView(): TemplateResult {
  return html`<p class="error" id="words-mismatch" role="alert" tabindex="-1">
    ${gettext(
      "These words do not match. Nothing was signed. Ask for them once more, slowly. If they still differ, somebody else has used the link or intercepts your messages. Discard this registration, and send a new link over another channel.",
    )}
  </p>`;
}

function invitationsView(people: People, isLead: boolean): TemplateResult {
  return html`<h2>${gettext("Pending invitations")}</h2>
    <ul class="people">
      ${people.invitations.map(
        (invitation) => html`<li class="member">
          <span>
            ${roleLabel(invitation.role)}
            <span class="small"
              >${gettext("the link works until %(time)s", { time: invitation.expires.label })}</span
            >
          </span>
          ${isLead ? cancelButton(people, invitation) : nothing}
        </li>`,
      )}
    </ul>`;
}

function cancelButton(people: People, invitation: OpenInvitation): TemplateResult {
  return html`<button
    type="button"
    class="plain"
    ?disabled=${people.isBusy}
    @click=${() => void people.cancelInvitation(invitation)}
  >
    ${gettext("Cancel")} ${visuallyHidden(gettext("the invitation"))}
  </button>`;
}

function inviteView(people: People): TemplateResult {
  const submit = (form: HTMLFormElement) => void people.invite(formValue(form, "role") as Role);
  return html`<h2>${gettext("Invite")}</h2>
    <form @submit=${onSubmit(submit)}>
      <fieldset class="chips">
        <legend>${gettext("Role")}</legend>
        <label
          ><input type="radio" name="role" value="moderator" checked /><span
            >${gettext("Moderator")}</span
          ></label
        >
        <label><input type="radio" name="role" value="lead" /><span>${gettext("Lead")}</span></label>
      </fieldset>
      <p class="small">
        ${gettext(
          "Moderators read and decide. Leads can also invite and remove people, bring removed comments back, and sign imports. Both can read the comments that are waiting now.",
        )}
      </p>
      ${errorView(people.phase === "ready" ? people.error : null, "invite-error")}
      <button type="submit" ?disabled=${people.isBusy}>
        ${gettext("Make a link")}
      </button>
    </form>
    ${people.link === null ? nothing : linkView(people, people.link)}`;
}

function linkView(people: People, link: NonNullable<People["link"]>): TemplateResult {
  return html`<section class="fields" aria-label=${gettext("The link")}>
    <label for="link">
      ${link.role === "lead" ? gettext("Link for a new lead") : gettext("Link for a new moderator")}
    </label>
    <input
      id="link"
      class="code"
      readonly
      aria-describedby="link-hint"
      .value=${link.url}
      @focus=${(event: Event) => (event.currentTarget as HTMLInputElement).select()}
    />
    <p class="hint" id="link-hint">
      ${gettext(
        "This link is shown only once, works once, and is valid for at least %(hours)s hours. It opens nothing by itself: the person who has used it appears above, and joins when you have typed the words that they read to you in a call.",
        { hours: link.hours },
      )}
    </p>
    <button type="button" class="secondary" @click=${() => void people.copyLink()}>
      ${link.isCopied ? gettext("Copied") : gettext("Copy the link")}
    </button>
  </section>`;
}
