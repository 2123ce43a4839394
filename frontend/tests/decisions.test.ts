import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, Unreachable } from "../desk/api/client.ts";
import type { Item } from "../desk/queue/queue-item.ts";
import { answerTo, decided, deskWith, lateServer, page, rows, settled } from "./fake-desk.ts";

/** The desk with its page, the server that answers late, and the comments. */
async function lateDesk() {
  const server = lateServer();
  const desk = deskWith(server.post);
  await desk.queue.load(null);
  const items = desk.queue.items as [Item, Item, Item, Item];
  /** The newest request for this path is answered. */
  const answer = async (path: string, said?: unknown) => {
    const request = server.asked.filter((one) => one.path === path).at(-1);
    assert.ok(request, `nothing asked ${path}`);
    request.answer(said ?? answerTo(path, request.body));
    await settled();
  };
  const asked = (path: string) => server.asked.filter((one) => one.path === path);
  return { ...desk, items, answer, asked };
}

const lost = () => new Unreachable("lost.");

test("an undo that arrives while another comment is edited takes neither focus nor place", async () => {
  const { host, queue, decisions, items, answer } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide");
  void decisions.undoLast();
  items[1].mode = "edit";
  host.focusedOn = "#edit-text";
  await answer("/api/desk/undo-many");
  assert.equal(items[0].state, "waiting");
  assert.deepEqual([queue.focusId, host.focusedOn], [rows[1]?.comment_id, "#edit-text"]);
  assert.match(decisions.journal.toast?.sentence ?? "", /Undone: it waits again/);
});

test("a refusal that arrives while somebody types in a field leaves the focus there", async () => {
  const { host, queue, decisions, items, answer } = await lateDesk();
  void decisions.publish(items[0]);
  host.isInField = true;
  host.focusedOn = "select";
  await answer("/api/desk/decide", new Refusal(422, "invalid", "Nothing was changed: no.", {}));
  assert.deepEqual([queue.focusId, host.focusedOn], [rows[1]?.comment_id, "select"]);
  assert.match(items[0].sentence ?? "", /Nothing was changed: no/);
});

test("what comes into focus by itself is fresh, and so not decided by a key meant for another", async () => {
  const { queue, decisions, items, answer } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide");
  queue.isFresh = false;
  void decisions.undoLast();
  await answer("/api/desk/undo-many");
  assert.deepEqual([queue.focusId, queue.isFresh], [rows[0]?.comment_id, true]);
});

test("a page that arrives while a comment is edited keeps that comment and its editor", async () => {
  const { queue, items } = await lateDesk();
  const loading = queue.load("2");
  items[1].mode = "edit";
  queue.focusId = items[1].row.comment_id;
  await loading;
  assert.equal(queue.focused, items[1]);
  assert.equal(items[1].mode, "edit");
});

test("z takes back the decision that is still being sent, and not the one before it", async () => {
  const { decisions, items, answer, asked } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide");
  void decisions.publish(items[1]);
  void decisions.undoLast();
  assert.equal(asked("/api/desk/undo-many").length, 0);
  assert.match(decisions.journal.toast?.sentence ?? "", /Still being sent/);
  await answer("/api/desk/decide");
  await answer("/api/desk/undo-many");
  assert.deepEqual(asked("/api/desk/undo-many")[0]?.body, {
    decision_ids: [`d-${rows[1]?.comment_id}`],
  });
  assert.deepEqual([items[0].state, items[1].state], ["done", "waiting"]);
});

test("z goes by when one decided and not by when it was answered", async () => {
  const server = lateServer();
  const { queue, decisions } = deskWith(server.post);
  await queue.load(null);
  const [first, second] = queue.items as [Item, Item];
  void decisions.publish(first);
  void decisions.publish(second);
  for (const { body, answer } of [...server.asked].reverse()) {
    answer(decided(body));
    await settled();
  }
  void decisions.undoLast();
  assert.deepEqual(server.asked.at(-1)?.body, { decision_ids: [`d-${second.row.comment_id}`] });
});

