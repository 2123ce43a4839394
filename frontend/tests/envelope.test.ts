import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { QueueRow } from "../desk/api/types.ts";
import { toHex } from "../desk/crypto/bytes.ts";
import {
  BOUND_FIELDS,
  commitment,
  decryptRow,
  type Envelope,
  matchesRow,
  parseEnvelope,
} from "../desk/crypto/envelope.ts";
import { generateIdentity, importDecryptionKey } from "../desk/crypto/identity.ts";
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
    ...{ story_title: "", story_url: "", age_days: 0, expires: null, recipients: [] },
    parent: null,
  };
}

function first(): { row: QueueRow; envelope: Envelope } {
  const sample = vectors.envelopes[0];
  assert.ok(sample);
  const envelope = JSON.parse(sample.plain) as Envelope;
  return { row: rowFor(sample.sealed, envelope), envelope };
}

test("an envelope sealed in Python can be decrypted", async () => {
  const keys = new Map([["e", await importDecryptionKey(vectors.epoch.identity)]]);
  for (const vector of vectors.envelopes) {
    const padded =
      vector.plain + " ".repeat(vector.padded_kib * 1024 - Buffer.byteLength(vector.plain));
    assert.equal(createHash("sha256").update(padded).digest("hex"), vector.plain_sha256);
    const envelope = JSON.parse(vector.plain) as Envelope;
    assert.deepEqual(await decryptRow(rowFor(vector.sealed, envelope), keys), { envelope });
  }
});

test("the commitment is the same as in Python, in Khmer and without a name too", () => {
  for (const vector of vectors.commitments) {
    assert.equal(toHex(commitment(vector)), vector.commitment);
  }
});

test("an envelope that differs from its row in any bound field is rejected", async () => {
  const { row, envelope } = first();
  const keys = new Map([["e", vectors.epoch.identity]]);
  assert.ok(matchesRow(envelope, row));
  for (const field of BOUND_FIELDS) {
    const moved = { ...row, [field]: "elsewhere" };
    assert.deepEqual(await decryptRow(moved, keys), { unreadable: "moved" });
  }
});

test("a missing key is distinguished from a damaged envelope", async () => {
  const { row } = first();
  assert.deepEqual(await decryptRow(row, new Map()), { unreadable: "no_key" });
  const wrong = new Map([["e", await generateIdentity()]]);
  assert.deepEqual(await decryptRow(row, wrong), { unreadable: "damaged" });
  const right = new Map([["e", vectors.epoch.identity]]);
  const cut = { ...row, envelope: row.envelope.slice(0, 400) };
  assert.deepEqual(await decryptRow(cut, right), { unreadable: "damaged" });
});

test("an envelope with a missing field or a wrong type is invalid", () => {
  const { envelope } = first();
  for (const field of Object.keys(envelope)) {
    assert.equal(parseEnvelope(JSON.stringify({ ...envelope, [field]: undefined })), null, field);
    assert.equal(parseEnvelope(JSON.stringify({ ...envelope, [field]: 7 })), null, field);
  }
  assert.equal(parseEnvelope("null"), null);
});
