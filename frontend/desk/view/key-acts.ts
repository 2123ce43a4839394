/** What an action from the keyboard does, where the desk can take it. */

import type { Action } from "../keyboard.ts";
import { areKeysOn, isField } from "../keyboard.ts";
import type { App } from "../model/app.ts";
import type { Desk } from "../model/desk.ts";
import type { Item } from "../model/item.ts";
import {
  chooseClauseNumber,
  closePanels,
  maskSelection,
  openEditor,
  openRejection,
} from "./acts.ts";

/** True where the key was used. Over an open dialog only the dialog's own keys work. */
export function act(app: App, action: Action, target: EventTarget | null): boolean {
  if (app.page.kind !== "desk") return false;
  const { desk } = app.page;
  if (desk.again !== null || desk.over !== null) return false;
  if (action !== "leave" && !areKeysOn()) return false;
  if (action === "help") {
    desk.show("help");
    return true;
  }
  if (desk.place !== "queue") return false;
  if (action === "undo") {
    void desk.decisions.undoLast();
    return true;
  }
  const item = desk.queue.focused;
  return item !== null && actOn(desk, item, action, target);
}

function actOn(desk: Desk, item: Item, action: Action, target: EventTarget | null): boolean {
  if (typeof action === "object") {
    chooseClauseNumber(desk, item, action.clause);
    return true;
  }
  switch (action) {
    case "next":
      desk.queue.step(1);
      return true;
    case "previous":
      desk.queue.step(-1);
      return true;
    case "leave":
      return leave(desk, item, target);
    default:
      decide(desk, item, action);
      return true;
  }
}

function decide(desk: Desk, item: Item, action: Action): void {
  if (action === "publish") publish(desk, item);
  else if (action === "edit") openEditor(desk, item);
  else if (action === "mask") maskSelection(desk, item);
  else if (item.mode === "reject") void desk.decisions.reject(item);
  else openRejection(desk, item);
}

/** Never from within a rejection: there the two keys lie too near to each other's meaning. */
function publish(desk: Desk, item: Item): void {
  if (item.mode !== "reject") void desk.decisions.publish(item);
}

/** First out of the field, so that keys work; then out of the panel. */
function leave(desk: Desk, item: Item, target: EventTarget | null): boolean {
  if (item.mode === "read") return false;
  if (isField(target)) desk.host.focusOn("#focus");
  else closePanels(desk, item);
  return true;
}
