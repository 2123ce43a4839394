import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, Unreachable } from "../desk/api/client.ts";
import type { HistoryEntry } from "../desk/api/types.ts";
import { History } from "../desk/history/history.ts";
import type { Host } from "../desk/ui/dom.ts";
import { hostWith } from "./fake-desk.ts";

const row = {
  decision_id: "d",
  comment_id: "a",
  state: "held",
  can_undo: true,
} as unknown as HistoryEntry;

/** A history of one row whose acts are answered by `error`; `back` is what was put back. */
async function historyAnswering(error: Error) {
  const back: string[] = [];
  const host = hostWith((path) => {
    if (path === "/api/desk/history") return { entries: [{ ...row }], next_cursor: null };
    throw error;
  });
  const history = new History(host as unknown as Host, "Heron", (id) => back.push(id));
  await history.load();
  const [past] = history.rows;
  assert.ok(past);
  return { history, past, back };
}

test("an undo that is stored counts as one, although not all traces are gone yet", async () => {
  const said = "It is done. But the words could not be cut out of every file yet.";
  const { history, past, back } = await historyAnswering(new Unreachable(said, "purge_pending"));
  await history.undo(past);
  assert.deepEqual([past.is_undone, past.state, back], [true, "pending", ["a"]]);
  assert.equal(history.error, said);
});

test("a removal that nobody answered is not shown as one", async () => {
  const { history, past } = await historyAnswering(new Unreachable("No answer."));
  history.removing = { decision_id: "d", clause: "threats" };
  await history.remove(past);
  assert.deepEqual([past.state, history.error], ["held", "No answer."]);
});

test("who removed it first is named in the history, too", async () => {
  const details = { decided_by: "Egret", verdict: "remove" };
  const taken = new Refusal(409, "already_decided", "Somebody else was first.", details);
  const { history, past } = await historyAnswering(taken);
  history.removing = { decision_id: "d", clause: "threats" };
  await history.remove(past);
  assert.match(history.error ?? "", /Egret was first.*removed/);
});
