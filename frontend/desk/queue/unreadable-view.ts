/** Comments that cannot be read: counted and explained, so that no comment disappears silently. */

import { html, nothing, type TemplateResult } from "lit";
import type { SessionState } from "../app/session-state.ts";
import type { UnreadableReason } from "../crypto/envelope.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { UnreadableRow } from "./decrypt-page.ts";

export function unreadableView({ queue, session }: SessionState): TemplateResult {
  const rowsFor = (reason: UnreadableReason) =>
    queue.unreadable.filter((row) => row.reason === reason);
  const noKeyCount = Math.max(rowsFor("no_key").length, session.unreadable_count);
  return html`${reasonView("no_key", noKeyCount, [])}
  ${(["moved", "damaged"] as const).map((reason) => {
    const rows = rowsFor(reason);
    return reasonView(reason, rows.length, rows);
  })}`;
}

function reasonView(
  reason: UnreadableReason,
  count: number,
  rows: UnreadableRow[],
): TemplateResult | typeof nothing {
  if (count === 0) return nothing;
  return html`<p class="unreadable small">
      <b
        >${ngettext(
          "%(count)s comment cannot be read.",
          "%(count)s comments cannot be read.",
          count,
        )}</b
      >
      ${explanation(reason)}
    </p>
    ${rows.length === 0 ? nothing : idsView(rows)}`;
}

function explanation(reason: UnreadableReason): string {
  switch (reason) {
    case "no_key":
      return gettext(
        "You do not have the key: it was in use before you joined, or before the keys were replaced. A lead who has the key can read such a comment.",
      );
    case "moved":
      return gettext(
        "Such a comment was encrypted for another story or thread than the one it is stored in. Someone may have changed the database: tell your technician. It cannot be published.",
      );
    case "damaged":
      return gettext("The encrypted data is damaged. Tell your technician.");
  }
}

function idsView(rows: UnreadableRow[]): TemplateResult {
  return html`<details class="small">
    <summary>${gettext("For your technician: the comments' ids")}</summary>
    <ul class="ids">${rows.map(({ row }) => html`<li class="code">${row.comment_id}</li>`)}</ul>
  </details>`;
}
