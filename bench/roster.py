"""A roster of 200 statements and 52 epochs verified on the server and in Chromium, and a decision signed there.

Each figure is the share that it takes of its limit, so that a table of slow machines can still be read.
"""

import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec
import pyrage
from playwright.sync_api import Browser, Page, Route, sync_playwright

from bench.interleave import Pace
from bench.newsroom import SITE_ID
from bench.opening import ARGUMENTS, chromium_path
from bench.result import Row
from bench.serving import NotAvailable
from yobal.core import ids, roster
from yobal.core.roster import (
    FirstStatement,
    Keys,
    MemberAdded,
    MemberRemoved,
    NewEpoch,
    SignedStatement,
    Statement,
)
from yobal.demo import signing
from yobal.web import serializers

STATEMENTS: Final = 200
EPOCHS: Final = 52
VERIFY_SECONDS: Final = 0.05
SIGN_SECONDS: Final = 0.005
_FRONTEND: Final = Path(__file__).parents[1] / "frontend"
_PAGE: Final = "https://bench.invalid/"  # never asked for: crypto.subtle needs a secure origin
_SCRIPT: Final = """
import { verifyRoster } from "./desk/roster/roster.ts";
import { DecisionSigner } from "./desk/decisions/decision-signer.ts";
import { importSigningKey, publicKeyOf } from "./desk/crypto/signing.ts";
globalThis.verifySeconds = async (statements, siteId) => {
  const start = performance.now();
  await verifyRoster(statements, siteId);
  return (performance.now() - start) / 1000;
};
globalThis.signSeconds = async (count) => {
  const seed = new Uint8Array(32).fill(7);
  const keys = { signingKey: await importSigningKey(seed), publicKey: publicKeyOf(seed) };
  const signer = new DecisionSigner("river-post", keys, () => "a".repeat(64));
  const row = { comment_id: "a".repeat(26), envelope: btoa("x".repeat(4096)), story_id: "ferry",
    edition: "en", root_id: null, parent_id: null };
  const request = { verdict: "publish", text: "x".repeat(2000), name: "", lang: "en", nonce: "" };
  const start = performance.now();
  for (let n = 0; n < count; n += 1) await signer.decide({ row }, request);
  return (performance.now() - start) / 1000 / count;
};
"""
_BUILD: Final = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const stdin = { contents: readFileSync(0, "utf8"), resolveDir: process.cwd(), loader: "ts" };
await build({ stdin, bundle: true, format: "iife", outfile: process.argv[1] });
"""


def measure(pace: Pace, folder: Path) -> list[Row]:
    signed = list(_signed_roster())
    server = median(_server_seconds(signed) for _ in range(pace.rounds))
    return [_row("on the server", server / VERIFY_SECONDS), *_in_browser(pace, folder, signed)]


def _server_seconds(signed: list[SignedStatement]) -> float:
    """Of CPU, so that other programs do not count."""
    start = time.process_time()
    roster.verify(signed, site_id=SITE_ID)
    return time.process_time() - start


def _in_browser(pace: Pace, folder: Path, signed: list[SignedStatement]) -> list[Row]:
    try:
        chromium, script = chromium_path(), _build(folder / "roster.js")
    except NotAvailable as missing:
        return [_row("in Chromium", None, str(missing)), _sign_row(None, str(missing))]
    statements = json.loads(msgspec.json.encode(serializers.statements(signed)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        verified = [_verify_seconds(browser, script, statements) for _ in range(pace.rounds)]
        sign = _open(browser, script).evaluate("signSeconds(100)")
        browser.close()
    return [
        _row("in Chromium", min(verified) / VERIFY_SECONDS, "the fastest of the rounds"),
        _sign_row(sign / SIGN_SECONDS),
    ]


def _verify_seconds(browser: Browser, script: str, statements: list[Any]) -> float:
    """A new page each time, which has compiled nothing."""
    page = _open(browser, script)
    took: float = page.evaluate(
        "([statements, siteId]) => verifySeconds(statements, siteId)", [statements, SITE_ID]
    )
    page.close()
    return took


def _open(browser: Browser, script: str) -> Page:
    def answer(route: Route) -> None:
        route.fulfill(body="<!doctype html>", content_type="text/html")

    page = browser.new_page()
    page.route(_PAGE, answer)
    page.goto(_PAGE)
    page.add_script_tag(content=script)
    return page


def _build(path: Path) -> str:
    if not (_FRONTEND / "node_modules" / "esbuild").exists():
        raise NotAvailable("the packages of frontend/ are not installed: run `make lint`")
    command = ["node", "--input-type=module", "--eval", _BUILD, str(path)]
    subprocess.run(command, cwd=_FRONTEND, input=_SCRIPT.encode(), check=True)
    return path.read_text(encoding="utf-8")


def _signed_roster() -> Iterator[SignedStatement]:
    """The first lead adds a person and removes them, again and again, and begins an epoch each week."""
    lead, lead_keys = _person("Heron")
    by, recipient = signing.public_key(lead), str(pyrage.x25519.Identity.generate().to_public())
    previous: str | None = None

    def sign(statement: Statement, keys: tuple[str, bytes] | None = None) -> SignedStatement:
        nonlocal previous
        item = signing.sign_statement(lead, statement, keys or (None, None))
        previous = roster.statement_hash(item.statement)
        return item

    hash_of_keys = roster.keys_hash(lead_keys[0])
    first = FirstStatement(
        previous=None, keys_hash=hash_of_keys, founder_mac="0" * 64, site_id=SITE_ID, by=by
    )
    yield sign(first, lead_keys)
    member = ""
    for number in range(1, STATEMENTS):
        if number * EPOCHS // STATEMENTS > (number - 1) * EPOCHS // STATEMENTS:
            epoch_id = ids.new_id(secrets.token_bytes)
            yield sign(
                NewEpoch(
                    previous=previous,
                    epoch_id=epoch_id,
                    recipient=recipient,
                    site_id=SITE_ID,
                    by=by,
                )
            )
        if number % 2:
            seed, keys = _person(f"Person {number}")
            member = signing.public_key(seed)
            keys_hash = roster.keys_hash(keys[0])
            added = MemberAdded(
                previous=previous,
                member=member,
                role="moderator",
                keys_hash=keys_hash,
                site_id=SITE_ID,
                by=by,
            )
            yield sign(added, keys)
        else:
            yield sign(MemberRemoved(previous=previous, member=member, site_id=SITE_ID, by=by))


def _person(pseudonym: str) -> tuple[bytes, tuple[str, bytes]]:
    """A signing seed, and signed keys. No words are stretched for them."""
    seed, recipient = secrets.token_bytes(32), str(pyrage.x25519.Identity.generate().to_public())
    key = signing.public_key(seed)
    keys = Keys(
        site_id=SITE_ID,
        pseudonym=pseudonym,
        signing_key=key,
        sign_in_key=key,
        recipient=recipient,
        recovery_recipient=recipient,
    )
    return seed, signing.sign_keys(seed, keys)


def _row(where: str, figure: float | None, note: str = "") -> Row:
    name = f"{STATEMENTS} statements and {EPOCHS} epochs verified {where} : 50 ms"
    return Row(name=name, figure=figure, sense="at most", limit=1, note=note)


def _sign_row(figure: float | None, note: str = "") -> Row:
    name = "signing a decision in Chromium : 5 ms"
    return Row(name=name, figure=figure, sense="at most", limit=1, note=note)
