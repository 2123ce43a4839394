import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, fromHex } from "../desk/crypto/bytes.ts";
import { importSigningKey, isSigned, publicKeyOf } from "../desk/crypto/signing.ts";
import { type ImportDocument, ImportSigner, importMessage } from "../desk/imports/import-signer.ts";
import { readVectors } from "./vectors.ts";

interface Vectors {
  seed: string;
  document: ImportDocument;
  canonical: string;
  signature: string;
}

const vectors = readVectors<Vectors>("imports.json");

test("an import has the same bytes as in Python", async () => {
  const message = importMessage(vectors.document);
  const text = new TextDecoder().decode(message);
  assert.equal(text, `yobal import 1\0${vectors.canonical}`);
  assert.equal(await isSigned(message, fromHex(vectors.signature), vectors.document.by), true);
});

test("the lead signs what is on the screen", async () => {
  const seed = fromHex(vectors.seed);
  const { site_id, import_id, comments, rows_hash, head, by } = vectors.document;
  const keys = { signingKey: await importSigningKey(seed), publicKey: publicKeyOf(seed) };
  const signer = new ImportSigner(site_id, keys, () => head);
  const overview = {
    ...{ import_id, source: "disqus", format: "disqus", state: "waiting" as const, comments },
    ...{ rows_hash, sealed_count: 0, waiting_count: comments, stories: [], story_count: 0 },
    ...{ signed_by: null, appears: null },
  };
  const request = await signer.sign(overview, rows_hash);
  assert.equal(
    await isSigned(importMessage(vectors.document), fromBase64(request.signature), by),
    true,
  );
  assert.deepEqual(
    { ...request, signature: "" },
    { import_id, comments, rows_hash, head, signature: "" },
  );
});
