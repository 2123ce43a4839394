/** The line above a page outside the desk: the site to which it belongs. */

import { html, type TemplateResult } from "lit";
import { gettextTemplate } from "../ui/rich-text.ts";

export function siteHeading(siteName: string): TemplateResult {
  return html`<p class="site-name">
    ${gettextTemplate("%(site)s · desk", { site: html`<bdi>${siteName}</bdi>` })}
  </p>`;
}
