import assert from "node:assert/strict";
import { test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { NetworkError } from "../desk/api/client.ts";
import { hashPin, newDeviceKey, openIdentity, sealIdentity } from "../desk/crypto/device-key.ts";
import { openDrafts, sealDrafts } from "../desk/lock/drafts.ts";
import { deskWith, first, page, rows } from "./fake-desk.ts";

test("what was begun is there again after a lock, on every page", async () => {
  const serve = (_path: string, body: unknown) =>
    (body as { cursor: string | null }).cursor === null
      ? page(rows.slice(0, 2), "second")
      : page(rows.slice(2));
  const before = deskWith(serve).queue;
  await before.load(null);
  Object.assign(first(before), { mode: "edit" });
  Object.assign(first(before).draft, { text: "half of an edit", editKind: "masked" });
  await before.loadMore();
  first(before).draft.note = "half of a note";
  const last = before.items.at(-1);
  assert.ok(last);
  last.mode = "reject";

  const after = deskWith(serve).queue;
  after.restoreDrafts(before.savedDrafts);
  assert.equal(after.savedDrafts.length, 2); // also if it is locked again before a page is loaded
  await after.load(null);
  const item = first(after);
  assert.deepEqual([item.mode, item.draft.text], ["edit", "half of an edit"]);
  assert.equal(item.draft.note, "half of a note");
  assert.equal(after.focusId, item.row.comment_id);
  await after.loadMore();
  assert.equal(after.items.at(-1)?.mode, "reject");
});

test("a decision that was not sent before a lock is not sent by itself afterwards", async () => {
  let requests = 0;
  const serve = (path: string) => {
    if (path === "/api/desk/queue") return page(rows);
    requests += 1;
    throw new NetworkError("lost.");
  };
  const before = deskWith(serve);
  await before.queue.load(null);
  const item = first(before.queue);
  item.draft.rejectClause = "spam";
  await before.decisions.reject(item);
  const after = deskWith(serve);
  after.queue.restoreDrafts(before.queue.savedDrafts);
  await after.queue.load(null);
  const sentBefore = requests;
  await after.decisions.retry();
  assert.equal(requests, sentBefore);
  const restored = first(after.queue);
  assert.deepEqual(
    [restored.state, restored.mode, restored.draft.rejectClause],
    ["pending", "reject", "spam"],
  );
  assert.match(restored.message ?? "", /not sent before the desk was locked/);
});

test("nothing is saved of a comment that was only read", async () => {
  const { queue } = deskWith(() => page(rows));
  await queue.load(null);
  assert.deepEqual(queue.savedDrafts, []);
  assert.equal(await sealDrafts([], "Heron", ""), null);
});

test("drafts are opened by their author's key only, and say nothing without it", async () => {
  const { queue } = deskWith(() => page(rows));
  await queue.load(null);
  first(queue).draft.note = "half of a note";
  const [heron, egret] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
  const recipient = await identityToRecipient(heron);
  const sealed = await sealDrafts(queue.savedDrafts, "Heron", recipient);
  assert.ok(sealed);
  assert.doesNotMatch(atob(sealed.sealed), /half of a note/);
  assert.equal((await openDrafts(sealed, heron))[0]?.draft.note, "half of a note");
  await assert.rejects(openDrafts(sealed, egret));
});

test("a stored identity is opened by its device key, for its owner only", async () => {
  const key = newDeviceKey();
  const stored = await sealIdentity("AGE-SECRET-KEY-1X", key, "Heron");
  assert.doesNotMatch(new TextDecoder().decode(stored.sealed), /AGE-SECRET-KEY/);
  assert.equal(await openIdentity(stored, key, "Heron"), "AGE-SECRET-KEY-1X");
  assert.equal(await openIdentity(stored, newDeviceKey(), "Heron"), null);
  assert.equal(await openIdentity(stored, key, "Egret"), null);
});

test("the hash of a PIN depends on a salt that the server never gets", async () => {
  const [first, second] = await Promise.all([
    sealIdentity("x", newDeviceKey(), "Heron"),
    sealIdentity("x", newDeviceKey(), "Heron"),
  ]);
  assert.equal(await hashPin(first, "4711"), await hashPin(first, "4711"));
  assert.notEqual(await hashPin(first, "4711"), await hashPin(first, "4712"));
  assert.notEqual(await hashPin(first, "4711"), await hashPin(second, "4711"));
});
