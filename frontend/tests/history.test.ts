import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkError, RequestRejected } from "../desk/api/client.ts";
import type { HistoryEntry } from "../desk/api/types.ts";
import { History } from "../desk/history/history.ts";
import type { Dom } from "../desk/ui/dom.ts";
import { fakeDom } from "./fake-desk.ts";

const historyEntry = {
  decision_id: "d",
  comment_id: "a",
  state: "held",
  can_undo: true,
} as unknown as HistoryEntry;

/** A history with one entry whose actions fail with `error`; `returned` are the ids back in the queue. */
async function historyFailingWith(error: Error) {
  const returned: string[] = [];
  const dom = fakeDom((path) => {
    if (path === "/api/desk/history") return { entries: [{ ...historyEntry }], next_cursor: null };
    throw error;
  });
  const history = new History(dom as unknown as Dom, "Heron", (id) => returned.push(id));
  await history.load();
  const [entry] = history.entries;
  assert.ok(entry);
  return { history, entry, returned };
}

test("a stored undo is shown although the purge is pending", async () => {
  const message = "Undone. The text could not be removed from every file yet.";
  const { history, entry, returned } = await historyFailingWith(
    new NetworkError(message, "purge_pending"),
  );
  await history.undo(entry);
  assert.deepEqual([entry.is_undone, entry.state, returned], [true, "pending", ["a"]]);
  assert.equal(history.error, message);
});

test("a removal without a response is not shown as done", async () => {
  const { history, entry } = await historyFailingWith(new NetworkError("No response."));
  history.removing = { decisionId: "d", clause: "threats" };
  await history.remove(entry);
  assert.deepEqual([entry.state, history.error], ["held", "No response."]);
});

test("the moderator who removed the comment first is named", async () => {
  const details = { decided_by: "Egret", verdict: "remove" };
  const error = new RequestRejected(409, "already_decided", "Somebody else was first.", details);
  const { history, entry } = await historyFailingWith(error);
  history.removing = { decisionId: "d", clause: "threats" };
  await history.remove(entry);
  assert.match(history.error ?? "", /Egret has already removed/);
});

const ID = "a".repeat(26);

test("a comment is found by the address of its page, by its position on another, and by its id", async () => {
  const { history } = await historyFailingWith(new NetworkError("not used"));
  const page = `https://comments.example/river/ferry/en/comment/${ID}.html`;
  for (const link of [
    page,
    `${page}?from=chat`,
    `${page}#top`,
    `x/page/3.html#c-${ID}`,
    ` ${ID} `,
  ]) {
    await history.find(link);
    assert.deepEqual([history.commentId, history.isInvalidLink], [ID, false], link);
  }
  for (const link of ["https://news.example/", `${page}x`, `x/comment/${ID}`, `${ID}a`]) {
    await history.find(link);
    assert.equal(history.isInvalidLink, true, link);
  }
});
