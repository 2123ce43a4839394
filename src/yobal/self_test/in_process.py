"""Calls the intake and the desk as the server does, without a socket. Yobal's own tests use it, too."""

import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

import msgspec
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # granian exports no names

Pairs = Iterable[tuple[str, str]]
FORM: Final = ("content-type", "application/x-www-form-urlencoded")


class Response(msgspec.Struct, frozen=True):
    """A response as the application sent it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The receipt's code that the page shows."""
        match = re.search(r'translate="no" dir="ltr">([0-9A-Z ]+)<', self.body.decode())
        return match[1] if match else None


class Scope:
    """The head of a request to the intake."""

    proto = "http"

    def __init__(self, method: str, path: str, headers: Pairs) -> None:
        self.method, self.path = method, path
        self.headers = {name.lower(): value for name, value in reversed([*headers])}


class Transport:
    """Sends the body to the intake in chunks, and keeps the response."""

    def __init__(self, chunks: Sequence[bytes], *, is_cut: bool = False) -> None:
        self._chunks, self._is_cut = chunks, is_cut
        self.response: Response | None = None

    async def __call__(self) -> bytes:
        return b"".join([chunk async for chunk in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        if self._is_cut:
            raise ProtocolClosed

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.response = Response(status, headers, body)

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")


async def ask_intake(
    app: Any,
    method: str,
    path: str,
    headers: Pairs,
    chunks: Sequence[bytes],
    *,
    is_cut: bool = False,
) -> Response:
    """A request to the intake's interface, RSGI. With `is_cut` the client disconnects after the last chunk."""
    transport = Transport(chunks, is_cut=is_cut)
    await app.__rsgi__(Scope(method, path, headers), transport)
    return transport.response or Response(500, [], b"")


async def ask_desk(
    app: Any,
    method: str,
    path: str,
    headers: Pairs,
    chunks: Sequence[bytes],
    *,
    is_cut: bool = False,
) -> Response:
    """A request to the desk's interface, ASGI."""
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if is_cut:
        waiting.append({"type": "http.disconnect"})
    else:
        waiting[-1]["more_body"] = False
    messages = iter(waiting)
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    raw_path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw_path,
        "raw_path": quote(raw_path).encode(),
        "query_string": query.encode(),
        "root_path": "",
        "server": ("127.0.0.1", 80),
        "client": ("203.0.113.7", 4_242),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    received = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
    return Response(start["status"], received, body)
