import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../desk/crypto/bytes.ts";
import { readSheet, sheetGroups } from "../desk/crypto/crockford.ts";
import { fromPassphrase, fromSheet, sheetMac } from "../desk/crypto/derive.ts";
import {
  generateIdentity,
  identityFile,
  importDecryptionKey,
  parseIdentityFile,
  recipientOf,
  unwrap,
  wrap,
} from "../desk/crypto/identity.ts";
import { generatePassphrase, PASSPHRASE_WORDS, randomBelow } from "../desk/crypto/passphrase.ts";
import { invitationFragment, parseLink } from "../desk/sign-in/link.ts";
import { readVectors } from "./vectors.ts";

interface Derived {
  identity: string;
  recipient: string;
}

interface Vectors {
  passphrases: (Derived & Record<"site" | "pseudonym" | "passphrase" | "sign_in_seed", string>)[];
  links: Record<"link_secret" | "token" | "founder_key", string>[];
  sheets: (Derived & { bytes: string; sheet: string; typed: string })[];
}

const vectors = readVectors<Vectors>("keys.json");

test("a passphrase gives the same sign-in key and identity as in Python", async () => {
  for (const vector of vectors.passphrases) {
    const keys = await fromPassphrase(vector.site, vector.pseudonym, vector.passphrase);
    assert.equal(toHex(keys.signInSeed), vector.sign_in_seed);
    assert.equal(keys.identity, vector.identity);
    assert.equal(await recipientOf(keys.identity), vector.recipient);
  }
});

test("a first lead's link gives the same token and key as in Python", () => {
  for (const vector of vectors.links) {
    const link = parseLink(vector.link_secret);
    assert.ok(link?.kind === "founder");
    assert.equal(link.token, vector.token);
    assert.equal(toHex(link.founderKey), vector.founder_key);
  }
});

test("an invitation's link can be read back", () => {
  const [token, first, lead] = ["1a", "2b", "3c"].map((byte) => byte.repeat(32));
  assert.ok(token && first && lead);
  const link = { token, first, lead, role: "lead" } as const;
  assert.deepEqual(parseLink(invitationFragment(link)), { kind: "invitation", ...link });
});

test("an invalid link is none", () => {
  const secret = vectors.links[0]?.link_secret ?? "";
  const parts = [secret, secret, secret];
  for (const wrong of [
    "",
    "abc",
    `${secret}A`,
    "*".repeat(43),
    parts.join("."),
    [...parts, "owner"].join("."),
    [...parts, "lead", "x"].join("."),
    [secret, "x", secret, "lead"].join("."),
  ]) {
    assert.equal(parseLink(wrong), null);
  }
});

test("an identity's file says which roster it belongs to", async () => {
  const identity = await generateIdentity();
  const first = "ab".repeat(32);
  const none = { mac: null };
  assert.deepEqual(parseIdentityFile(identityFile(identity, first)), { identity, first, ...none });
  assert.deepEqual(parseIdentityFile(identity), { identity, first: null, ...none });
});

test("only the sheet makes the MAC of an identity's file", async () => {
  const sheet = new Uint8Array(20).fill(7);
  const content = { identity: await generateIdentity(), first: "ab".repeat(32) };
  const mac = sheetMac(sheet, content);
  const file = identityFile(content.identity, content.first, mac);
  assert.deepEqual(parseIdentityFile(file), { ...content, mac });
  for (const [raw, changed] of [
    [new Uint8Array(20).fill(8), {}],
    [sheet, { identity: await generateIdentity() }],
    [sheet, { first: "cd".repeat(32) }],
  ] as const) {
    assert.notEqual(sheetMac(raw, { ...content, ...changed }), mac);
  }
});

test("a recovery sheet can be read back in every way of typing it", () => {
  for (const vector of vectors.sheets) {
    const raw = readSheet(vector.typed);
    assert.ok(raw);
    assert.equal(toHex(raw), vector.bytes);
    assert.equal(sheetGroups(raw).join(" "), vector.sheet);
    assert.equal(fromSheet(raw), vector.identity);
  }
});

test("an invalid recovery sheet is rejected", () => {
  assert.equal(readSheet(""), null);
  assert.equal(readSheet("0".repeat(31)), null);
  assert.equal(readSheet("0".repeat(33)), null);
  assert.equal(readSheet(`${"0".repeat(31)}U`), null);
});

test("a wrapped identity can be unwrapped only by its recipient", async () => {
  const [secret, mine, other] = await Promise.all([
    generateIdentity(),
    generateIdentity(),
    generateIdentity(),
  ]);
  const wrapped = await wrap(secret, await recipientOf(mine));
  assert.equal(await unwrap(wrapped, mine), secret);
  assert.equal(await unwrap(wrapped, await importDecryptionKey(mine)), secret);
  await assert.rejects(unwrap(wrapped, other));
});

test("the stored key cannot be exported", async () => {
  const key = await importDecryptionKey(await generateIdentity());
  assert.ok(key instanceof CryptoKey);
  assert.equal(key.extractable, false);
});

test("a random number that would favour small values is picked again", () => {
  const values = [2 ** 32 - 1, 4_294_964_736, 7_776 * 3 + 5]; // the first two lie past the last multiple
  assert.equal(
    randomBelow(7_776, () => values.shift() ?? 0),
    5,
  );
  assert.equal(values.length, 0);
});

test("a passphrase has seven words from the list", () => {
  const words = ["a", "b", "c"];
  const made = generatePassphrase(words).split(" ");
  assert.equal(made.length, PASSPHRASE_WORDS);
  assert.ok(made.every((word) => words.includes(word)));
});
