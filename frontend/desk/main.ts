/** Starts the desk in the page that the server sent. */

import { render } from "lit";
import { App } from "./app/app.ts";
import { rootView } from "./app/root.ts";
import { loadCatalogue } from "./i18n.ts";
import { handleShortcut } from "./shortcuts/shortcut-handler.ts";
import { actionFor, wouldChooseOption } from "./shortcuts/shortcuts.ts";
import { loadDetector } from "./text/guess-language.ts";
import { loadLanguages } from "./text/language.ts";
import { isField } from "./ui/dom.ts";

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

const root = document.querySelector<HTMLElement>("#desk");
if (root === null) throw new Error("the page has no element #desk");

loadCatalogue(document);
loadLanguages(document);
void loadDetector(); // while the moderator signs in
const site = {
  id: meta("yobal-site"),
  name: meta("yobal-site-name"),
  isDemo: meta("yobal-demo") === "1",
};
const app = new App(site, () => render(rootView(app), root));

addEventListener("keydown", (event) => {
  const action = actionFor(event, isField(event.target));
  const isHandled = action !== null && handleShortcut(app, action, event);
  if (isHandled || wouldChooseOption(event, event.target)) event.preventDefault();
});
for (const fault of ["error", "unhandledrejection"]) {
  addEventListener(fault, () => app.reportFault());
}
void app.start();
