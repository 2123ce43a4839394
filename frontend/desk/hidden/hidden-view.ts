/** The tab with removed comments: the text, who removed it, when it is destroyed, and the button that brings it back. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { HiddenComment } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { clauseTitle } from "../decisions/messages.ts";
import { gettext } from "../i18n.ts";
import {
  displayName,
  errorView,
  loadFailedView,
  loadingView,
  readerText,
  visuallyHidden,
} from "../ui/elements.ts";
import { gettextTemplate } from "../ui/rich-text.ts";
import type { Hidden } from "./hidden.ts";

export function hiddenView(desk: SessionState): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">${gettext("Hidden")}</h1>
    <p class="small">
      ${gettext(
        "Moderators removed these comments, and readers no longer see them. Each text is destroyed at the second slot after its removal; until then a lead can bring it back.",
      )}
    </p>
    ${bodyView(desk)}
  </main>`;
}

function bodyView(desk: SessionState): TemplateResult {
  const { hidden } = desk;
  if (hidden.phase === "loading") return loadingView(gettext("Loading the list…"));
  if (hidden.phase === "failed") {
    return loadFailedView(hidden.error ?? "", () => void hidden.load());
  }
  return html`${errorView(hidden.error, "hidden-error")}
    ${
      hidden.comments.length === 0
        ? html`<p class="empty">${gettext("There are no hidden comments.")}</p>`
        : listView(desk)
    }`;
}

function listView(desk: SessionState): TemplateResult {
  const { hidden } = desk;
  const isLead = desk.own.self.role === "lead";
  return html`${isLead ? bringBackAllView(hidden) : nothing}
    <ol class="history">
      ${repeat(
        hidden.comments,
        ({ comment_id }) => comment_id,
        (comment) => commentView(desk, comment, isLead),
      )}
    </ol>
    ${
      hidden.nextCursor === null
        ? nothing
        : html`<button type="button" class="secondary" @click=${() => void hidden.loadMore()}>
            ${gettext("Show more")}
          </button>`
    }`;
}

/** If somebody removed many: one press for each moderator who did. */
function bringBackAllView(hidden: Hidden): TemplateResult | typeof nothing {
  const { moderators } = hidden;
  if (moderators.length === 0) return nothing;
  return html`<p class="actions">
    ${moderators.map(
      ([moderator]) => html`<button
        type="button"
        class="secondary"
        ?disabled=${hidden.isBusy}
        @click=${() => void hidden.bringBackAllBy(moderator)}
      >
        ${gettextTemplate("Bring back all that %(moderator)s removed", {
          moderator: html`<bdi>${moderator}</bdi>`,
        })}
      </button>`,
    )}
  </p>`;
}

function commentView(desk: SessionState, comment: HiddenComment, isLead: boolean): TemplateResult {
  const { text, name, lang } = comment;
  return html`<li class="decision" tabindex="-1" data-id=${comment.comment_id}>
    <p>${removedByView(desk, comment)} · <bdi>${comment.story_title}</bdi></p>
    ${
      text === null
        ? html`<p class="small">
            ${gettext(
              "This text cannot be opened: the server was restored without its key. It can be brought back only if your technician finds the file of cells.",
            )}
          </p>`
        : html`<p class="excerpt">${readerText(text, lang ?? "und")}</p>`
    }
    ${fateView(comment)}
    <div class="decision-footer">
      <p class="small">${text === null ? nothing : displayName(name ?? "", lang ?? "und")}</p>
      ${isLead && desk.hidden.destroyingId !== comment.comment_id ? buttonsView(desk.hidden, comment) : nothing}
    </div>
    ${desk.hidden.destroyingId === comment.comment_id ? destructionView(desk.hidden, comment) : nothing}
  </li>`;
}

function removedByView({ session }: SessionState, comment: HiddenComment): TemplateResult {
  const clause = clauseTitle(session.terms, comment.clause ?? "");
  if (comment.decided_by === "") {
    return gettextTemplate("%(verdict)s before the server was restored (%(clause)s)", {
      verdict: html`<b>${gettext("Removed")}</b>`,
      clause,
    });
  }
  return gettextTemplate("%(verdict)s by %(moderator)s (%(clause)s)", {
    verdict: html`<b>${gettext("Removed")}</b>`,
    moderator: html`<bdi>${comment.decided_by}</bdi>`,
    clause,
  });
}

function fateView({ destroyed_with }: HiddenComment): TemplateResult {
  if (destroyed_with !== null) {
    return html`<p class="small">
      ${gettext("Will be destroyed at the slot %(time)s", { time: destroyed_with.label })}
    </p>`;
  }
  return html`<p class="small care">
    ${gettext(
      "Waiting for a lead: it will not be destroyed until a lead has decided. The moderator removed many comments or is no longer a member, or the server was restored.",
    )}
  </p>`;
}

function buttonsView(hidden: Hidden, comment: HiddenComment): TemplateResult {
  const what = visuallyHidden(comment.name === "" ? gettext("Anonymous") : comment.name);
  return html`<p class="actions">
    ${
      comment.text === null
        ? nothing
        : html`<button
            type="button"
            class="plain"
            ?disabled=${hidden.isBusy}
            @click=${() => void hidden.bringBack(comment)}
          >
            ${gettext("Bring back")} ${what}
          </button>`
    }
    <button
      type="button"
      class="plain"
      ?disabled=${hidden.isBusy}
      @click=${() => hidden.askToDestroy(comment)}
    >
      ${gettext("Destroy now…")} ${what}
    </button>
  </p>`;
}

function destructionView(hidden: Hidden, comment: HiddenComment): TemplateResult {
  return html`<section class="removal-form destruction" aria-label=${gettext("Destroy now")}>
    <p class="small">
      ${gettext("This text cannot be brought back after that. The history shows who destroyed it.")}
    </p>
    <p class="actions">
      <button type="button" ?disabled=${hidden.isBusy} @click=${() => void hidden.destroy(comment)}>
        ${gettext("Destroy for good")}
      </button>
      <button type="button" class="secondary" @click=${() => hidden.askToDestroy(null)}>
        ${gettext("Cancel")}
      </button>
    </p>
  </section>`;
}
