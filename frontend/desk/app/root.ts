/** The whole page: the current screen, and what every screen has. */

import { html, nothing, type TemplateResult } from "lit";
import { pageFaultMessage } from "../api/client.ts";
import { gettext } from "../i18n.ts";
import { lockedView } from "../lock/locked-view.ts";
import { notTrustedView } from "../roster/not-trusted-view.ts";
import { resumptionPage } from "../roster/resumption-view.ts";
import { accessEndedView } from "../sign-in/access-ended-view.ts";
import { joinView } from "../sign-in/join-view.ts";
import { recoveryView } from "../sign-in/recovery-view.ts";
import { signInPage } from "../sign-in/sign-in-view.ts";
import { demoBanner, loadFailedView, loadingView } from "../ui/elements.ts";
import type { App } from "./app.ts";
import { deskView } from "./desk-view.ts";

/** Before the server has said which newsroom this is. */
export function startView(content: TemplateResult): TemplateResult {
  return html`<main class="narrow-page">${content}</main>`;
}

export function rootView(app: App): TemplateResult {
  // The desk fills the window, and shows the banner inside it.
  const hasBanner = app.site.isDemo && app.screen.kind !== "desk";
  return html`${hasBanner ? demoBanner() : nothing}
    ${
      app.hasFault
        ? html`<p class="notice warning" role="alert">${pageFaultMessage()}</p>`
        : nothing
    }
    ${screenView(app)}
    <p class="visually-hidden" role="status" aria-live="polite">${app.dom.announcement}</p>`;
}

function screenView(app: App): TemplateResult {
  const { screen, site } = app;
  switch (screen.kind) {
    case "loading":
      return startView(loadingView(gettext("Loading the desk…")));
    case "locking":
      return startView(loadingView(gettext("Locking the desk…")));
    case "failed":
      return startView(loadFailedView(screen.message, () => void app.start()));
    case "sign-in":
      return signInPage(screen.signIn, site);
    case "locked":
      return lockedView(screen.locked, {
        siteName: site.name,
        draftCount: app.draftCount,
        signOut: () => void app.signOut(),
      });
    case "join":
      return joinView(screen.join, site.name);
    case "recover":
      return recoveryView(screen.recovery, site.name);
    case "not-trusted":
      return notTrustedView(screen.problem, screen.pin, app);
    case "resume":
      return resumptionPage(screen.resumption, site.name);
    case "ended":
      return accessEndedView(screen.message, site.name);
    case "desk":
      return deskView(screen.desk, app);
  }
}
