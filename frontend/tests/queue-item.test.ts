import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, Unreachable } from "../desk/api/client.ts";
import type { QueueRow } from "../desk/api/types.ts";
import type { Envelope } from "../desk/crypto/envelope.ts";
import { decidedBefore, decisionBefore, notDecided } from "../desk/decisions/messages.ts";
import { hasTyped, type Item, newItem, publication, rejection } from "../desk/queue/queue-item.ts";

const place = {
  comment_id: "a",
  site_id: "s",
  story_id: "t",
  edition: "en",
  root_id: null,
  parent_id: null,
};
const envelope: Envelope = {
  ...place,
  ...{ v: 1, text: "Call 012.", name: "Anna", lang: "th", nonce: "0".repeat(64) },
};

function item(change: Partial<QueueRow> = {}): Item {
  const row: QueueRow = {
    ...place,
    ...{ story_title: "", story_url: "", lang: "und", epoch_id: "e", age_slots: 0 },
    ...{ has_receipt: true, parent: null, envelope: "" },
  };
  return newItem({ ...row, ...change }, envelope);
}

test("what is unedited is published with name and nonce, in the sealed language", () => {
  assert.deepEqual(publication(item()), {
    ...{ verdict: "publish", text: "Call 012.", name: "Anna", lang: "th" },
    nonce: envelope.nonce,
  });
});

test("a sealed language that is no language tag gives way to the row's", () => {
  const odd = newItem({ ...item().row, lang: "km" }, { ...envelope, lang: "<x>" });
  assert.equal(odd.draft.lang, "km");
});

test("an edited comment never takes original or nonce along", () => {
  const edited = item();
  Object.assign(edited.draft, { text: "Call ▮▮▮.", kind: "masked", editClause: "personal-data" });
  const act = publication(edited);
  assert.ok(typeof act !== "string" && act.verdict === "publish_edited");
  assert.ok(!JSON.stringify(act).includes("012"));
  assert.ok(!JSON.stringify(act).includes(envelope.nonce));
});

test("a changed name is an edit too, and an edit needs kind and clause", () => {
  const renamed = item();
  renamed.draft.name = "";
  assert.match(String(publication(renamed)), /kind/);
  renamed.draft.kind = "reworded";
  assert.match(String(publication(renamed)), /clause/);
  renamed.draft.text = " \n";
  assert.match(String(publication(renamed)), /Nothing of the comment/);
});

test("a rejection needs a clause, and carries a note only where a receipt shows it", () => {
  const rejected = item();
  assert.equal(typeof rejection(rejected), "string");
  Object.assign(rejected.draft, { rejectClause: "spam", note: " why " });
  assert.deepEqual(rejection(rejected), { verdict: "reject", clause: "spam", note: "why" });
  const without = item({ has_receipt: false });
  Object.assign(without.draft, { rejectClause: "spam", note: "why" });
  assert.deepEqual(rejection(without), { verdict: "reject", clause: "spam", note: null });
});

test("typed words count as typed until the comment is decided", () => {
  const typed = item();
  assert.equal(hasTyped(typed), false);
  typed.draft.note = "x";
  assert.equal(hasTyped(typed), true);
  typed.state = "done";
  assert.equal(hasTyped(typed), false);
});

test("who was first is told apart: a colleague, oneself, the author", () => {
  assert.match(
    decidedBefore({ decided_by: "Egret", verdict: "reject" }, "Heron"),
    /Egret was first.*rejected/,
  );
  assert.match(
    decidedBefore({ decided_by: "Heron", verdict: "publish" }, "Heron"),
    /had arrived.*published/,
  );
  assert.match(
    decidedBefore({ decided_by: "", verdict: "withdrawn" }, "Heron"),
    /author has withdrawn/,
  );
});

test("only a comment that is gone leaves the queue when a decision fails", () => {
  const taken = new Refusal(409, "already_decided", "", {
    decided_by: "Egret",
    verdict: "publish",
  });
  assert.deepEqual(decisionBefore(taken), {
    decided_by: "Egret",
    verdict: "publish",
    decision_id: null,
  });
  assert.equal(decisionBefore(new Refusal(422, "invalid", "", {})), null);
  assert.equal(decisionBefore(new Unreachable("lost")), null);
});

test("the clause of an edit never stands for the clause of a rejection", () => {
  const masked = item();
  masked.draft.editClause = "personal-data";
  assert.match(String(rejection(masked)), /Choose the clause/);
});

test("without an answer nobody says that a decision was not made; else the server's words are said", () => {
  assert.match(notDecided(new Unreachable("lost")), /not known whether/);
  const full = new Unreachable("The database takes nothing just now.", "unavailable");
  assert.equal(notDecided(full), "Not decided. The database takes nothing just now.");
});
