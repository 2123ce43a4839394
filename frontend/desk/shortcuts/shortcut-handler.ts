/** What an action from the keyboard does, where the desk can take it. */

import type { App } from "../app/app.ts";
import type { Desk } from "../app/session-state.ts";
import {
  chooseClauseNumber,
  closePanels,
  goOn,
  maskSelection,
  openEditor,
  openRejection,
  publish,
  reject,
} from "../editor/actions.ts";
import type { Item } from "../queue/queue-item.ts";
import type { Action } from "./keyboard.ts";
import { areKeysOn, isField } from "./keyboard.ts";

/** True where the key was used. Over an open dialog only the dialog's own keys work. */
export function act(app: App, action: Action, event: KeyboardEvent): boolean {
  if (app.page.kind !== "desk") return false;
  const { desk } = app.page;
  if (desk.again !== null || !isAllowed(action)) return false;
  if (typeof action === "object" && chooseElsewhere(desk, action.clause)) return true;
  if (desk.over !== null) return false;
  if (action === "help") {
    desk.show("help");
    return true;
  }
  return desk.place === "queue" && actInQueue(desk, action, event);
}

/** Leaving and sending are no single letters: they work where those are switched off. */
function isAllowed(action: Action): boolean {
  return action === "leave" || action === "send" || areKeysOn();
}

/** The number of a clause where many are rejected, or a published comment is removed. */
function chooseElsewhere(desk: Desk, number: number): boolean {
  const clause = desk.session.terms.clauses[number - 1];
  if (clause === undefined) return false;
  const isAsked = desk.over === "reject-all";
  const { removing } = desk.history;
  if (isAsked) desk.rejectAllClause = clause.key;
  else if (desk.over === null && desk.place === "history" && removing) removing.clause = clause.key;
  else return false;
  desk.host.say(clause.title);
  desk.host.focusOn(`${isAsked ? "dialog" : ".removing"} input[value="${clause.key}"]`);
  return true;
}

function actInQueue(desk: Desk, action: Action, event: KeyboardEvent): boolean {
  if (action === "undo") {
    void desk.decisions.undoLast();
    return true;
  }
  if (action === "next") {
    goOn(desk, event.repeat);
    return true;
  }
  const item = desk.queue.focused;
  if (action === "leave") return leave(desk, item, event.target);
  return item !== null && actOn(desk, item, action);
}

function actOn(desk: Desk, item: Item, action: Action): boolean {
  if (typeof action === "object") {
    chooseClauseNumber(desk, item, action.clause);
    return true;
  }
  if (action === "send") return send(desk, item);
  if (action === "previous") desk.queue.step(-1);
  else decide(desk, item, action);
  return true;
}

function decide(desk: Desk, item: Item, action: Action): void {
  if (action === "publish") publish(desk, item);
  else if (action === "edit") openEditor(desk, item);
  else if (action === "mask") maskSelection(desk, item);
  else if (item.mode === "reject") reject(desk, item);
  else openRejection(desk, item);
}

/** What the open panel is for; a comment that is only read is never decided by this. */
function send(desk: Desk, item: Item): boolean {
  if (item.mode === "edit") publish(desk, item);
  else if (item.mode === "reject") reject(desk, item);
  return item.mode !== "read";
}

/** First out of the field, so that keys work; then out of the panel. */
function leave(desk: Desk, item: Item | null, target: EventTarget | null): boolean {
  const isInField = isField(target);
  if (isInField) desk.host.focusOn("#focus");
  else if (item !== null && item.mode !== "read") closePanels(desk, item);
  else return false;
  return true;
}
