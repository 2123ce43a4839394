import assert from "node:assert/strict";
import { test } from "node:test";
import type { Statement } from "../desk/api/types.ts";
import { fromHex, toBase64, toHex } from "../desk/crypto/bytes.ts";
import { importSigningKey, publicKeyOf, sign, signingSeed } from "../desk/crypto/signing.ts";
import { confirmationWords, type WordsOver } from "../desk/roster/confirmation-words.ts";
import {
  fingerprint,
  firstOf,
  headOf,
  passkeyHash,
  RosterInvalid,
  readPasskey,
  verifyRoster,
} from "../desk/roster/roster.ts";
import { problemOf } from "../desk/roster/roster-check.ts";
import { founderMac, signInMessage } from "../desk/roster/sign-statements.ts";
import { openPin, signPin } from "../desk/roster/signed-pin.ts";
import { readVectors } from "./vectors.ts";

interface Signed {
  statement: string;
  signature: string;
  keys: string | null;
  keys_signature: string | null;
}

interface Vectors {
  site_id: string;
  signing_keys: { identity: string; signing_key: string }[];
  founder: { key: string; signing_key: string; mac: string };
  sign_in: Record<
    "secret" | "sign_in_key" | "site_id" | "pseudonym" | "challenge" | "signature",
    string
  >;
  signed_pin: { signing_key: string; first: string; length: number; head: string; stored: string };
  words: (WordsOver & { words: string })[];
  valid: {
    name: string;
    statements: Signed[];
    roster: {
      first: string;
      head: string;
      members: (Record<
        "signing_key" | "role" | "pseudonym" | "recipient" | "sign_in_key",
        string
      > & { passkeys: string[] })[];
      epochs: { epoch_id: string; recipient: string }[];
    };
  }[];
  broken: { name: string; rule: string; statements: Signed[] }[];
  passkeys: { passkey: string; passkey_hash: string }[];
}

const vectors = readVectors<Vectors>("roster.json");

const asSent = (signed: Signed): Statement => ({
  statement: signed.statement,
  signature: toBase64(fromHex(signed.signature)),
  keys: signed.keys,
  keys_signature: signed.keys_signature === null ? null : toBase64(fromHex(signed.keys_signature)),
});

for (const { name, statements, roster: expected } of vectors.valid) {
  test(`a valid roster says the same as in Python: ${name}`, async () => {
    const roster = await verifyRoster(statements.map(asSent), vectors.site_id);
    assert.equal(firstOf(roster), expected.first);
    assert.equal(headOf(roster), expected.head);
    const members = Array.from(roster.members.values(), ({ signingKey, role, keys, passkeys }) => ({
      signing_key: signingKey,
      role,
      pseudonym: keys?.pseudonym,
      recipient: keys?.recipient,
      sign_in_key: keys?.sign_in_key,
      passkeys,
    }));
    const byKey = (a: { signing_key: string }, b: { signing_key: string }) =>
      a.signing_key < b.signing_key ? -1 : 1;
    assert.deepEqual(members.sort(byKey), expected.members.sort(byKey));
    assert.deepEqual(roster.epochs, expected.epochs);
    const withheld = statements.map((statement) => ({
      ...asSent(statement),
      keys: null,
      keys_signature: null,
    }));
    const public_ = await verifyRoster(withheld, vectors.site_id, { withKeys: false });
    assert.deepEqual(public_.epochs, expected.epochs);
  });
}

for (const { name, rule, statements } of vectors.broken) {
  test(`a broken roster is refused under the same rule as in Python: ${name}`, async () => {
    await assert.rejects(verifyRoster(statements.map(asSent), vectors.site_id), (error) => {
      assert.ok(error instanceof RosterInvalid);
      assert.equal(error.rule, rule);
      return true;
    });
  });
}

test("a passkey has the same hash as in Python, and only one text", () => {
  for (const { passkey, passkey_hash } of vectors.passkeys) {
    assert.equal(passkeyHash(passkey), passkey_hash);
    assert.ok(readPasskey(passkey));
    for (const altered of [`${passkey} `, passkey.replace('"v":1', '"v":2')]) {
      assert.equal(readPasskey(altered), null);
    }
  }
});

test("keys, MACs and signatures are the same as in Python", async () => {
  for (const { identity, signing_key } of vectors.signing_keys) {
    assert.equal(publicKeyOf(signingSeed(identity)), signing_key);
  }
  const { founder, sign_in } = vectors;
  assert.equal(founderMac(fromHex(founder.key), founder.signing_key), founder.mac);
  const seed = fromHex(sign_in.secret);
  assert.equal(publicKeyOf(seed), sign_in.sign_in_key);
  const message = signInMessage(sign_in);
  assert.equal(toHex(await sign(seed, message)), sign_in.signature);
  assert.equal(toHex(await sign(await importSigningKey(seed), message)), sign_in.signature);
});

