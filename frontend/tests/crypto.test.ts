import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../desk/crypto/bytes.ts";
import { readSheet, sheetGroups } from "../desk/crypto/crockford.ts";
import { fromLinkSecret, fromPassphrase, fromSheet } from "../desk/crypto/derive.ts";
import { newIdentity, openerOf, recipientOf, unwrap, wrap } from "../desk/crypto/identity.ts";
import { drawBelow, newPassphrase, PASSPHRASE_WORDS } from "../desk/crypto/passphrase.ts";
import { readVectors } from "./vectors.ts";

interface Derived {
  identity: string;
  recipient: string;
}

interface Vectors {
  passphrases: (Derived & {
    site: string;
    pseudonym: string;
    passphrase: string;
    secret: string;
  })[];
  links: (Derived & { link_secret: string; token: string })[];
  sheets: (Derived & { bytes: string; sheet: string; typed: string })[];
}

const vectors = readVectors<Vectors>("keys.json");

test("a passphrase gives the same secret and identity as in Python", async () => {
  for (const one of vectors.passphrases) {
    const keys = await fromPassphrase(one.site, one.pseudonym, one.passphrase);
    assert.equal(keys.secret, one.secret);
    assert.equal(keys.identity, one.identity);
    assert.equal(await recipientOf(keys.identity), one.recipient);
  }
});

test("a link gives the same token and identity as in Python", async () => {
  for (const one of vectors.links) {
    const keys = fromLinkSecret(one.link_secret);
    assert.deepEqual(keys, { token: one.token, identity: one.identity });
    assert.equal(await recipientOf(one.identity), one.recipient);
  }
});

test("what is not a link's secret gives nothing", () => {
  for (const wrong of ["", "abc", `${vectors.links[0]?.link_secret}A`, "*".repeat(43)]) {
    assert.equal(fromLinkSecret(wrong), null);
  }
});

test("a recovery sheet is written and read back, however it was typed", () => {
  for (const one of vectors.sheets) {
    const raw = readSheet(one.typed);
    assert.ok(raw);
    assert.equal(toHex(raw), one.bytes);
    assert.equal(sheetGroups(raw).join(" "), one.sheet);
    assert.equal(fromSheet(raw), one.identity);
  }
});

test("what cannot be a recovery sheet is refused", () => {
  assert.equal(readSheet(""), null);
  assert.equal(readSheet("0".repeat(31)), null);
  assert.equal(readSheet("0".repeat(33)), null);
  assert.equal(readSheet(`${"0".repeat(31)}U`), null);
});

test("an identity wrapped to another can be opened by that one alone", async () => {
  const [secret, mine, other] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
  const wrapped = await wrap(secret, await recipientOf(mine));
  assert.equal(await unwrap(wrapped, mine), secret);
  assert.equal(await unwrap(wrapped, await openerOf(mine)), secret);
  await assert.rejects(unwrap(wrapped, other));
});

test("the kept key cannot be read out again", async () => {
  const opener = await openerOf(await newIdentity());
  assert.ok(opener instanceof CryptoKey);
  assert.equal(opener.extractable, false);
});

test("a draw that would favour small numbers is drawn again", () => {
  const drawn = [2 ** 32 - 1, 4_294_964_736, 7_776 * 3 + 5]; // the first two lie past the last multiple
  assert.equal(
    drawBelow(7_776, () => drawn.shift() ?? 0),
    5,
  );
  assert.equal(drawn.length, 0);
});

test("a passphrase has seven words of the list", () => {
  const words = ["a", "b", "c"];
  const made = newPassphrase(words).split(" ");
  assert.equal(made.length, PASSPHRASE_WORDS);
  assert.ok(made.every((word) => words.includes(word)));
});
