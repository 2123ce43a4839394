/** The desk's frame: where one is, when the next slot is, and what calmly asks for attention. */

import { html, nothing, type TemplateResult } from "lit";
import { historyView } from "../history/history-view.ts";
import { peopleView } from "../people/people-view.ts";
import { queueView } from "../queue/queue-view.ts";
import { keysBar } from "../shortcuts/shortcut-bar.ts";
import { demoMark } from "../ui/elements.ts";
import type { App } from "./app.ts";
import { overView } from "./dialogs.ts";
import type { Desk, DeskPlace } from "./session-state.ts";

const PLACES: [DeskPlace, string][] = [
  ["queue", "Queue"],
  ["history", "History"],
  ["people", "People"],
];

export function deskView(desk: Desk, app: App): TemplateResult {
  return html`<div class="desk" data-place=${desk.place}>
    <div class="above-keys">
      ${app.site.isDemo ? demoMark() : nothing}
      <header class="top">
        <b class="name"><bdi>${desk.session.site_name}</bdi> · desk</b>
        <nav aria-label="Desk">${PLACES.map(([place, label]) => placeLink(desk, place, label))}</nav>
        <p class="me">
          ${nowView(desk)}
          <bdi>${desk.session.pseudonym}</bdi>
          <button type="button" class="plain" @click=${() => void app.lock()}>Lock</button>
        </p>
      </header>
      ${notices(desk)} ${placeView(desk)}
    </div>
    ${keysBar(desk)} ${overView(desk)}
  </div>`;
}

/** The numbers of the head, or why they are not known, in the same place. */
function nowView(desk: Desk): TemplateResult {
  const { nextSlot, held } = desk.queue;
  const next = desk.session.is_clock_trusted
    ? `next slot ${nextSlot.label}`
    : "nothing is released";
  if (!desk.hasEnded) return html`<span>${next} · ${held} held</span>`;
  return html`<span role="status">Your session has ended.</span>
    <button type="button" class="plain" @click=${() => void desk.renew()}>Sign in again</button>`;
}

function placeLink(desk: Desk, place: DeskPlace, label: string): TemplateResult {
  const isHere = desk.place === place;
  return html`<a href="#${place}" aria-current=${isHere ? "page" : nothing}>${label}</a>`;
}

function placeView(desk: Desk): TemplateResult {
  if (desk.place === "history") return historyView(desk);
  return desk.place === "people" ? peopleView(desk) : queueView(desk);
}

function notices(desk: Desk): TemplateResult {
  return html`<section class="notices" aria-label="Notices">
    ${
      !desk.session.is_clock_trusted
        ? html`<p class="notice care" role="status">
            The server doubts its clock, so nothing is released and nothing is destroyed until
            somebody has looked at it. What you decide is kept. Tell whoever looks after the
            server; the command “yobal doctor” says what to do.
          </p>`
        : nothing
    }
    ${
      desk.keys.isKept
        ? nothing
        : html`<p class="notice">
            This browser cannot keep your key: after a reload it asks for your passphrase again.
          </p>`
    }
    ${
      needsSecondLead(desk)
        ? html`<p class="notice">
            You are the only lead. If you lose your passphrase and your sheet, nobody can open what
            waits. <a href="#people">Invite a second lead</a>
          </p>`
        : nothing
    }
  </section>`;
}

function needsSecondLead({ session, people }: Desk): boolean {
  if (session.role !== "lead" || !session.needs_second_lead) return false;
  return people.list.people.filter(({ role }) => role === "lead").length < 2;
}
