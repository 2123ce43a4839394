import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { QueueRow } from "../desk/api/types.ts";
import { toHex } from "../desk/crypto/bytes.ts";
import {
  BOUND_FIELDS,
  belongsTo,
  commitment,
  type Envelope,
  openRow,
  readEnvelope,
} from "../desk/crypto/envelope.ts";
import { newIdentity, openerOf } from "../desk/crypto/identity.ts";
import { readVectors } from "./vectors.ts";

interface Vectors {
  epoch: { identity: string; recipient: string };
  envelopes: { plain: string; padded_kib: number; plain_sha256: string; sealed: string }[];
  commitments: { nonce: string; name: string; text: string; commitment: string }[];
}

const vectors = readVectors<Vectors>("envelopes.json");

function rowFor(sealed: string, envelope: Envelope): QueueRow {
  const { comment_id, site_id, story_id, edition, root_id, parent_id } = envelope;
  return {
    ...{
      comment_id,
      site_id,
      story_id,
      edition,
      root_id,
      parent_id,
      epoch_id: "e",
      envelope: sealed,
      lang: "und",
    },
    ...{ story_title: "", story_url: "", age_slots: 0, has_receipt: false },
    parent: null,
  };
}

function first(): { row: QueueRow; envelope: Envelope } {
  const sample = vectors.envelopes[0];
  assert.ok(sample);
  const envelope = JSON.parse(sample.plain) as Envelope;
  return { row: rowFor(sample.sealed, envelope), envelope };
}

test("an envelope sealed in Python is opened", async () => {
  const openers = new Map([["e", await openerOf(vectors.epoch.identity)]]);
  for (const one of vectors.envelopes) {
    const padded = one.plain + " ".repeat(one.padded_kib * 1024 - Buffer.byteLength(one.plain));
    assert.equal(createHash("sha256").update(padded).digest("hex"), one.plain_sha256);
    const envelope = JSON.parse(one.plain) as Envelope;
    assert.deepEqual(await openRow(rowFor(one.sealed, envelope), openers), { envelope });
  }
});

test("the commitment is the same as in Python, in Khmer and without a name too", () => {
  for (const one of vectors.commitments) {
    assert.equal(toHex(commitment(one)), one.commitment);
  }
});

test("an envelope that disagrees with its row in any field is refused", async () => {
  const { row, envelope } = first();
  const openers = new Map([["e", vectors.epoch.identity]]);
  assert.ok(belongsTo(envelope, row));
  for (const field of BOUND_FIELDS) {
    const moved = { ...row, [field]: "elsewhere" };
    assert.deepEqual(await openRow(moved, openers), { unreadable: "moved" });
  }
});

test("a comment of an epoch without a key is told from a damaged one", async () => {
  const { row } = first();
  assert.deepEqual(await openRow(row, new Map()), { unreadable: "no_key" });
  const wrong = new Map([["e", await newIdentity()]]);
  assert.deepEqual(await openRow(row, wrong), { unreadable: "damaged" });
  const right = new Map([["e", vectors.epoch.identity]]);
  const cut = { ...row, envelope: row.envelope.slice(0, 400) };
  assert.deepEqual(await openRow(cut, right), { unreadable: "damaged" });
});

test("an envelope with a field missing or of another kind is not an envelope", () => {
  const { envelope } = first();
  for (const field of Object.keys(envelope)) {
    assert.equal(readEnvelope(JSON.stringify({ ...envelope, [field]: undefined })), null, field);
    assert.equal(readEnvelope(JSON.stringify({ ...envelope, [field]: 7 })), null, field);
  }
  assert.equal(readEnvelope("null"), null);
});
