/** The frame of every page, and which page stands in it. */

import { html, nothing, type TemplateResult } from "lit";
import { FAULT } from "../api/client.ts";
import { joinView } from "../sign-in/join-view.ts";
import { recoverView } from "../sign-in/recovery-view.ts";
import { signInPage } from "../sign-in/sign-in-view.ts";
import { demoMark, failed } from "../ui/elements.ts";
import type { App } from "./app.ts";
import { deskView } from "./desk-view.ts";

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
