/** The page after a person was removed or suspended, or has left. */

import { html, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { siteHeading } from "./site-heading.ts";

export function accessEndedView(message: string, siteName: string): TemplateResult {
  return html`<main class="narrow-page">
    ${siteHeading(siteName)}
    <h1 tabindex="-1">${gettext("This desk is closed for you")}</h1>
    <p role="alert">${message}</p>
    <p>${gettext("Your keys were deleted from this device.")}</p>
    <p><a href="/">${gettext("To the sign-in page")}</a></p>
  </main>`;
}
