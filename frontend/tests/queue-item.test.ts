import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkError, RequestRejected } from "../desk/api/client.ts";
import type { QueueRow } from "../desk/api/types.ts";
import { fromHex, toBase64 } from "../desk/crypto/bytes.ts";
import type { Envelope } from "../desk/crypto/envelope.ts";
import {
  alreadyDecidedMessage,
  existingDecision,
  notDecidedMessage,
} from "../desk/decisions/messages.ts";
import {
  createItem,
  hasUnsavedText,
  publishRequest,
  type QueueItem,
  rejectRequest,
} from "../desk/queue/queue-item.ts";
import { terms } from "./fake-desk.ts";
import { feedbackVectors, nothing } from "./feedback-vectors.ts";

const limits = {
  ...{ text_graphemes_max: 2_000, name_graphemes_max: 60, note_graphemes_max: 300 },
  ...{ added_graphemes_max: 200, changes_max: 50 },
};
const { feedback_key, recipient, recipient_mac } = feedbackVectors;
const recipients = [{ recipient, recipient_mac: toBase64(fromHex(recipient_mac)) }];
const boundFields = {
  comment_id: "a",
  site_id: "s",
  story_id: "t",
  edition: "en",
  root_id: null,
  parent_id: null,
};
const envelope: Envelope = {
  ...boundFields,
  ...{ v: 1, text: "Call 012.", name: "Anna", lang: "th", nonce: "0".repeat(64) },
  feedback_key,
};

function item(change: Partial<QueueRow> = {}): QueueItem {
  const row: QueueRow = {
    ...boundFields,
    ...{ story_title: "", story_url: "", lang: "und", epoch_id: "e", age_days: 0 },
    ...{ expires: null, recipients, parent: null, envelope: "" },
  };
  return createItem({ ...row, ...change }, envelope, () => []);
}

test("an unedited comment is published with its name, nonce and sealed language", () => {
  assert.deepEqual(publishRequest(item(), limits), {
    ...{ verdict: "publish", text: "Call 012.", name: "Anna", lang: "th" },
    nonce: envelope.nonce,
  });
});

test("an invalid sealed language is replaced by the row's language", () => {
  const created = createItem({ ...item().row, lang: "km" }, { ...envelope, lang: "<x>" }, () => []);
  assert.equal(created.draft.lang, "km");
});

test("an edited comment is sent without its original and without its nonce", () => {
  const edited = item();
  Object.assign(edited.draft, {
    text: "Call ▮▮▮.", // typed by hand
    editKind: "masked",
    editClause: "personal-data",
  });
  const request = publishRequest(edited, limits);
  assert.ok(!Array.isArray(request) && request.verdict === "publish_edited");
  assert.equal(request.text, "Call ▮▮▮▮▮▮▮▮.");
  const { feedback, ...sent } = request; // the signer seals the feedback before anything is sent
  assert.ok(JSON.stringify(feedback).includes("012"));
  assert.ok(!JSON.stringify(sent).includes("012"));
  assert.ok(!JSON.stringify(sent).includes(envelope.nonce));
});

test("a changed name is an edit too, and all that an edit lacks is listed at once", () => {
  const renamed = item();
  renamed.draft.name = "";
  const missing = ["Choose the kind of edit.", "Choose the clause of the terms for this edit."];
  assert.deepEqual(publishRequest(renamed, limits), missing);
  renamed.draft.editKind = "reworded";
  assert.deepEqual(publishRequest(renamed, limits), missing.slice(1));
  Object.assign(renamed.draft, { text: " \n\u034f\ufe0f", note: "x".repeat(301) });
  assert.deepEqual(publishRequest(renamed, limits), [
    "The comment is empty. Reject it instead.",
    "The note has 301 characters; at most 300 are allowed.",
    ...missing.slice(1),
  ]);
});

test("a rejection needs a clause, and carries a note only for an author with a receipt", () => {
  const rejected = item();
  rejected.draft.note = "x".repeat(301);
  assert.equal([rejectRequest(rejected, limits)].flat().length, 2);
  Object.assign(rejected.draft, { rejectClause: "spam", note: " why " });
  assert.deepEqual(rejectRequest(rejected, limits), {
    verdict: "reject",
    clause: "spam",
    feedback: { ...nothing, note: "why" },
  });
  const without = item({ recipients: [] });
  Object.assign(without.draft, { rejectClause: "spam", note: "why" });
  assert.deepEqual(rejectRequest(without, limits), {
    verdict: "reject",
    clause: "spam",
    feedback: null,
  });
});

test("typed text is unsaved until the comment is decided", () => {
  const typed = item();
  assert.equal(hasUnsavedText(typed), false);
  typed.draft.note = "x";
  assert.equal(hasUnsavedText(typed), true);
  typed.state = "done";
  assert.equal(hasUnsavedText(typed), false);
});

test("an existing decision names the moderator, the verdict and the clause", () => {
  const rejected = { verdict: "reject", clause: "spam", edit_kind: null };
  const masked = {
    verdict: "publish_edited",
    clause: "personal-data",
    edit_kind: "masked",
  } as const;
  assert.match(
    alreadyDecidedMessage({ decided_by: "Egret", ...rejected }, "Heron", terms),
    /Egret has already decided: Rejected \(Spam\)/,
  );
  assert.match(
    alreadyDecidedMessage({ decided_by: "Heron", ...masked }, "Heron", terms),
    /did arrive: Published with an edit \(Masked, Personal data\)/,
  );
  assert.match(
    alreadyDecidedMessage({ decided_by: "", ...rejected, verdict: "withdrawn" }, "Heron", terms),
    /author has withdrawn/,
  );
});

test("only a comment that is no longer pending leaves the queue after an error", () => {
  const error = new RequestRejected(409, "already_decided", "", {
    decided_by: "Egret",
    verdict: "publish",
  });
  assert.deepEqual(existingDecision(error), {
    decided_by: "Egret",
    verdict: "publish",
    ...{ clause: null, edit_kind: null, decision_id: null },
  });
  assert.equal(existingDecision(new RequestRejected(422, "invalid", "", {})), null);
  assert.equal(existingDecision(new NetworkError("lost")), null);
});

test("the clause of an edit is not used for a rejection", () => {
  const masked = item();
  masked.draft.editClause = "personal-data";
  assert.match(String(rejectRequest(masked, limits)), /Choose the clause/);
});

test("without a response the decision is unknown; otherwise the server's reason is shown", () => {
  assert.match(notDecidedMessage(new NetworkError("lost")), /not known whether/);
  const full = new NetworkError("The database is full.", "unavailable");
  assert.equal(notDecidedMessage(full), "Not decided. The database is full.");
});
