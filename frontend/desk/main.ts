/** Starts the desk in the page that the server sent. */

import { render } from "lit";
import { App } from "./app/app.ts";
import { appView } from "./app/root.ts";
import { actionFor, isField, isMenuLetter } from "./shortcuts/keyboard.ts";
import { act } from "./shortcuts/shortcut-handler.ts";

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

const root = document.querySelector<HTMLElement>("#desk");
if (root === null) throw new Error("the page has no place for the desk");

const site = {
  site: meta("yobal-site"),
  name: meta("yobal-site-name"),
  isDemo: meta("yobal-demo") === "1",
};
const app = new App(site, () => render(appView(app), root));

addEventListener("keydown", (event) => {
  const action = actionFor(event, isField(event.target));
  const isUsed = action !== null && act(app, action, event);
  if (isUsed || isMenuLetter(event, event.target)) event.preventDefault();
});
for (const fault of ["error", "unhandledrejection"]) addEventListener(fault, () => app.fail());
void app.start();
