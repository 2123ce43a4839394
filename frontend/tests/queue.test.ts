import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkError, RequestRejected } from "../desk/api/client.ts";
import type { QueuePage, QueueRow } from "../desk/api/types.ts";
import { decisionFor, deskWith, first, ids, page, responseTo, rows, status } from "./fake-desk.ts";

test("new numbers move nothing on screen", async () => {
  const { queue } = deskWith(() => page(rows.slice(0, 2)));
  await queue.load(null);
  const before = [ids(queue), queue.focusId];
  queue.applyStatus({ ...status, pending_count: 9 });
  assert.deepEqual([ids(queue), queue.focusId], before);
  assert.equal(queue.remainingCount, 7);
});

test("new comments follow the existing ones, which keep their drafts", async () => {
  let served = [rows[1], rows[2]] as QueueRow[];
  const { queue } = deskWith(() => page(served));
  await queue.load(null);
  first(queue).draft.note = "typed";
  served = rows; // one of the new comments sorts before all others
  await queue.loadMore();
  assert.deepEqual(ids(queue).slice(0, 2), [rows[1]?.comment_id, rows[2]?.comment_id]);
  assert.equal(queue.items.length, 4);
  assert.equal(first(queue).draft.note, "typed");
});

test("unsent decisions and typed text survive the change of page", async () => {
  const pages: Record<string, QueuePage> = {
    first: page(rows.slice(0, 2), "second"),
    second: page(rows.slice(2)),
  };
  const { queue, decisions } = deskWith((path, body) => {
    if (path === "/api/desk/decide") throw new NetworkError("lost.");
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
  assert.equal(queue.hasUnsavedText, true);
  await queue.load(null);
  assert.equal(
    queue.items.find(({ row }) => row.comment_id === typed.row.comment_id)?.draft.note,
    "typed",
  );
});

test("unreadable comments are counted, and a page of them does not block the queue", async () => {
  const unreadable = rows.slice(0, 2).map((row) => ({ ...row, epoch_id: "older" }));
  const moved = { ...rows[2], story_id: "elsewhere" } as QueueRow;
  const { queue } = deskWith((_, body) =>
    (body as { cursor: string | null }).cursor === null
      ? page(unreadable, "2")
      : page([moved, rows[3] as QueueRow]),
  );
  await queue.load(null);
  assert.deepEqual(ids(queue), [rows[3]?.comment_id]);
  assert.deepEqual(
    queue.unreadable.map(({ reason }) => reason),
    ["no_key", "no_key", "moved"],
  );
});

test("a decision moves the focus at once, and undo brings the comment back in its position", async () => {
  const { queue, decisions } = deskWith((path, body) => responseTo(path, body));
  await queue.load(null);
  const sent = decisions.publish(first(queue));
  assert.equal(queue.focusId, rows[1]?.comment_id);
  await sent;
  assert.equal(first(queue).state, "done");
  await decisions.undoLast();
  assert.equal(first(queue).state, "pending");
  assert.equal(queue.focusId, rows[0]?.comment_id);
  assert.deepEqual(
    ids(queue),
    rows.map(({ comment_id }) => comment_id),
  );
});

test("an unsent decision keeps everything that was typed until it is sent again", async () => {
  let isLost = true;
  const { queue, decisions } = deskWith((path, body) => {
    if (path === "/api/desk/queue") return page(rows);
    if (isLost) throw new NetworkError("lost.");
    return decisionFor(body);
  });
  await queue.load(null);
  const item = first(queue);
  Object.assign(item.draft, { text: "changed", editKind: "reworded", editClause: "facts" });
  await decisions.publish(item);
  assert.equal(item.state, "unsent");
  assert.equal(item.draft.text, "changed");
  assert.match(item.message ?? "", /nothing is decided twice/);
  isLost = false;
  await decisions.retry();
  assert.equal(item.state, "done");
});

test("the second moderator is told who decided first, and the comment leaves the queue", async () => {
  const { queue, decisions } = deskWith((path) => {
    if (path === "/api/desk/queue") return page(rows);
    throw new RequestRejected(409, "already_decided", "", {
      decided_by: "Egret",
      verdict: "reject",
    });
  });
  await queue.load(null);
  await decisions.publish(first(queue));
  assert.equal(first(queue).state, "done");
  assert.match(decisions.activityLog.toast?.message ?? "", /Egret/);
  assert.equal(decisions.activityLog.entries.length, 0);
});

test("a bulk rejection reports the comments that others had decided", async () => {
  const { queue, decisions } = deskWith((path) => {
    if (path === "/api/desk/queue") return page(rows);
    const already_decided = [
      {
        comment_id: rows[1]?.comment_id,
        decided_by: "Egret",
        verdict: "publish",
        ...{ clause: null, edit_kind: null, decision_id: "e" },
      },
    ];
    return {
      decided: [rows[0], rows[2], rows[3]].map((row) => decisionFor(row)),
      already_decided,
      not_stored: [],
      not_signed: [],
    };
  });
  await queue.load(null);
  await decisions.bulkReject(queue.undecided, "spam");
  assert.match(
    decisions.activityLog.toast?.message ?? "",
    /3 comments: Rejected \(Spam\); 1 other was/,
  );
  assert.match(queue.items[1]?.message ?? "", /Egret has already decided: Published\./);
  assert.equal(queue.focusId, null);
});

test("an edit without changes is not published", async () => {
  const { queue, decisions } = deskWith(() => page(rows));
  await queue.load(null);
  first(queue).mode = "edit";
  await decisions.publish(first(queue));
  assert.match(first(queue).message ?? "", /Nothing has been changed/);
  assert.equal(first(queue).state, "pending");
});

const rejected = { verdict: "reject", clause: "spam", edit_kind: null };

test("comments decided by others stay in place; one in focus or with a draft stays open", async () => {
  const already_decided = rows
    .slice(0, 3)
    .map(({ comment_id }) => ({ comment_id, decided_by: "Egret", ...rejected }));
  const { queue } = deskWith((path) =>
    path === "/api/desk/already-decided" ? { already_decided, superseded: [] } : page(rows),
  );
  await queue.load(null);
  const [focused, drafted, untouched, last] = queue.items;
  assert.ok(focused && drafted && untouched && last);
  drafted.draft.note = "draft";
  await queue.markDecidedByOthers();
  assert.deepEqual(
    queue.items.map(({ state }) => state),
    ["pending", "pending", "done", "pending"],
  );
  assert.equal(queue.focused, focused);
  for (const item of [focused, drafted, untouched])
    assert.match(item.message ?? "", /Egret has already decided: Rejected \(Spam\)/);
  assert.equal(last.message, null);
});

test("reloading a page drops the comments that others decided", async () => {
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
  served = [rows[0], rows[1]] as QueueRow[]; // the last comment has moved to the next page
  await queue.load(null);
  assert.deepEqual(ids(queue), [rows[0]?.comment_id, rows[1]?.comment_id, rows[3]?.comment_id]);
});

test("undo is offered until the slot", async () => {
  const { queue, decisions } = deskWith((path, body) =>
    path === "/api/desk/queue" ? page(rows.slice(0, 2)) : decisionFor(body),
  );
  await queue.load(null);
  await decisions.publish(first(queue));
  assert.notEqual(decisions.activityLog.undoable, null);
  queue.applyStatus({ ...status, next_slot: { at: status.next_slot.at + 60, label: "18:01" } });
  assert.equal(decisions.activityLog.undoable, null);
});
