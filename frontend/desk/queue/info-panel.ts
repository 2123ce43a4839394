/** The pane beside the comment: details about it, and the decisions since signing in. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { SessionState } from "../app/session-state.ts";
import { type ActivityEntry, decidedText, itemOf } from "../decisions/activity-log.ts";
import { gettext } from "../i18n.ts";
import { excerpt } from "../ui/elements.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import { arrivalLabel, expiryLabel } from "./age.ts";
import type { QueueItem } from "./queue-item.ts";

const ENTRIES_MAX = 12;

export function infoPanel(desk: SessionState): TemplateResult {
  const item = desk.queue.focused;
  const { entries } = desk.decisions.activityLog;
  return html`<section class="info-panel" aria-label=${gettext("About this comment")}>
    ${item === null ? nothing : detailsView(item)}
    <h2>${gettext("Since you signed in")}</h2>
    ${
      entries.length === 0
        ? html`<p class="small">${gettext("No decisions yet.")}</p>`
        : html`<ul>
            ${repeat(
              entries.slice(0, ENTRIES_MAX),
              (entry) => entry,
              (entry) => entryView(desk, entry),
            )}
          </ul>`
    }
  </section>`;
}

function detailsView({ row, recipients }: QueueItem): TemplateResult {
  return html`<h2>${gettext("This comment")}</h2>
    <ul>
      <li>${arrivalLabel(row.age_days)}</li>
      ${row.expires === null ? nothing : html`<li><b>${expiryLabel(row.expires)}</b></li>`}
      <li>
        ${
          recipients.length > 0
            ? gettext("The author has a receipt and can read a note.")
            : gettext("The author has no receipt.")
        }
      </li>
    </ul>`;
}

function entryView({ decisions }: SessionState, entry: ActivityEntry): TemplateResult {
  const item = itemOf(entry);
  const supersededBy =
    entry.items.find(({ superseded }) => superseded !== null)?.superseded ?? null;
  return html`<li class="small">
    ${entry.isUndone ? undoneLabel(entry) : entry.message}
    ${supersededBy === null ? nothing : html`<b class="later">${supersededBy}</b>`}
    ${item === null ? nothing : excerpt(decidedText(item, entry), item.draft.lang)}
    ${
      decisions.activityLog.canUndo(entry)
        ? html`<button type="button" class="plain" @click=${() => void decisions.undo(entry)}>
            ${gettext("Undo")}
          </button>`
        : nothing
    }
  </li>`;
}

function undoneLabel({ message, undoneBy }: ActivityEntry): TemplateResult {
  const decision = html`<s>${message}</s>`;
  if (undoneBy === null) return gettextTemplate("%(decision)s (undone)", { decision });
  const moderator = html`<bdi>${undoneBy}</bdi>`;
  return gettextTemplate("%(decision)s (undone by %(moderator)s)", { decision, moderator });
}
