import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkError, RequestRejected } from "../desk/api/client.ts";
import type { HistoryEntry } from "../desk/api/types.ts";
import { History } from "../desk/history/history.ts";
import type { Dom } from "../desk/ui/dom.ts";
import { fakeDom, signer, terms } from "./fake-desk.ts";

const session = { pseudonym: "Heron", terms };
const ignore = { undone: () => {}, removed: () => {} };
const keyring = { epochKeys: new Map<string, string>() };
const dependencies = { listener: ignore, signer, keyring };
const historyEntry = {
  sealed_note: null,
  epoch_id: "e",
  verdict: "publish",
  clause: null,
  edit_kind: null,
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
  const history = new History(dom as unknown as Dom, session, {
    ...dependencies,
    listener: { ...ignore, undone: (id) => returned.push(id) },
  });
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
  const details = { decided_by: "Egret", verdict: "remove", clause: "spam" };
  const error = new RequestRejected(409, "already_decided", "Somebody else was first.", details);
  const { history, entry } = await historyFailingWith(error);
  history.removing = { decisionId: "d", clause: "threats" };
  await history.remove(entry);
  assert.match(history.error ?? "", /Egret has already decided: Removed \(Spam\)/);
});

test("the entry of a removal appears at once, and older pages stay", async () => {
  const entry = (id: string, change = {}) => ({ ...historyEntry, decision_id: id, ...change });
  let newest = [entry("c"), entry("b")];
  const cursors: unknown[] = [];
  const dom = fakeDom((path, body) => {
    if (path !== "/api/desk/history") return {};
    const { cursor } = body as { cursor: string | null };
    cursors.push(cursor);
    if (cursor !== null) return { entries: [entry("a")], next_cursor: null };
    return { entries: newest, next_cursor: "2" };
  });
  const history = new History(dom as unknown as Dom, session, dependencies);
  await history.load();
  await history.loadOlder();
  const [first] = history.entries;
  assert.ok(first);
  newest = [entry("d", { verdict: "remove" }), entry("c")];
  history.removing = { decisionId: "c", clause: "spam" };
  await history.remove(first);
  assert.deepEqual(
    history.entries.map(({ decision_id }) => decision_id),
    ["d", "c", "b", "a"],
  );
  assert.deepEqual([history.nextCursor, cursors], [null, [null, "2", null]]);
});

test("a stored removal is reported with its clause, so that it is no longer undone", async () => {
  const removed: string[][] = [];
  const dom = fakeDom(() => ({ entries: [{ ...historyEntry }], next_cursor: null }));
  const listener = { ...ignore, removed: (...removal: string[]) => removed.push(removal) };
  const history = new History(dom as unknown as Dom, session, { ...dependencies, listener });
  await history.load();
  const [entry] = history.entries;
  assert.ok(entry);
  history.removing = { decisionId: "d", clause: "spam" };
  await history.remove(entry);
  assert.deepEqual(removed, [["a", "spam"]]);
});

test("a comment that is to be removed is shown with its form open", async () => {
  const entries = [{ ...historyEntry, can_remove: true }];
  const dom = fakeDom(() => ({ entries, next_cursor: null }));
  const history = new History(dom as unknown as Dom, session, dependencies);
  await history.openForRemoval("a");
  assert.deepEqual([history.commentId, history.removing?.decisionId], ["a", "d"]);
  assert.equal(dom.focusedOn, ".removal-form input");
});

test("an undo that a colleague made first names the colleague, beside the entry", async () => {
  const details = { undone_by: "Egret" };
  const { history, entry } = await historyFailingWith(
    new RequestRejected(409, "already_undone", "", details),
  );
  await history.undo(entry);
  assert.equal(history.error, "Egret has already undone this decision.");
  assert.equal(history.failedId, "d");
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
