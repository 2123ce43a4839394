import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkError, RequestRejected } from "../desk/api/client.ts";
import { decidedText } from "../desk/decisions/activity-log.ts";
import type { QueueItem } from "../desk/queue/queue-item.ts";
import {
  decisionFor,
  deskWith,
  flushTasks,
  manualServer,
  page,
  responseTo,
  rows,
  status,
} from "./fake-desk.ts";

/** A desk with its first page loaded, and a server that responds when the test says so. */
async function deskWithManualServer() {
  const server = manualServer();
  const desk = deskWith(server.post);
  await desk.queue.load(null);
  const items = desk.queue.items as [QueueItem, QueueItem, QueueItem, QueueItem];
  /** Responds to the latest request for this path. */
  const respond = async (path: string, response?: unknown) => {
    await flushTasks(); // the decision is signed first
    const request = server.requests.filter((request) => request.path === path).at(-1);
    assert.ok(request, `no request for ${path}`);
    request.respond(response ?? responseTo(path, request.body));
    await flushTasks();
  };
  const requests = (path: string) => server.requests.filter((request) => request.path === path);
  return { ...desk, items, respond, requests };
}

/** The decisions that a request undoes, or the comments that it rejects. */
const idsIn = (body: unknown) => {
  const { undos, comments } = body as Record<"undos" | "comments", Record<string, string>[]>;
  return (undos ?? comments).map(({ decision_id, comment_id }) => decision_id ?? comment_id);
};
const lost = () => new NetworkError("lost.");

