/** Carries out the action of a shortcut where it applies. */

import type { App } from "../app/app.ts";
import type { SessionState } from "../app/session-state.ts";
import {
  chooseClauseNumber,
  chooseEditKind,
  closePanels,
  goToNext,
  insertNextPresetNote,
  maskSelection,
  openEditor,
  openRejection,
  publish,
  reject,
} from "../editor/actions.ts";
import type { QueueItem } from "../queue/queue-item.ts";
import { isField } from "../ui/dom.ts";
import { type Action, areSingleKeysEnabled, shortcutFor } from "./shortcuts.ts";

/** Returns whether the key was used. An open dialog leaves only its own keys. */
export function handleShortcut(app: App, action: Action, event: KeyboardEvent): boolean {
  if (app.screen.kind !== "desk") return false;
  if (action === "lock") void app.lock(); // whatever is open over the desk
  return action === "lock" || handleAtDesk(app.screen.desk, action, event);
}

function handleAtDesk(desk: SessionState, action: Action, event: KeyboardEvent): boolean {
  const shortcut = shortcutFor(action);
  if (shortcut === undefined || desk.reauth !== null) return false;
  if (shortcut.isSingleKey && !areSingleKeysEnabled()) return false;
  if (typeof action === "object" && chooseClauseElsewhere(desk, action.clause)) return true;
  if (desk.dialog !== null) return false;
  if (shortcut.scope !== "desk" && desk.tab !== "queue") return false;
  const item = desk.queue.focused;
  if (shortcut.scope !== "comment") return act(desk, item, action, event);
  return item !== null && actOnComment(desk, item, action);
}

/** The number of a clause in the dialog for a bulk rejection, or in the form for a removal. */
function chooseClauseElsewhere(desk: SessionState, number: number): boolean {
  const clause = desk.session.terms.clauses[number - 1];
  if (clause === undefined) return false;
  const isBulkReject = desk.dialog === "bulk-reject";
  const { removing } = desk.history;
  if (isBulkReject) desk.bulkRejectClause = clause.key;
  else if (desk.dialog === null && desk.tab === "history" && removing) removing.clause = clause.key;
  else return false;
  desk.dom.announce(clause.title);
  const form = isBulkReject ? "dialog" : ".removal-form";
  desk.dom.focusOn(`${form} input[value="${clause.key}"]`);
  return true;
}

function act(
  desk: SessionState,
  item: QueueItem | null,
  action: Action,
  event: KeyboardEvent,
): boolean {
  switch (action) {
    case "help":
      desk.openDialog("shortcuts");
      return true;
    case "undo":
      desk.undoLast();
      return true;
    case "next":
      goToNext(desk, event.repeat);
      return true;
    case "history":
      location.hash = desk.tab === "history" ? "#queue" : "#history";
      return true;
    case "leave":
      return leave(desk, item, event.target);
    default:
      return false;
  }
}

function actOnComment(desk: SessionState, item: QueueItem, action: Action): boolean {
  if (typeof action === "object") {
    chooseClauseNumber(desk, item, action.clause);
    return true;
  }
  switch (action) {
    case "previous":
      desk.queue.step(-1);
      return true;
    case "publish":
      publish(desk, item);
      return true;
    case "edit":
      openEditor(desk, item);
      return true;
    case "mask":
      maskSelection(desk, item);
      return true;
    case "masked":
    case "shortened":
    case "reworded":
      return chooseEditKind(desk, item, action);
    case "preset-note":
      return insertNextPresetNote(desk, item);
    case "reject":
      if (item.mode === "reject") reject(desk, item);
      else openRejection(desk, item);
      return true;
    case "send":
      return submitPanel(desk, item);
    default:
      return false;
  }
}

/** Submits the open panel; never decides on a comment without one. */
function submitPanel(desk: SessionState, item: QueueItem): boolean {
  if (item.mode === "edit") publish(desk, item);
  else if (item.mode === "reject") reject(desk, item);
  return item.mode !== "read";
}

/** First leaves the field, so that single keys work, and then the panel. */
function leave(desk: SessionState, item: QueueItem | null, target: EventTarget | null): boolean {
  const isInField = isField(target);
  if (isInField) desk.dom.focusOn("#focus");
  else if (item !== null && item.mode !== "read") closePanels(desk, item);
  else return false;
  return true;
}
