"""Prepare requests, let the senders loose, and count what is really in the store afterwards."""

import json
import random
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import msgspec

from bench import texts
from yobal.core import idempotency

ROOT: Final = Path(__file__).parent.parent


class Sent(msgspec.Struct, frozen=True):
    """What a run of the senders came to."""

    good: int
    bad: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.good / self.seconds


class NotStored(Exception):
    """Fewer comments are in the store than were acknowledged, or answers were refusals."""


def forms(count: int, path: str, host: str, chance: random.Random) -> list[bytes]:
    """What a browser posts: 300 letters of Khmer and English, half of them with a receipt."""
    today = datetime.now(UTC).date()
    made = []
    for number in range(count):
        fields = {
            "step": "send",
            "idempotency_key": idempotency.new_idempotency_key(secrets.token_bytes, today=today),
            "parent_id": "",
            "text": texts.comment("mix", chance),
            "name": "Reader" if number % 3 else "",
        }
        if number % 2:
            fields["receipt"] = "yes"
        kind = "application/x-www-form-urlencoded"
        made.append(_request(path, host, kind, urlencode(fields).encode()))
    return made


def issos(count: int, host: str, chance: random.Random) -> list[bytes]:
    """The same comments as Isso's own script would send them."""
    made = []
    for number in range(count):
        body = {
            "text": texts.comment("mix", chance),
            "title": "Ferry workers",
            "author": "Reader" if number % 3 else None,
        }
        raw = json.dumps(body).encode()
        made.append(_request("/new?uri=%2Fferry%2F", host, "application/json", raw))
    return made


def send(
    requests: Iterable[bytes],
    *,
    port: int,
    seconds: float,
    folder: Path,
    stored: Callable[[], int],
) -> Sent:
    """Send for so long; raises NotStored unless each acknowledged comment is there."""
    file = folder / "requests"
    file.write_bytes(b"".join(len(one).to_bytes(4, "big") + one for one in requests))
    before = stored()
    command = [sys.executable, "-m", "bench.sender", str(port), str(seconds), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    good, bad, took = done.stdout.split()
    sent = Sent(int(good), int(bad), float(took))
    found = stored() - before
    if sent.bad or found < sent.good:
        raise NotStored(f"{sent.good} acknowledged, {sent.bad} refused, {found} stored")
    return sent


def _request(path: str, host: str, kind: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nOrigin: http://{host}\r\n\r\n"
    )
    return head.encode() + body
