import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, fromHex, toBase64 } from "../desk/crypto/bytes.ts";
import {
  FEEDBACK_BYTES,
  type Feedback,
  feedbackHash,
  genuineRecipients,
  NOTE_BYTES,
  openNote,
  sealFeedback,
} from "../desk/crypto/feedback.ts";
import { decrypt, generateIdentity, recipientOf } from "../desk/crypto/identity.ts";
import { createFeedback } from "../desk/decisions/feedback.ts";
import { nothing, feedbackVectors as vectors } from "./feedback-vectors.ts";

const { epoch } = vectors;
const limits = { added_graphemes_max: 200, changes_max: 50 };
const mac = toBase64(fromHex(vectors.recipient_mac));
const feedbackOf = (plain: string) => JSON.parse(plain) as Feedback;

test("only recipients with the comment's own MAC are genuine", async () => {
  const other = await recipientOf(await generateIdentity());
  const bound = [
    { recipient: vectors.recipient, recipient_mac: mac },
    { recipient: other, recipient_mac: mac },
    { recipient: other, recipient_mac: "" },
  ];
  assert.deepEqual(genuineRecipients(vectors.feedback_key, bound), [vectors.recipient]);
  assert.deepEqual(genuineRecipients("0".repeat(64), bound), []);
});

test("feedback has one size, whatever it says and however many receipts there are", async () => {
  assert.deepEqual([FEEDBACK_BYTES, NOTE_BYTES], [vectors.padded_bytes, vectors.padded_note_bytes]);
  const receipts = await Promise.all(
    Array.from({ length: 5 }, async () => recipientOf(await generateIdentity())),
  );
  for (const count of [1, 2, 5]) {
    for (const { plain } of vectors.valid) {
      const sealed = await sealFeedback(
        feedbackOf(plain),
        receipts.slice(0, count),
        epoch.recipient,
      );
      assert.equal(fromBase64(sealed.sealed).length, vectors.sealed_bytes);
      assert.equal(fromBase64(sealed.sealed_note).length, vectors.sealed_note_bytes);
    }
  }
});

test("the receipt opens all of it, and the epoch only the note", async () => {
  for (const { plain } of vectors.valid) {
    const feedback = feedbackOf(plain);
    const sealed = await sealFeedback(feedback, [vectors.recipient], epoch.recipient);
    const opened = await decrypt(fromBase64(sealed.sealed), vectors.identity);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(opened)), feedback);
    await assert.rejects(decrypt(fromBase64(sealed.sealed), epoch.identity));
    assert.equal(await openNote(sealed.sealed_note, epoch.identity), feedback.note);
    assert.equal(await openNote(sealed.sealed_note, vectors.identity), null);
    assert.equal(await openNote(sealed.sealed_note, undefined), null);
  }
});

test("what will be signed has the same hash as in Python", () => {
  const { sealed, sealed_note } = vectors;
  assert.equal(feedbackHash({ sealed, sealed_note }), vectors.hash);
  assert.notEqual(feedbackHash({ sealed: sealed_note, sealed_note: sealed }), vectors.hash);
});

test("an edit tells what was struck and added, and joins to both texts", () => {
  const original = { text: "Call 012 345 678 today.", name: "Sok Dara" };
  const edited = { text: "Call ▮▮▮▮▮▮▮▮ today.", name: "Dara", lang: "en" };
  const feedback = createFeedback("Why.", { original, edited }, limits);
  const { changes, ...others } = feedback;
  assert.deepEqual(others, {
    ...{ v: 1, note: "Why.", former_name: "Sok Dara", name: "Dara", lang: "en" },
    is_abridged: false,
  });
  const joined = (left_out: string) =>
    changes.map(({ kind, text }) => (kind === left_out ? "" : text)).join("");
  assert.deepEqual([joined("inserted"), joined("deleted")], [original.text, edited.text]);
  assert.deepEqual(createFeedback("Why.", null, limits), { ...nothing, note: "Why." });
});

test("changes that do not fit a receipt are left out, and it says so", () => {
  const original = { text: "One.", name: "Sok" };
  const edited = { text: "a".repeat(201), name: "Sok", lang: "en" };
  const expected = { ...nothing, is_abridged: true };
  assert.deepEqual(createFeedback("", { original, edited }, limits), expected);
  const words = Array.from({ length: 60 }, (_, index) => `w${index}`);
  const many = { text: words.join(" "), name: "" };
  const every = words.map((word, index) => (index % 2 ? word : "x")).join(" ");
  const changed = { text: every, name: "", lang: "en" };
  assert.deepEqual(createFeedback("", { original: many, edited: changed }, limits), expected);
});
