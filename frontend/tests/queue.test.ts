import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, Unreachable } from "../desk/api/client.ts";
import type { QueuePage, QueueRow } from "../desk/api/types.ts";
import { answerTo, decided, deskWith, first, ids, page, pulse, rows } from "./fake-desk.ts";

test("numbers that are heard move nothing", async () => {
  const { queue } = deskWith(() => page(rows.slice(0, 2)));
  await queue.load(null);
  const before = [ids(queue), queue.focusId];
  queue.heard({ ...pulse, pending_count: 9 });
  assert.deepEqual([ids(queue), queue.focusId], before);
  assert.equal(queue.more, 7);
});

test("new comments follow those that were there, whose drafts stay", async () => {
  let served = [rows[1], rows[2]] as QueueRow[];
  const { queue } = deskWith(() => page(served));
  await queue.load(null);
  first(queue).draft.note = "typed";
  served = rows; // one of the new ones sorts before all others
  await queue.loadMore();
  assert.deepEqual(ids(queue).slice(0, 2), [rows[1]?.comment_id, rows[2]?.comment_id]);
  assert.equal(queue.items.length, 4);
  assert.equal(first(queue).draft.note, "typed");
});

test("what was typed or could not be sent outlives its page", async () => {
  const pages: Record<string, QueuePage> = {
    first: page(rows.slice(0, 2), "second"),
    second: page(rows.slice(2)),
  };
  const { queue, decisions } = deskWith((path, body) => {
    if (path === "/api/desk/decide") throw new Unreachable("lost.");
    return pages[(body as { cursor: string | null }).cursor ?? "first"];
  });
  await queue.load(null);
  const [lost, typed] = queue.items;
  assert.ok(lost && typed);
  await decisions.publish(lost);
  typed.draft.note = "typed";
  await queue.loadMore();
  assert.deepEqual(
    ids(queue),
    [rows[0], rows[2], rows[3]].map((row) => row?.comment_id),
  );
  assert.equal(queue.hasTyped, true);
  await queue.load(null);
  assert.equal(
    queue.items.find(({ row }) => row.comment_id === typed.row.comment_id)?.draft.note,
    "typed",
  );
});

test("what cannot be opened is counted, and a page of it does not block the queue", async () => {
  const closed = rows.slice(0, 2).map((row) => ({ ...row, epoch_id: "older" }));
  const moved = { ...rows[2], story_id: "elsewhere" } as QueueRow;
  const { queue } = deskWith((_, body) =>
    (body as { cursor: string | null }).cursor === null
      ? page(closed, "2")
      : page([moved, rows[3] as QueueRow]),
  );
  await queue.load(null);
  assert.deepEqual(ids(queue), [rows[3]?.comment_id]);
  assert.deepEqual(
    queue.closed.map(({ why }) => why),
    ["no_key", "no_key", "moved"],
  );
});

test("a decision moves the focus on at once, and undo brings the comment back in its place", async () => {
  const { queue, decisions } = deskWith((path, body) => answerTo(path, body));
  await queue.load(null);
  const sent = decisions.publish(first(queue));
  assert.equal(queue.focusId, rows[1]?.comment_id);
  await sent;
  assert.equal(first(queue).state, "done");
  await decisions.undoLast();
  assert.equal(first(queue).state, "waiting");
  assert.equal(queue.focusId, rows[0]?.comment_id);
  assert.deepEqual(
    ids(queue),
    rows.map(({ comment_id }) => comment_id),
  );
});

test("what could not be sent stays, with all that was typed, until it is tried again", async () => {
  let isLost = true;
  const { queue, decisions } = deskWith((path, body) => {
    if (path === "/api/desk/queue") return page(rows);
    if (isLost) throw new Unreachable("lost.");
    return decided(body);
  });
  await queue.load(null);
  const item = first(queue);
  Object.assign(item.draft, { text: "changed", kind: "reworded", editClause: "facts" });
  await decisions.publish(item);
  assert.equal(item.state, "unsent");
  assert.equal(item.draft.text, "changed");
  assert.match(item.sentence ?? "", /nothing is decided twice/);
  isLost = false;
  await decisions.retry();
  assert.equal(item.state, "done");
});

