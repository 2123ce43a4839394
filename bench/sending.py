"""Prepare requests, send them, and count what the database really holds afterwards."""

import json
import random
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench import texts, wrk
from bench.wrk import SendResult
from yobal.core import idempotency

# Yobal holds each response for 100 ms: with fewer connections, it would wait for the senders.
CONNECTIONS: Final = 512
PEER_CONNECTIONS: Final = 32


class NotStored(Exception):
    """Fewer comments are in the database than were acknowledged, or requests were refused."""


def form_requests(count: int, path: str, host: str, rng: random.Random) -> list[bytes]:
    """What a browser posts: 300 characters of Khmer and English; every second form asks for a receipt."""
    today = datetime.now(UTC).date()
    requests = []
    for number in range(count):
        fields = {
            "step": "send",
            "idempotency_key": idempotency.new_idempotency_key(secrets.token_bytes, today=today),
            "parent_id": "",
            "text": texts.comment("mix", rng),
            "name": "Reader" if number % 3 else "",
        }
        if number % 2:
            fields["receipt"] = "yes"
        content_type = "application/x-www-form-urlencoded"
        requests.append(_request(path, host, content_type, urlencode(fields).encode()))
    return requests


def isso_requests(count: int, host: str, rng: random.Random) -> list[bytes]:
    """The same comments as Isso's own script sends them."""
    requests = []
    for number in range(count):
        body = {
            "text": texts.comment("mix", rng),
            "title": "Ferry workers",
            "author": "Reader" if number % 3 else None,
        }
        raw = json.dumps(body).encode()
        requests.append(_request("/new?uri=%2Fferry%2F", host, "application/json", raw))
    return requests


def send(
    requests: Iterable[bytes],
    *,
    port: int,
    seconds: float,
    folder: Path,
    stored: Callable[[], int],
    connections: int = CONNECTIONS,
) -> SendResult:
    """Send for `seconds`; raises NotStored unless the database holds every acknowledged comment."""
    file = folder / "requests"
    file.write_bytes(b"".join(len(body).to_bytes(4, "big") + body for body in requests))
    before = stored()
    sent = wrk.send(file, port=port, seconds=seconds, connections=connections)
    stored_count = stored() - before
    if sent.refused or stored_count < sent.accepted:
        raise NotStored(
            f"{sent.accepted} acknowledged, {sent.refused} refused, {stored_count} stored"
        )
    return sent


def _request(path: str, host: str, content_type: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nOrigin: http://{host}\r\nAccept-Encoding: gzip\r\n\r\n"
    )
    return head.encode() + body