test("an undo that arrives during an edit moves neither the focus nor the caret", async () => {
  const { dom, queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  void decisions.undoLast();
  items[1].mode = "edit";
  dom.focusedOn = "#edit-text";
  await respond("/api/desk/undo-many");
  assert.equal(items[0].state, "pending");
  assert.deepEqual([queue.focusId, dom.focusedOn], [rows[1]?.comment_id, "#edit-text"]);
  assert.match(
    decisions.activityLog.toast?.message ?? "",
    /Undone: Published\. The comment is waiting again/,
  );
});

test("an error that arrives while somebody types in a field leaves the focus there", async () => {
  const { dom, queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  dom.isInField = true;
  dom.focusedOn = "select";
  await respond(
    "/api/desk/decide",
    new RequestRejected(422, "invalid", "Nothing was changed: no.", {}),
  );
  assert.deepEqual([queue.focusId, dom.focusedOn], [rows[1]?.comment_id, "select"]);
  assert.match(items[0].message ?? "", /Nothing was changed: no/);
});

test("a comment that gets the focus by itself is guarded against keys meant for another", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  queue.isGuarded = false;
  void decisions.undoLast();
  await respond("/api/desk/undo-many");
  assert.deepEqual([queue.focusId, queue.isGuarded], [rows[0]?.comment_id, true]);
});

test("a page that arrives during an edit keeps the comment and its editor", async () => {
  const { queue, items } = await deskWithManualServer();
  const loading = queue.load("2");
  items[1].mode = "edit";
  queue.focusId = items[1].row.comment_id;
  await loading;
  assert.equal(queue.focused, items[1]);
  assert.equal(items[1].mode, "edit");
});

test("z undoes the decision that is still being sent, not the one before it", async () => {
  const { decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  void decisions.publish(items[1]);
  void decisions.undoLast();
  assert.equal(requests("/api/desk/undo-many").length, 0);
  assert.match(decisions.activityLog.toast?.message ?? "", /still being sent/);
  await respond("/api/desk/decide");
  await respond("/api/desk/undo-many");
  assert.deepEqual(idsIn(requests("/api/desk/undo-many")[0]?.body), [`d-${rows[1]?.comment_id}`]);
  assert.deepEqual([items[0].state, items[1].state], ["done", "pending"]);
});

test("z undoes the latest decision, not the latest response", async () => {
  const server = manualServer();
  const { queue, decisions } = deskWith(server.post);
  await queue.load(null);
  const [first, second] = queue.items as [QueueItem, QueueItem];
  void decisions.publish(first);
  void decisions.publish(second);
  await flushTasks();
  for (const { body, respond } of [...server.requests].reverse()) {
    respond(decisionFor(body));
    await flushTasks();
  }
  void decisions.undoLast();
  await flushTasks();
  assert.deepEqual(idsIn(server.requests.at(-1)?.body), [`d-${second.row.comment_id}`]);
});

test("z on a decision that could not be sent cancels it", async () => {
  const { decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide", lost());
  await decisions.undoLast();
  await decisions.retry();
  assert.equal(items[0].state, "pending");
  assert.equal(requests("/api/desk/decide").length, 1);
  assert.equal(decisions.activityLog.entries.length, 0);
});

test("an unsent decision is dropped when the comment is opened again", async () => {
  const { decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide", lost());
  decisions.resetForEditing(items[0]);
  Object.assign(items[0], { mode: "edit" });
  Object.assign(items[0].draft, { text: "▮▮▮", editKind: "masked", editClause: "personal-data" });
  await decisions.retry();
  assert.equal(requests("/api/desk/decide").length, 1);
  assert.equal(decisions.unsentItems.length, 0);
  void decisions.publish(items[0]);
  await flushTasks();
  assert.equal(requests("/api/desk/decide")[1]?.body.text, "▮▮▮▮▮▮▮▮");
});

test("trying again twice sends once", async () => {
  const { decisions, items, respond, requests } = await deskWithManualServer();
  for (const item of [items[0], items[1]]) {
    void decisions.publish(item);
    await respond("/api/desk/decide", lost());
  }
  void decisions.retry();
  void decisions.retry();
  await respond("/api/desk/decide");
  void decisions.retry();
  await respond("/api/desk/decide");
  await flushTasks();
  assert.equal(requests("/api/desk/decide").length, 4);
  assert.deepEqual([items[0].state, items[1].state], ["done", "done"]);
});

test("unsent decisions are sent after the next response, until one fails again", async () => {
  const { queue, decisions, items, respond, requests } = await deskWithManualServer();
  for (const item of [items[0], items[1]]) {
    void decisions.publish(item);
    await respond("/api/desk/decide", lost());
  }
  void decisions.publish(items[2]);
  await respond("/api/desk/decide");
  assert.equal(requests("/api/desk/decide").length, 4);
  await respond("/api/desk/decide", lost());
  assert.equal(requests("/api/desk/decide").length, 4);
  assert.deepEqual([items[0].state, items[1].state, items[2].state], ["unsent", "unsent", "done"]);
  assert.equal(queue.focusId, rows[3]?.comment_id);
});

test("a comment that is decided by a retry loses the focus", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide", lost());
  queue.focusId = items[0].row.comment_id;
  void decisions.retry();
  await respond("/api/desk/decide");
  assert.equal(queue.focusId, rows[1]?.comment_id);
});

test("an earlier decision that did arrive is reported and can be undone", async () => {
  const { decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide", lost());
  decisions.resetForEditing(items[0]);
  items[0].draft.rejectClause = "spam";
  void decisions.reject(items[0]);
  const details = { decided_by: "Heron", verdict: "publish", decision_id: "d-old" };
  await respond("/api/desk/decide", new RequestRejected(409, "already_decided", "", details));
  assert.match(
    decisions.activityLog.toast?.message ?? "",
    /did arrive: Published\..*undo the earlier decision/,
  );
  void decisions.undoLast();
  await flushTasks();
  assert.deepEqual(idsIn(requests("/api/desk/undo-many")[0]?.body), ["d-old"]);
});

test("a bulk rejection without a response is unsent as a whole and sent again as a whole", async () => {
  const { queue, decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.bulkReject(queue.rejectableItems, "spam");
  await respond("/api/desk/reject-many", lost());
  assert.equal(decisions.unsentItems.length, 4);
  assert.match(items[0].message ?? "", /not known whether/);
  void decisions.retry();
  await flushTasks();
  assert.equal(requests("/api/desk/reject-many").length, 2);
  const alreadyDecided = [items[0], items[1]].map(({ row: { comment_id } }) => ({
    ...{ comment_id, decided_by: "Heron", verdict: "reject", decision_id: `d-${comment_id}` },
  }));
  const decided = [items[2], items[3]].map(({ row }) => decisionFor(row));
  await respond("/api/desk/reject-many", {
    decided,
    already_decided: alreadyDecided,
    not_stored: [],
    not_signed: [],
  });
  assert.equal(decisions.activityLog.toast?.message, "4 comments: Rejected (Spam)");
  void decisions.undoLast();
  const all = rows.map(({ comment_id }) => `d-${comment_id}`);
  await flushTasks();
  assert.deepEqual(idsIn(requests("/api/desk/undo-many")[0]?.body), all);
});

test("comments that the database did not store remain to be sent again", async () => {
  const { queue, decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.bulkReject(queue.rejectableItems, "spam");
  const notStored = [items[2].row.comment_id, items[3].row.comment_id];
  const decided = [items[0], items[1]].map(({ row }) => decisionFor(row));
  await respond("/api/desk/reject-many", {
    decided,
    already_decided: [],
    not_stored: notStored,
    not_signed: [],
  });
  assert.equal(decisions.activityLog.toast?.message, "2 comments: Rejected (Spam)");
  assert.deepEqual(decisions.unsentItems, [items[2], items[3]]);
  void decisions.retry();
  await flushTasks();
  assert.deepEqual(idsIn(requests("/api/desk/reject-many")[1]?.body), notStored);
});

test("a bulk rejection is undone with one request and one move of the focus", async () => {
  const { queue, decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.bulkReject(queue.rejectableItems, "spam");
  const decided = items.map(({ row }) => decisionFor(row));
  await respond("/api/desk/reject-many", {
    decided,
    already_decided: [],
    not_stored: [],
    not_signed: [],
  });
  void decisions.undoLast();
  await respond("/api/desk/undo-many");
  assert.equal(requests("/api/desk/undo-many").length, 1);
  assert.deepEqual(new Set(items.map(({ state }) => state)), new Set(["pending"]));
  assert.equal(queue.focusId, rows[0]?.comment_id);
  assert.equal(queue.pendingCount, 4);
});

test("an undo that had arrived before counts, and one that is too late is reported", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.bulkReject(queue.rejectableItems, "spam");
  const decided = items.map(({ row }) => decisionFor(row));
  await respond("/api/desk/reject-many", {
    decided,
    already_decided: [],
    not_stored: [],
    not_signed: [],
  });
  void decisions.undoLast();
  const failed = [
    { decision_id: `d-${items[1].row.comment_id}`, error: "already_undone", message: "" },
    {
      decision_id: `d-${items[2].row.comment_id}`,
      error: "too_late_to_undo",
      message: "It is too late.",
    },
  ];
  const undone = [
    { decision_id: `d-${items[0].row.comment_id}`, comment_id: "", state: "pending" },
  ];
  await respond("/api/desk/undo-many", {
    undone,
    failed,
    not_stored: [`d-${items[3].row.comment_id}`],
  });
  assert.deepEqual(
    items.map(({ state }) => state),
    ["pending", "pending", "done", "done"],
  );
  assert.match(decisions.activityLog.toast?.message ?? "", /2 of 4 undone.*too late/);
  assert.ok(decisions.activityLog.undoable);
});

test("a comment with a draft is left out of a bulk rejection", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide", lost());
  items[1].draft.note = "half a note";
  items[2].mode = "edit";
  assert.deepEqual(queue.rejectableItems, [items[3]]);
});

test("a page that was requested before a decision does not bring the comment back", async () => {
  let respond: (response: unknown) => void = () => {};
  let count = 0;
  const { queue, decisions } = deskWith((path, body) => {
    if (path !== "/api/desk/queue") return responseTo(path, body);
    count += 1;
    if (count === 1) return page(rows);
    return new Promise((resolve) => {
      respond = resolve;
    });
  });
  await queue.load(null);
  const [first] = queue.items as [QueueItem];
  const loading = queue.load(null);
  await decisions.publish(first);
  respond(page(rows));
  await loading;
  assert.equal(first.state, "done");
  const reloading = queue.load(null); // requested after the decision was undone elsewhere
  respond(page(rows));
  await reloading;
  assert.equal(first.state, "pending");
});

test("a decision undone by a colleague is shown on the comment, in the log and in the toast", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  items[0].draft.rejectClause = "spam";
  void decisions.reject(items[0]);
  await respond("/api/desk/decide", { ...decisionFor(items[0].row), state: "rejected" });
  const before = queue.focusId;
  const checked = decisions.checkOthers();
  const decision_id = `d-${items[0].row.comment_id}`;
  const undone = {
    decision_id,
    comment_id: "",
    verdict: "undo",
    decided_by: "Egret",
    clause: null,
  };
  await respond("/api/desk/already-decided", { already_decided: [], superseded: [undone] });
  await respond("/api/desk/already-decided", { already_decided: [], superseded: [] });
  await checked;
  const message = "Egret undid your decision: Rejected (Spam).";
  const [entry] = decisions.activityLog.entries;
  assert.deepEqual([items[0].state, items[0].message], ["pending", message]);
  assert.deepEqual([entry?.isUndone, entry?.undoneBy], [true, "Egret"]);
  assert.equal(decisions.activityLog.toast?.message, message);
  assert.equal(queue.focusId, before);
  await decisions.undoLast();
  assert.doesNotMatch(decisions.activityLog.toast?.message ?? "", /Undone/);
});

test("z on a decision that a colleague undid names the colleague", async () => {
  const { decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  void decisions.undoLast();
  const decision_id = `d-${items[0].row.comment_id}`;
  const failure = { decision_id, error: "already_undone", message: "", undone_by: "Egret" };
  await respond("/api/desk/undo-many", { undone: [], failed: [failure], not_stored: [] });
  const message = "Egret undid your decision: Published.";
  assert.equal(decisions.activityLog.toast?.message, message);
  assert.deepEqual([items[0].state, items[0].message], ["pending", message]);
});

test("a new decision after a colleague's undo is shown in the same check", async () => {
  const { decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  const checked = decisions.checkOthers();
  const { comment_id } = items[0].row;
  const byEgret = { comment_id, decided_by: "Egret", clause: null };
  const undone = { ...byEgret, decision_id: `d-${comment_id}`, verdict: "undo" };
  await respond("/api/desk/already-decided", { already_decided: [], superseded: [undone] });
  const again = {
    ...byEgret,
    decision_id: "e",
    verdict: "reject",
    clause: "spam",
    edit_kind: null,
  };
  await respond("/api/desk/already-decided", { already_decided: [again], superseded: [] });
  await checked;
  assert.equal(items[0].state, "done");
  assert.equal(items[0].message, "Egret has already decided: Rejected (Spam).");
});

test("a removal or withdrawal after a decision is shown beside it, and the decision cannot be undone", async () => {
  const { decisions, items, respond } = await deskWithManualServer();
  const checkWith = async (verdict: string, decided_by: string, clause: string | null) => {
    const { comment_id } = items[verdict === "remove" ? 0 : 1].row;
    const checked = decisions.checkOthers();
    const superseded = { decision_id: `d-${comment_id}`, comment_id, verdict, decided_by, clause };
    await respond("/api/desk/already-decided", { already_decided: [], superseded: [superseded] });
    await checked;
  };
  for (const item of [items[0], items[1]]) {
    void decisions.publish(item);
    await respond("/api/desk/decide");
  }
  await checkWith("remove", "Egret", "spam");
  await checkWith("withdrawn", "", null);
  const [withdrawn, removed] = decisions.activityLog.entries;
  assert.equal(removed?.items[0]?.superseded, "Egret has removed this comment (Spam).");
  assert.equal(withdrawn?.items[0]?.superseded, "The author has withdrawn this comment.");
  assert.equal(decisions.activityLog.undoable, null);
});

/** The next slot has passed. */
const afterSlot = { ...status, pending_count: 3, next_slot: { at: 60, label: "19:00" } };

test("z after the slot leads to the removal of the comment", async () => {
  const { queue, decisions, items, respond, requests, opened } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  queue.applyStatus(afterSlot);
  void decisions.undoLast();
  const decision_id = `d-${items[0].row.comment_id}`;
  const failure = { decision_id, error: "too_late_to_undo", message: "", undone_by: null };
  await respond("/api/desk/undo-many", { undone: [], failed: [failure], not_stored: [] });
  const { toast } = decisions.activityLog;
  assert.match(toast?.message ?? "", /Too late.*Published.*released at 18:00.*remove the comment/);
  assert.equal(toast?.item, items[0]);
  await decisions.undoLast(); // not asked again
  assert.equal(requests("/api/desk/undo-many").length, 1);
  decisions.activityLog.toast?.action?.run();
  assert.deepEqual(opened, [items[0].row.comment_id]);
});

test("z after the slot undoes a comment that is still held", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  queue.applyStatus(afterSlot);
  void decisions.undoLast();
  await respond("/api/desk/undo-many");
  assert.equal(items[0].state, "pending");
});

test("z after the slot of a rejection says that it is final", async () => {
  const { queue, decisions, items, respond, requests } = await deskWithManualServer();
  items[0].draft.rejectClause = "spam";
  void decisions.reject(items[0]);
  await respond("/api/desk/decide", { ...decisionFor(items[0].row), state: "rejected" });
  queue.applyStatus(afterSlot);
  await decisions.undoLast();
  const { toast } = decisions.activityLog;
  assert.match(
    toast?.message ?? "",
    /Too late to undo: Rejected \(Spam\) has been final since 18:00/,
  );
  assert.equal(requests("/api/desk/undo-many").length, 0);
});

test("z on a decision that the server finds final leads to the removal, too", async () => {
  const { decisions, items, respond, opened } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  void decisions.undoLast();
  const decision_id = `d-${items[0].row.comment_id}`;
  const failure = { decision_id, error: "too_late_to_undo", message: "", undone_by: null };
  await respond("/api/desk/undo-many", { undone: [], failed: [failure], not_stored: [] });
  decisions.activityLog.toast?.action?.run();
  assert.deepEqual(opened, [items[0].row.comment_id]);
  assert.equal(items[0].state, "done");
});

test("z with nothing decided leads to the history", async () => {
  const { decisions, opened } = await deskWithManualServer();
  await decisions.undoLast();
  decisions.activityLog.toast?.action?.run();
  assert.deepEqual(opened, [null]);
});

test("z after the only decision was undone says that nothing is left to undo", async () => {
  const { decisions, items, respond, opened } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  void decisions.undoLast();
  await respond("/api/desk/undo-many");
  await decisions.undoLast();
  assert.match(decisions.activityLog.toast?.message ?? "", /^There is nothing left to undo/);
  decisions.activityLog.toast?.action?.run();
  assert.deepEqual(opened, [null]);
});

test("z after one's own removal of the comment says that nothing is left to undo", async () => {
  const { queue, decisions, items, respond, requests } = await deskWithManualServer();
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  queue.applyStatus(afterSlot);
  decisions.activityLog.markRemoved(items[0].row.comment_id, "spam");
  await decisions.undoLast();
  assert.match(decisions.activityLog.toast?.message ?? "", /^There is nothing left to undo/);
  assert.equal(requests("/api/desk/undo-many").length, 0);
  assert.equal(items[0].message, "Heron has removed this comment (Spam).");
});

test("a decision that lost against one's own on another device is reported as not stored", async () => {
  const { decisions, items, respond, requests } = await deskWithManualServer();
  items[0].draft.rejectClause = "spam";
  void decisions.reject(items[0]);
  const details = { decided_by: "Heron", verdict: "publish", decision_id: "d-elsewhere" };
  await respond("/api/desk/decide", new RequestRejected(409, "already_decided", "", details));
  const { toast } = decisions.activityLog;
  const message =
    /^Not stored: Rejected \(Spam\)\. You had already decided .* on another device: Published\./;
  assert.match(toast?.message ?? "", message);
  assert.equal(toast?.isError, true);
  assert.equal(items[0].outcome?.verdict, "publish");
  void decisions.undoLast();
  assert.equal(requests("/api/desk/undo-many").length, 0);
});

test("a bulk rejection says which comments one had published on another device", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.bulkReject(queue.rejectableItems, "spam");
  const published = { decided_by: "Heron", verdict: "publish", decision_id: "d-elsewhere" };
  const [first, ...others] = items;
  await respond("/api/desk/reject-many", {
    decided: others.map(({ row }) => decisionFor(row)),
    already_decided: [{ comment_id: first.row.comment_id, ...published }],
    not_stored: [],
    not_signed: [],
  });
  assert.match(first.message ?? "", /^Not stored: Rejected \(Spam\)\./);
  assert.match(
    decisions.activityLog.toast?.message ?? "",
    /3 comments: Rejected \(Spam\); 1 other was already decided/,
  );
});

test("a rejection shows what the author wrote, not an edit that was not sent", async () => {
  const { decisions, items, respond } = await deskWithManualServer();
  Object.assign(items[0].draft, { text: "x", editKind: "masked", editClause: "personal-data" });
  void decisions.publish(items[0]);
  const [edit] = decisions.activityLog.entries;
  assert.ok(edit);
  assert.equal(decidedText(items[0], edit), "x");
  await respond("/api/desk/decide", lost());
  items[0].draft.rejectClause = "spam";
  void decisions.reject(items[0]);
  await respond("/api/desk/decide");
  const { toast } = decisions.activityLog;
  assert.match(toast?.message ?? "", /^Rejected/);
  assert.equal(decidedText(items[0], toast?.entry ?? null), items[0].envelope.text);
});

test("toast and row name the clause, and the comment", async () => {
  const { decisions, items, respond } = await deskWithManualServer();
  Object.assign(items[0].draft, { text: "x", editKind: "masked", editClause: "personal-data" });
  void decisions.publish(items[0]);
  await respond("/api/desk/decide");
  const message =
    "Published with an edit (Masked, Personal data), appears at 18:00 at the earliest";
  const { toast } = decisions.activityLog;
  assert.deepEqual([toast?.message, items[0].message], [message, message]);
  assert.equal(toast?.entry?.items[0]?.item, items[0]);
});

test("decided comments are folded, but for the last two", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  for (const item of [items[1], items[0], items[2]]) {
    void decisions.publish(item);
    await respond("/api/desk/decide");
  }
  assert.deepEqual(queue.folded, [items[1]]);
  assert.deepEqual(items[1].outcome, { verdict: "publish", clause: null, edit_kind: null });
  void decisions.undoLast();
  await respond("/api/desk/undo-many");
  assert.deepEqual(queue.folded, []);
});

test("comments whose signature was not accepted are back in the queue, with a message", async () => {
  const { queue, decisions, items, respond } = await deskWithManualServer();
  void decisions.bulkReject(queue.rejectableItems, "spam");
  const [first, ...others] = items;
  await respond("/api/desk/reject-many", {
    decided: others.map(({ row }) => decisionFor(row)),
    already_decided: [],
    not_stored: [],
    not_signed: [first.row.comment_id],
  });
  assert.equal(first.state, "pending");
  assert.match(first.message ?? "", /did not accept the signature.*Nothing is lost/);
  assert.equal(decisions.activityLog.toast?.message, "3 comments: Rejected (Spam)");
});
