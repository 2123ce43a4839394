/** Starts the desk in its page, which is the same for every newsroom. */

import { render } from "lit";
import { errorMessage } from "./api/client.ts";
import { takeLocalToken } from "./api/local-token.ts";
import { fetchSite, type Site } from "./api/site.ts";
import { App } from "./app/app.ts";
import { rootView, startView } from "./app/root.ts";
import { gettext, loadCatalogue } from "./i18n.ts";
import { handleShortcut } from "./shortcuts/shortcut-handler.ts";
import { actionFor, wouldChooseOption } from "./shortcuts/shortcuts.ts";
import { loadDetector } from "./text/guess-language.ts";
import { loadLanguages } from "./text/language.ts";
import { isField } from "./ui/dom.ts";
import { loadFailedView, loadingView } from "./ui/elements.ts";

const root = document.querySelector<HTMLElement>("#desk");
if (root === null) throw new Error("the page has no element #desk");

loadCatalogue(document);
loadLanguages(document);
void loadDetector(); // while the moderator signs in
takeLocalToken();
void start(root);

async function start(root: HTMLElement): Promise<void> {
  render(startView(loadingView(gettext("Loading the desk…"))), root);
  try {
    startApp(await fetchSite(), root);
  } catch (error) {
    const failed = loadFailedView(errorMessage(error), () => void start(root));
    render(startView(failed), root);
  }
}

function startApp(site: Site, root: HTMLElement): void {
  document.title = gettext("%(site)s · desk", { site: site.name });
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
}
