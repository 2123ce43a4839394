/** Who works at this desk, and, for a lead, inviting more. */

import { html, nothing, type TemplateResult } from "lit";
import type { Role } from "../api/types.ts";
import type { Desk } from "../app/session-state.ts";
import { errorSentence, failed, onSubmit, textOf } from "../ui/elements.ts";

export function peopleView(desk: Desk): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">People</h1>
    ${listView(desk)} ${desk.session.role === "lead" ? inviteView(desk) : nothing}
  </main>`;
}

function listView({ people, session }: Desk): TemplateResult {
  if (people.phase === "loading") return html`<p class="empty">Opening the list…</p>`;
  if (people.phase === "failed") return failed(people.error ?? "", () => void people.load());
  return html`<ul class="people">
      ${people.list.people.map(
        ({ pseudonym, role }) => html`<li>
          <b><bdi>${pseudonym}</bdi></b> <span class="small">${role}${pseudonym === session.pseudonym ? ", you" : ""}</span>
        </li>`,
      )}
    </ul>
    ${
      people.list.invitations.length === 0
        ? nothing
        : html`<h2>Invited, not here yet</h2>
            <ul class="people">
              ${people.list.invitations.map(({ role, expires }) => html`<li>a ${role} <span class="small">link works until ${expires.label}</span></li>`)}
            </ul>`
    }`;
}

function inviteView({ people }: Desk): TemplateResult {
  const submit = (form: HTMLFormElement) => void people.invite(textOf(form, "role") as Role);
  return html`<h2>Invite</h2>
    <form @submit=${onSubmit(submit)}>
      <fieldset class="chips">
        <legend>Role</legend>
        <label><input type="radio" name="role" value="moderator" checked /><span>Moderator</span></label>
        <label><input type="radio" name="role" value="lead" /><span>Lead</span></label>
      </fieldset>
      <p class="small">
        A moderator reads and decides. A lead can also invite. Both can open what waits now.
      </p>
      ${errorSentence(people.phase === "ready" ? people.error : null, "invite-error")}
      <button type="submit" ?disabled=${people.isBusy}>
        ${people.isBusy ? "Wrapping the keys…" : "Make a link"}
      </button>
    </form>
    ${people.link === null ? nothing : linkView(people)}`;
}

function linkView(people: Desk["people"]): TemplateResult {
  const { link } = people;
  if (link === null) return html``;
  return html`<section class="fields" aria-label="The link">
    <label for="link">Link for a new ${link.role}</label>
    <input
      id="link"
      class="code"
      readonly
      aria-describedby="link-hint"
      .value=${link.url}
      @focus=${(event: Event) => (event.currentTarget as HTMLInputElement).select()}
    />
    <p class="hint" id="link-hint">
      It is shown this once, works once, and for at least ${link.hours} hours. Whoever opens it first joins: send
      it by a way that only this person reads.
    </p>
    <button type="button" class="second" @click=${() => void people.copyLink()}>
      ${link.isCopied ? "Copied" : "Copy the link"}
    </button>
  </section>`;
}