test("whoever comes second is told, and the comment leaves the queue", async () => {
  const { queue, decisions } = deskWith((path) => {
    if (path === "/api/desk/queue") return page(rows);
    throw new Refusal(409, "already_decided", "", { decided_by: "Egret", verdict: "reject" });
  });
  await queue.load(null);
  await decisions.publish(first(queue));
  assert.equal(first(queue).state, "done");
  assert.match(decisions.journal.toast?.sentence ?? "", /Egret/);
  assert.equal(decisions.journal.entries.length, 0);
});

test("of many rejected at once, those that others decided are told apart", async () => {
  const { queue, decisions } = deskWith((path) => {
    if (path === "/api/desk/queue") return page(rows);
    const missed = [
      {
        comment_id: rows[1]?.comment_id,
        decided_by: "Egret",
        verdict: "publish",
        decision_id: "e",
      },
    ];
    return {
      decided: [rows[0], rows[2], rows[3]].map((row) => decided(row)),
      already_decided: missed,
      not_stored: [],
    };
  });
  await queue.load(null);
  await decisions.rejectAll(queue.open, "spam");
  assert.match(decisions.journal.toast?.sentence ?? "", /3 comments rejected \(1 other was/);
  assert.match(queue.items[1]?.sentence ?? "", /Egret was first/);
  assert.equal(queue.focusId, null);
});

test("an edit that is not one is not sent as one", async () => {
  const { queue, decisions } = deskWith(() => page(rows));
  await queue.load(null);
  first(queue).mode = "edit";
  await decisions.publish(first(queue));
  assert.match(first(queue).sentence ?? "", /Nothing has been changed/);
  assert.equal(first(queue).state, "waiting");
});

test("what others decided fades in its place, and leaves what is in focus or was begun alone", async () => {
  const gone = rows
    .slice(0, 3)
    .map(({ comment_id }) => ({ comment_id, decided_by: "Egret", verdict: "reject" }));
  const { queue } = deskWith((path) =>
    path === "/api/desk/already-decided" ? { already_decided: gone } : page(rows),
  );
  await queue.load(null);
  const [focused, begun, other, last] = queue.items;
  assert.ok(focused && begun && other && last);
  begun.draft.note = "begun";
  await queue.fadeGone();
  assert.deepEqual(
    queue.items.map(({ state }) => state),
    ["waiting", "waiting", "done", "waiting"],
  );
  assert.equal(queue.focused, focused);
  for (const one of [focused, begun, other]) assert.match(one.sentence ?? "", /Egret has rejected/);
  assert.equal(last.sentence, null);
});

test("a page that is loaded again does not keep what others decided", async () => {
  let served = rows;
  const { queue } = deskWith((path) => {
    if (path !== "/api/desk/already-decided") return page(served);
    return {
      already_decided: [
        { comment_id: rows[2]?.comment_id, decided_by: "Egret", verdict: "publish" },
      ],
    };
  });
  await queue.load(null);
  served = [rows[0], rows[1]] as QueueRow[]; // the last one was pushed to the next page
  await queue.load(null);
  assert.deepEqual(ids(queue), [rows[0]?.comment_id, rows[1]?.comment_id, rows[3]?.comment_id]);
});

test("undoing is offered until the slot, and no longer", async () => {
  const { queue, decisions } = deskWith((path, body) =>
    path === "/api/desk/queue" ? page(rows.slice(0, 2)) : decided(body),
  );
  await queue.load(null);
  await decisions.publish(first(queue));
  assert.notEqual(decisions.journal.undoable, null);
  queue.heard({ ...pulse, next_slot: { at: pulse.next_slot.at + 60, label: "18:01" } });
  assert.equal(decisions.journal.undoable, null);
});
