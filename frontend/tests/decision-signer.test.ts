import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecideRequest } from "../desk/api/types.ts";
import { fromBase64, fromHex, toBase64, utf8 } from "../desk/crypto/bytes.ts";
import { importSigningKey, isSigned, publicKeyOf } from "../desk/crypto/signing.ts";
import {
  type DecisionDocument,
  DecisionSigner,
  decisionMessage,
  envelopeHash,
  type Publication,
  publicationHash,
} from "../desk/decisions/decision-signer.ts";
import { clean, cleanName } from "../desk/text/clean.ts";
import { deskWith, page, rows } from "./fake-desk.ts";
import { readVectors } from "./vectors.ts";

interface Vectors {
  site_id: string;
  seed: string;
  signing_key: string;
  publications: { nonce: string; publication: Publication; hash: string }[];
  envelope: { age_file: string; hash: string };
  valid: { name: string; document: DecisionDocument; canonical: string; signature: string }[];
  broken: { name: string; document: DecisionDocument; signature: string }[];
  cleaned: { raw: string; text: string }[];
  cleaned_names: { raw: string; name: string }[];
}

const vectors = readVectors<Vectors>("decisions.json");
const seed = fromHex(vectors.seed);
const HEAD = "a".repeat(64);
const domain = utf8("yobal decision 1\0").length;

/** Signs with a key inside Web Crypto, as a browser does. */
async function signerOf(siteId = vectors.site_id): Promise<DecisionSigner> {
  const keys = { signingKey: await importSigningKey(seed), publicKey: publicKeyOf(seed) };
  return new DecisionSigner(
    siteId,
    keys,
    () => HEAD,
    () => null,
  );
}

for (const { name, document, canonical, signature } of vectors.valid) {
  test(`a decision has the same bytes as in Python: ${name}`, async () => {
    const message = decisionMessage(document);
    assert.equal(new TextDecoder().decode(message.slice(domain)), canonical);
    assert.equal(await isSigned(message, fromHex(signature), document.by), true);
  });
}

for (const { name, document, signature } of vectors.broken) {
  test(`a signature is of one decision only: ${name}`, async () => {
    const message = decisionMessage(document);
    assert.equal(await isSigned(message, fromHex(signature), document.by), false);
  });
}

test("what will appear has the same hash as in Python", () => {
  for (const { nonce, publication, hash } of vectors.publications) {
    assert.equal(publicationHash(fromHex(nonce), publication), hash);
  }
  assert.equal(envelopeHash(toBase64(fromHex(vectors.envelope.age_file))), vectors.envelope.hash);
});

test("texts and names are cleaned as in Python", () => {
  for (const { raw, text } of vectors.cleaned) assert.equal(clean(raw), text, JSON.stringify(raw));
  for (const { raw, name } of vectors.cleaned_names) assert.equal(cleanName(raw), name);
  for (const { text } of vectors.cleaned) assert.equal(clean(text), text);
});

test("the desk signs what it sends, with new random bytes each time", async () => {
  const { queue } = deskWith(() => page(rows));
  await queue.load(null);
  const [item] = queue.items;
  assert.ok(item);
  const signer = await signerOf();
  const { text, name, nonce, lang } = item.envelope;
  const request = { verdict: "publish", text, name, nonce, lang } as const;
  const bodies = [await signer.decide(item, request), await signer.decide(item, request)];
  const { story_id, edition, root_id, parent_id } = item.row;
  const nonces = new Set<string>();
  for (const body of bodies as (DecideRequest & { publication_nonce: string })[]) {
    nonces.add(body.publication_nonce);
    const publication = { text, name, lang, story_id, edition, root_id, parent_id };
    const message = decisionMessage({
      ...{ v: 1, site_id: vectors.site_id, comment_id: item.row.comment_id, verdict: "publish" },
      ...{
        clause: null,
        edit_kind: null,
        undoes_id: null,
        feedback_hash: null,
        head: HEAD,
        by: vectors.signing_key,
      },
      envelope_hash: envelopeHash(item.row.envelope),
      publication_hash: publicationHash(fromHex(body.publication_nonce), publication),
    });
    assert.equal(await isSigned(message, fromBase64(body.signature), vectors.signing_key), true);
  }
  assert.equal(nonces.size, 2);
});

test("signing costs a decision less than 5 ms", async () => {
  const { queue } = deskWith(() => page(rows));
  await queue.load(null);
  const [item] = queue.items;
  assert.ok(item);
  const signer = await signerOf();
  const { text, name, nonce, lang } = item.envelope;
  const request = { verdict: "publish", text, name, nonce, lang } as const;
  const times: number[] = [];
  for (let count = 0; count < 50; count += 1) {
    const start = performance.now();
    await signer.decide(item, request);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const median = times[25] ?? Number.POSITIVE_INFINITY;
  assert.ok(median < 5, `${median} ms`);
});