test("z on a decision that could not be sent keeps it from being sent again", async () => {
  const { decisions, items, answer, asked } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide", lost());
  await decisions.undoLast();
  await decisions.retry();
  assert.equal(items[0].state, "waiting");
  assert.equal(asked("/api/desk/decide").length, 1);
  assert.equal(decisions.journal.entries.length, 0);
});

test("what was opened anew after it could not be sent is never sent as it was", async () => {
  const { decisions, items, answer, asked } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide", lost());
  decisions.takeUp(items[0]);
  Object.assign(items[0], { mode: "edit" });
  Object.assign(items[0].draft, { text: "▮▮▮", kind: "masked", editClause: "personal-data" });
  await decisions.retry();
  assert.equal(asked("/api/desk/decide").length, 1);
  assert.equal(decisions.unsent.length, 0);
  void decisions.publish(items[0]);
  assert.equal(asked("/api/desk/decide")[1]?.body.text, "▮▮▮");
});

test("trying again twice sends once", async () => {
  const { decisions, items, answer, asked } = await lateDesk();
  for (const item of [items[0], items[1]]) {
    void decisions.publish(item);
    await answer("/api/desk/decide", lost());
  }
  void decisions.retry();
  void decisions.retry();
  await answer("/api/desk/decide");
  void decisions.retry();
  await answer("/api/desk/decide");
  await settled();
  assert.equal(asked("/api/desk/decide").length, 4);
  assert.deepEqual([items[0].state, items[1].state], ["done", "done"]);
});

test("what could not be sent is sent after the next answer, and stops at the first that is lost", async () => {
  const { queue, decisions, items, answer, asked } = await lateDesk();
  for (const item of [items[0], items[1]]) {
    void decisions.publish(item);
    await answer("/api/desk/decide", lost());
  }
  void decisions.publish(items[2]);
  await answer("/api/desk/decide");
  assert.equal(asked("/api/desk/decide").length, 4);
  await answer("/api/desk/decide", lost());
  assert.equal(asked("/api/desk/decide").length, 4);
  assert.deepEqual([items[0].state, items[1].state, items[2].state], ["unsent", "unsent", "done"]);
  assert.equal(queue.focusId, rows[3]?.comment_id);
});

test("a comment that is decided by trying again does not stay in focus", async () => {
  const { queue, decisions, items, answer } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide", lost());
  queue.focusId = items[0].row.comment_id;
  void decisions.retry();
  await answer("/api/desk/decide");
  assert.equal(queue.focusId, rows[1]?.comment_id);
});

test("of what had arrived before, one is told, and it can be undone", async () => {
  const { decisions, items, answer, asked } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide", lost());
  decisions.takeUp(items[0]);
  items[0].draft.rejectClause = "spam";
  void decisions.reject(items[0]);
  const details = { decided_by: "Heron", verdict: "publish", decision_id: "d-old" };
  await answer("/api/desk/decide", new Refusal(409, "already_decided", "", details));
  assert.match(decisions.journal.toast?.sentence ?? "", /already published it.*undo it to decide/);
  void decisions.undoLast();
  assert.deepEqual(asked("/api/desk/undo-many")[0]?.body, { decision_ids: ["d-old"] });
});

test("many whose answer is lost are not said to be not rejected, and are sent again as many", async () => {
  const { queue, decisions, items, answer, asked } = await lateDesk();
  void decisions.rejectAll(queue.rejectable, "spam");
  await answer("/api/desk/reject-many", lost());
  assert.equal(decisions.unsent.length, 4);
  assert.match(items[0].sentence ?? "", /not known whether/);
  void decisions.retry();
  assert.equal(asked("/api/desk/reject-many").length, 2);
  const missed = [items[0], items[1]].map(({ row }) => ({
    ...{
      comment_id: row.comment_id,
      decided_by: "Heron",
      verdict: "reject",
      decision_id: `d-${row.comment_id}`,
    },
  }));
  const done = [items[2], items[3]].map(({ row }) => decided(row));
  await answer("/api/desk/reject-many", { decided: done, already_decided: missed, not_stored: [] });
  assert.equal(decisions.journal.toast?.sentence, "4 comments rejected");
  void decisions.undoLast();
  const all = rows.map(({ comment_id }) => `d-${comment_id}`);
  assert.deepEqual(asked("/api/desk/undo-many")[0]?.body, { decision_ids: all });
});

