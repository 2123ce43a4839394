/** The tab with imports: which of them wait for a lead, a sample to read, and the two buttons. */

import { html, nothing, type TemplateResult } from "lit";
import type { ImportOverview, ImportStory, SampleComment } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import {
  displayName,
  loadFailedView,
  loadingView,
  readerText,
  visuallyHidden,
} from "../ui/elements.ts";
import type { Imports } from "./imports.ts";

export function importsView({ imports }: SessionState): TemplateResult {
  return html`<main class="page">
    <h1 tabindex="-1">${gettext("Imports")}</h1>
    ${
      imports.phase === "ready" && imports.error !== null
        ? html`<p class="error" id="imports-error" role="alert" tabindex="-1">${imports.error}</p>`
        : nothing
    }
    ${bodyView(imports)}
  </main>`;
}

function bodyView(imports: Imports): TemplateResult {
  if (imports.phase === "loading") return loadingView(gettext("Loading the imports…"));
  if (imports.phase === "failed") {
    return loadFailedView(imports.error ?? "", () => void imports.load());
  }
  if (imports.imports.length === 0) {
    return html`<p class="empty">
      ${gettext(
        "Nothing was imported. The technician can bring in comments from another system with “yobal import”; they appear here first.",
      )}
    </p>`;
  }
  return html`${imports.imports.map((overview) => importView(imports, overview))}`;
}

function importView(imports: Imports, overview: ImportOverview): TemplateResult {
  const headingId = `import-${overview.import_id}`;
  return html`<section class="import" aria-labelledby=${headingId}>
    <h2 id=${headingId}><bdi>${overview.source}</bdi></h2>
    <p>${stateText(overview)}</p>
    ${
      overview.sealed_count === 0
        ? nothing
        : html`<p class="small">
            ${ngettext(
              "%(count)s more comment of this import had no state. It is sealed, and moderators decide on it in the queue.",
              "%(count)s more comments of this import had no state. They are sealed, and moderators decide on them in the queue.",
              overview.sealed_count,
            )}
          </p>`
    }
    ${overview.stories.length === 0 ? nothing : storiesView(imports, overview)}
    ${sampleView(imports, overview)}
    ${overview.state === "waiting" ? actionsView(imports, overview) : nothing}
  </section>`;
}

function stateText(overview: ImportOverview): string {
  const { state, comments, signed_by, appears } = overview;
  const values = { by: signed_by ?? "", time: appears?.label ?? "" };
  switch (state) {
    case "reading":
      return gettext(
        "The technician’s command has not finished reading its file. You can sign the import once it has.",
      );
    case "waiting":
      return ngettext(
        "%(count)s comment is waiting for a lead. Readers do not see it yet.",
        "%(count)s comments are waiting for a lead. Readers do not see them yet.",
        comments,
      );
    case "signed":
      return gettext("Signed by %(by)s. Its comments appear from %(time)s on.", values);
    case "stopped":
      return gettext(
        "Signed by %(by)s, but stopped: some comments in the database are not those that were signed, so they do not appear. Tell your technician: “yobal doctor” explains what to do.",
        values,
      );
    case "published":
      return ngettext(
        "%(count)s comment, signed and published.",
        "%(count)s comments, signed and published.",
        comments,
      );
  }
}

function storiesView(imports: Imports, overview: ImportOverview): TemplateResult {
  const hidden = overview.story_count - overview.stories.length;
  return html`<table class="import-stories">
      <thead>
        <tr>
          <th scope="col">${gettext("Story")}</th>
          <th scope="col">${gettext("Comments")}</th>
          <th scope="col">${gettext("Days")}</th>
        </tr>
      </thead>
      <tbody>
        ${overview.stories.map((story) => storyRow(imports, overview, story))}
      </tbody>
    </table>
    ${
      hidden > 0
        ? html`<p class="small">
            ${ngettext("and %(count)s more story", "and %(count)s more stories", hidden)}
          </p>`
        : nothing
    }`;
}

function storyRow(imports: Imports, overview: ImportOverview, story: ImportStory): TemplateResult {
  return html`<tr>
    <td>
      <button
        type="button"
        class="plain"
        ?disabled=${imports.isBusy}
        @click=${() => void imports.loadSample(overview, story.story_id)}
      >
        ${visuallyHidden(gettext("Read some comments of"))} <bdi>${story.title}</bdi>
      </button>
    </td>
    <td>${story.comments}</td>
    <td>${daysView(story)}</td>
  </tr>`;
}

function daysView({ first_day, last_day }: ImportStory): TemplateResult {
  const first = html`<time datetime=${first_day}>${first_day}</time>`;
  if (first_day === last_day) return first;
  return html`${first} – <time datetime=${last_day}>${last_day}</time>`;
}

function sampleView(
  imports: Imports,
  { import_id }: ImportOverview,
): TemplateResult | typeof nothing {
  const sample = imports.samples.get(import_id);
  if (sample === undefined) return nothing;
  return html`<h3 id="sample-${import_id}" tabindex="-1">${gettext("A sample")}</h3>
    <ul class="import-sample">
      ${sample.map(sampleRow)}
    </ul>`;
}

function sampleRow(comment: SampleComment): TemplateResult {
  return html`<li>
    <p class="small">
      <b>${displayName(comment.name, comment.lang)}</b> ·
      <time datetime=${comment.day}>${comment.day}</time> · <bdi>${comment.story_title}</bdi>
      ${comment.is_reply ? html`· ${gettext("a reply")}` : nothing}
    </p>
    <p class="excerpt">${readerText(comment.text, comment.lang)}</p>
  </li>`;
}

function actionsView(imports: Imports, overview: ImportOverview): TemplateResult {
  if (imports.refusingId === overview.import_id) return refuseView(imports, overview);
  return html`<p class="hint">
      ${gettext(
        "Read some of them first. Your signature lets all of them appear; moderators can remove individual comments afterwards.",
      )}
    </p>
    <div class="field-row">
      <button type="button" class="secondary" ?disabled=${imports.isBusy} @click=${() => void imports.loadSample(overview)}>
        ${
          imports.samples.has(overview.import_id)
            ? gettext("Show others")
            : gettext("Show some of them")
        }
      </button>
      <button type="button" ?disabled=${imports.isBusy} @click=${() => void imports.sign(overview)}>
        ${imports.isBusy ? gettext("One moment…") : gettext("Sign")}
      </button>
      <button type="button" class="secondary" ?disabled=${imports.isBusy} @click=${() => imports.askToRefuse(overview.import_id)}>
        ${gettext("Refuse…")}
      </button>
    </div>`;
}

function refuseView(imports: Imports, overview: ImportOverview): TemplateResult {
  return html`<div class="notice warning">
    <p id="refuse-question" tabindex="-1">
      ${gettext(
        "All comments of this import will be deleted here, including those that are waiting in the queue. The technician can import the file again.",
      )}
    </p>
    <div class="field-row">
      <button type="button" ?disabled=${imports.isBusy} @click=${() => void imports.refuse(overview)}>
        ${gettext("Delete them")}
      </button>
      <button type="button" class="secondary" ?disabled=${imports.isBusy} @click=${() => imports.askToRefuse(null)}>
        ${gettext("Cancel")}
      </button>
    </div>
  </div>`;
}
