/** `/@/embed.js`, the one line in a newsroom's template: threads and counts on its own pages.
 *
 * It stores nothing, asks for nothing again, and writes no markup.
 */

import { defineCount } from "./count-element.ts";
import { defineThread } from "./thread-element.ts";

// A module has no current script. Its own address is that of the one line in the page.
const script = document.currentScript ?? document.querySelector('script[src*="/@/embed.js"]');
if (script instanceof HTMLScriptElement && !customElements.get("yobal-comments")) {
  const siteUrl = new URL("../", script.src).href; // of …/SITE/@/embed.js
  defineThread(siteUrl);
  defineCount(siteUrl);
}