test("a browser without Ed25519 verifies the same", async (context) => {
  context.mock.method(crypto.subtle, "importKey", async () => {
    throw new DOMException("no Ed25519", "NotSupportedError");
  });
  for (const { statements } of vectors.valid) {
    await verifyRoster(statements.map(asSent), vectors.site_id);
  }
  for (const { statements, rule } of vectors.broken) {
    await assert.rejects(verifyRoster(statements.map(asSent), vectors.site_id), { rule });
  }
});

test("the words that two people compare depend on everything that they agree on", async () => {
  const list = Array.from({ length: 7_776 }, (_, index) => `word${index}`);
  for (const { words, ...over } of vectors.words) {
    assert.equal(confirmationWords(over, list), words);
  }
});

test("a fingerprint is the first half of a hash, in groups of four", () => {
  const spoken = "0123 4567 89ab cdef 0123 4567 89ab cdef";
  assert.equal(fingerprint("0123456789abcdef".repeat(4)), spoken);
});

test("a device believes only the roster that its owner and itself know", async () => {
  const vector = vectors.valid.at(2);
  assert.ok(vector);
  const roster = await verifyRoster(vector.statements.map(asSent), vectors.site_id);
  const [first, head, length] = [firstOf(roster), headOf(roster), roster.hashes.length];
  const epochs = roster.epochs.map(({ epoch_id }) => ({ epoch_id, wrap: null }));
  const session = { epochs, roster_head: head, resumption: null };
  const pin = { first, length, head };
  const other = "00".repeat(32);
  const memory = { first, pin, signedPin: pin, held: null };
  const problemWith = (changed: object, changedSession: object = {}) =>
    problemOf(roster, { ...session, ...changedSession }, { ...memory, ...changed });
  assert.equal(problemWith({}), null);
  assert.equal(problemWith({ first: null, pin: null }), null);
  assert.equal(problemWith({ first: other }), "other");
  for (const name of ["pin", "signedPin"]) {
    assert.equal(problemWith({ [name]: { ...pin, first: other } }), "other");
    assert.equal(problemWith({ [name]: { ...pin, length: length + 1 } }), "older");
    assert.equal(problemWith({ [name]: { ...pin, head: other } }), "older");
    const oldest = { ...pin, length: 1, head: first };
    assert.equal(problemWith({ [name]: oldest }), null, "the roster has grown since");
  }
  assert.equal(problemWith({}, { roster_head: other }), "older");
  const unsigned = [...epochs, { epoch_id: "b".repeat(25), wrap: null }];
  assert.equal(problemWith({}, { epochs: unsigned }), "unsigned");
});

test("a device that knows more believes a resumed roster only by a lead whom it knows", async () => {
  const named = (name: string) => vectors.valid.find((vector) => vector.name.startsWith(name));
  const resumedVector = named("a lead resumes it after a restore");
  assert.ok(resumedVector);
  const resumed = await verifyRoster(resumedVector.statements.map(asSent), vectors.site_id);
  const before = resumedVector.statements.slice(0, 4).map(asSent);
  const original = await verifyRoster(before, vectors.site_id);
  const lostHead = "ab".repeat(32);
  const hashes = [...original.hashes, "cd".repeat(32), "ef".repeat(32), lostHead];
  const held = { roster: { ...original, hashes }, statements: [] };
  const pin = { first: firstOf(original), length: hashes.length, head: lostHead };
  const session = { epochs: [], roster_head: headOf(resumed), resumption: null };
  const memory = { first: null, pin, signedPin: pin, held };
  assert.equal(problemOf(resumed, session, memory), null);
  assert.equal(problemOf(resumed, session, { ...memory, held: null }), "older");
  const members = new Map(original.members);
  const lead = resumed.resumptions[0]?.by ?? "";
  members.delete(lead); // removed by what was lost
  const removed = { ...held, roster: { ...held.roster, members } };
  assert.equal(problemOf(resumed, session, { ...memory, held: removed }), "older");
  const beyond = { ...pin, length: hashes.length + 1 };
  assert.equal(problemOf(resumed, session, { ...memory, signedPin: beyond }), "older");
});

test("a signed pin is read as Python writes it", async () => {
  const { signing_key, stored, ...pin } = vectors.signed_pin;
  const owner = { siteId: vectors.site_id, publicKey: signing_key };
  assert.deepEqual(await openPin(toBase64(fromHex(stored)), owner), pin);
});

test("a signed pin is the member's own, and of this site", async () => {
  const seed = new Uint8Array(32).fill(7);
  const owner = { siteId: "river-post", publicKey: publicKeyOf(seed) };
  const pin = { first: "ab".repeat(32), length: 3, head: "cd".repeat(32) };
  const stored = await signPin(seed, "river-post", pin);
  assert.deepEqual(await openPin(stored, owner), pin);
  const stranger = new Uint8Array(32).fill(8);
  assert.equal(await openPin(await signPin(stranger, "river-post", pin), owner), null);
  assert.equal(await openPin(await signPin(seed, "other", pin), owner), null);
  assert.equal(await openPin("", owner), null);
});
