"""The smallest caller of an ASGI application: one request in, one answer out, nothing in between."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

Pairs = Iterable[tuple[str, str]]
FORM = "application/x-www-form-urlencoded"


class Got(msgspec.Struct, frozen=True):
    """An answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    app: Any, method: str, path: str, *, headers: Mapping[str, str] | Pairs = (),
    body: bytes = b"", chunks: Iterable[bytes] | None = None,
) -> Got:  # fmt: skip
    """Send one request; `path` as a server hands it over, decoded."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]
    waiting = list(chunks) if chunks is not None else [body]
    if chunks is None and body:
        raw.append((b"content-length", str(len(body)).encode()))
    target, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "path": target, "raw_path": target.encode(), "query_string": query.encode(),
        "headers": raw, "scheme": "http", "server": ("127.0.0.1", 80), "client": None,
        "root_path": "", "state": {},
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start = sent[0]
    return Got(
        start["status"], [(name.decode(), value.decode()) for name, value in start["headers"]],
        b"".join(message.get("body", b"") for message in sent[1:]),
    )  # fmt: skip


def form(fields: Mapping[str, str] | Pairs) -> bytes:
    return urlencode(list(fields.items()) if isinstance(fields, Mapping) else list(fields)).encode()
