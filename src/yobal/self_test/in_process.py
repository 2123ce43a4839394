"""Calls the intake and the desk as the server does, without a socket."""

import json
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final
from urllib.parse import quote

import msgspec

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


class _Scope:
    """The head of a request to the intake."""

    proto = "http"

    def __init__(self, method: str, path: str, headers: Pairs) -> None:
        self.method, self.path = method, path
        self.headers = dict(headers)


class _Transport:
    """Sends the body to the intake, and keeps the response."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.response = Response(500, [], b"")  # until there is another

    async def __call__(self) -> bytes:
        return self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.response = Response(status, headers, body)

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")


async def post_form(app: Any, path: str, body: bytes, headers: Pairs = ()) -> Response:
    """A reader's form, for the intake's interface, RSGI."""
    transport = _Transport(body)
    await app.__rsgi__(_Scope("POST", path, [FORM, *headers]), transport)
    return transport.response


async def post_json(app: Any, path: str, body: bytes, headers: Pairs) -> Response:
    """A moderator's request, for the desk's interface, ASGI."""
    waiting = iter([{"type": "http.request", "body": body, "more_body": False}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(waiting, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": b"",
        "root_path": "",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    content = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    received = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
    return Response(start["status"], received, content)
