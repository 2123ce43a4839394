/** The frame of every page, and which page stands in it. */

import { html, nothing, type TemplateResult } from "lit";
import type { App } from "../model/app.ts";
import { FAULT } from "../wire/api.ts";
import { deskView } from "./desk.ts";
import { joinView } from "./join.ts";
import { demoMark, failed } from "./parts.ts";
import { recoverView } from "./recover.ts";
import { signInPage } from "./sign-in.ts";

export function appView(app: App): TemplateResult {
  // The desk has a frame of its own, and shows the mark within it.
  const isMarked = app.site.isDemo && app.page.kind !== "desk";
  return html`${isMarked ? demoMark() : nothing}
    ${app.hasFailed ? html`<p class="notice care" role="alert">${FAULT}</p>` : nothing} ${pageView(app)}
    <p class="spoken" role="status" aria-live="polite">${app.host.spoken}</p>`;
}

function pageView(app: App): TemplateResult {
  const { page, site } = app;
  switch (page.kind) {
    case "loading":
      return html`<main class="sheet-page"><p class="empty">Opening the desk…</p></main>`;
    case "locking":
      return html`<main class="sheet-page"><p class="empty">Locking the desk…</p></main>`;
    case "failed":
      return html`<main class="sheet-page">${failed(page.sentence, () => void app.start())}</main>`;
    case "sign-in":
      return signInPage(page.signIn, site.name);
    case "join":
      return joinView(page.join, site);
    case "recover":
      return recoverView(page.recovery, site.name);
    case "desk":
      return deskView(page.desk, app);
  }
}