test("of many, those that the database did not take wait for another try", async () => {
  const { queue, decisions, items, answer, asked } = await lateDesk();
  void decisions.rejectAll(queue.rejectable, "spam");
  const unsent = [items[2].row.comment_id, items[3].row.comment_id];
  const done = [items[0], items[1]].map(({ row }) => decided(row));
  await answer("/api/desk/reject-many", { decided: done, already_decided: [], not_stored: unsent });
  assert.equal(decisions.journal.toast?.sentence, "2 comments rejected");
  assert.deepEqual(decisions.unsent, [items[2], items[3]]);
  void decisions.retry();
  assert.deepEqual(asked("/api/desk/reject-many")[1]?.body.comment_ids, unsent);
});

test("many are undone by one request, and the focus moves once", async () => {
  const { queue, decisions, items, answer, asked } = await lateDesk();
  void decisions.rejectAll(queue.rejectable, "spam");
  const done = items.map(({ row }) => decided(row));
  await answer("/api/desk/reject-many", { decided: done, already_decided: [], not_stored: [] });
  void decisions.undoLast();
  await answer("/api/desk/undo-many");
  assert.equal(asked("/api/desk/undo-many").length, 1);
  assert.deepEqual(new Set(items.map(({ state }) => state)), new Set(["waiting"]));
  assert.equal(queue.focusId, rows[0]?.comment_id);
  assert.equal(queue.waiting, 4);
});

test("an undo that had arrived before counts as one, and what is too late is said", async () => {
  const { queue, decisions, items, answer } = await lateDesk();
  void decisions.rejectAll(queue.rejectable, "spam");
  const done = items.map(({ row }) => decided(row));
  await answer("/api/desk/reject-many", { decided: done, already_decided: [], not_stored: [] });
  void decisions.undoLast();
  const missed = [
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
  await answer("/api/desk/undo-many", {
    undone,
    failed: missed,
    not_stored: [`d-${items[3].row.comment_id}`],
  });
  assert.deepEqual(
    items.map(({ state }) => state),
    ["waiting", "waiting", "done", "done"],
  );
  assert.match(decisions.journal.toast?.sentence ?? "", /2 of 4 undone.*too late/);
  assert.ok(decisions.journal.undoable);
});

test("a comment with something begun is left out where many are rejected", async () => {
  const { queue, decisions, items, answer } = await lateDesk();
  void decisions.publish(items[0]);
  await answer("/api/desk/decide", lost());
  items[1].draft.note = "half a note";
  items[2].mode = "edit";
  assert.deepEqual(queue.rejectable, [items[3]]);
});

test("a page asked for before a decision does not bring the comment back", async () => {
  let serve: (said: unknown) => void = () => {};
  let count = 0;
  const { queue, decisions } = deskWith((path, body) => {
    if (path !== "/api/desk/queue") return answerTo(path, body);
    count += 1;
    if (count === 1) return page(rows);
    return new Promise((resolve) => {
      serve = resolve;
    });
  });
  await queue.load(null);
  const [first] = queue.items as [Item];
  const loading = queue.load(null);
  await decisions.publish(first);
  serve(page(rows));
  await loading;
  assert.equal(first.state, "done");
  const again = queue.load(null); // and one asked for after it was undone elsewhere does
  serve(page(rows));
  await again;
  assert.equal(first.state, "waiting");
});
