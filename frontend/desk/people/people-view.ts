/** The tab with the desk's moderators and, for a lead, the form to invite more. */

import { html, nothing, type TemplateResult } from "lit";
import type { Role } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { gettext } from "../i18n.ts";
import { errorView, loadFailedView, loadingView } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import type { People } from "./people.ts";

export function peopleView(desk: SessionState): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">${gettext("People")}</h1>
    ${listView(desk)} ${desk.session.role === "lead" ? inviteView(desk.people) : nothing}
  </main>`;
}

function roleLabel(role: Role): string {
  return role === "lead" ? gettext("lead") : gettext("moderator");
}

function listView({ people, session }: SessionState): TemplateResult {
  if (people.phase === "loading") return loadingView(gettext("Loading the list…"));
  if (people.phase === "failed") {
    return loadFailedView(people.error ?? "", () => void people.load());
  }
  return html`<ul class="people">
      ${people.list.people.map(
        ({ pseudonym, role }) => html`<li>
          <b><bdi>${pseudonym}</bdi></b> <span class="small">${
            pseudonym === session.pseudonym
              ? gettext("%(role)s, you", { role: roleLabel(role) })
              : roleLabel(role)
          }</span>
        </li>`,
      )}
    </ul>
    ${people.list.invitations.length === 0 ? nothing : invitationsView(people)}`;
}

function invitationsView({ list }: People): TemplateResult {
  return html`<h2>${gettext("Pending invitations")}</h2>
    <ul class="people">
      ${list.invitations.map(
        ({ role, expires }) => html`<li>
          ${roleLabel(role)}
          <span class="small">${gettext("the link works until %(time)s", { time: expires.label })}</span>
        </li>`,
      )}
    </ul>`;
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
          "Moderators read and decide. Leads can also invite. Both can read the comments that are waiting now.",
        )}
      </p>
      ${errorView(people.phase === "ready" ? people.error : null, "invite-error")}
      <button type="submit" ?disabled=${people.isBusy}>
        ${people.isBusy ? gettext("Encrypting the keys…") : gettext("Make a link")}
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
        "This link is shown only once, works once, and is valid for at least %(hours)s hours. The first person who opens it joins: send it over a channel that only this person reads.",
        { hours: link.hours },
      )}
    </p>
    <button type="button" class="secondary" @click=${() => void people.copyLink()}>
      ${link.isCopied ? gettext("Copied") : gettext("Copy the link")}
    </button>
  </section>`;
}
