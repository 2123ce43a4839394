"""The two faces called as the server calls them, without a socket; the clock is the room's."""

import asyncio
import copy
import itertools
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # granian names no exports

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from yobal.actions.sign_in import open_session
from yobal.demo.keys import from_passphrase
from yobal.server.serve import desk_app_for, intake_app
from yobal.store.group_commit import GroupCommit
from yobal.web.guard import COOKIE
from yobal.web.thread_status import ThreadStatusCache

FORM = ("content-type", "application/x-www-form-urlencoded")
THREAD = f"/{SITE_ID}/{STORY_ID}/en/"
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Response:
    """What came back, as it went to the server."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return unescape(self.body.decode())

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        found = [value for known, value in self.headers if known.lower() == name]
        assert len(found) < 2, (name, found)
        return found[0] if found else None

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body.decode())
        assert found is not None, name
        return unescape(found[1])

    @property
    def code(self) -> str | None:
        """The receipt on the ticket."""
        found = re.search(r'translate="no" dir="ltr">([0-9A-Z-]+)<', self.body.decode())
        return found[1] if found else None


def ask(
    app: Any,
    method: str,
    path: str,
    *,
    headers: Pairs = (),
    chunks: Sequence[bytes] = (b"",),
    is_cut: bool = False,
) -> Response:
    """One request; with `is_cut` the sender leaves after the last chunk."""
    if hasattr(app, "__rsgi__"):
        return asyncio.run(ask_intake(app, method, path, headers, chunks, is_cut=is_cut))
    return asyncio.run(_ask(app, method, path, list(headers), chunks, is_cut=is_cut))


async def ask_intake(
    app: Any, method: str, path: str, headers: Pairs, chunks: Sequence[bytes], *, is_cut: bool
) -> Response:
    """The same of an application that speaks granian's own interface."""
    wire = Transport(chunks, is_cut=is_cut)
    await app.__rsgi__(Asked(method, path.partition("?")[0], headers), wire)
    assert wire.answer is not None
    return wire.answer


class Asked:
    """The head of a request."""

    proto = "http"

    def __init__(self, method: str, path: str, headers: Pairs) -> None:
        self.method, self.path = method, path
        self.headers = {name.lower(): value for name, value in reversed([*headers])}


class Transport:
    """A body that comes in pieces, and the answer that went."""

    def __init__(self, chunks: Sequence[bytes], *, is_cut: bool) -> None:
        self._chunks, self._is_cut = chunks, is_cut
        self.answer: Response | None = None

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        if self._is_cut:
            raise ProtocolClosed

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = Response(status, headers, body)

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")


async def _ask(
    app: Any,
    method: str,
    path: str,
    headers: list[tuple[str, str]],
    chunks: Sequence[bytes],
    *,
    is_cut: bool,
) -> Response:
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
    known = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
    return Response(start["status"], known, body)


class Intake:
    """The public side of a room: what a reader's browser does."""

    def __init__(self, newsroom: NewsroomHarness, group: GroupCommit, **rules: int) -> None:
        given = msgspec.structs.replace(newsroom.rules, **rules)
        components = msgspec.structs.replace(newsroom.components, rules=given)
        ticks = itertools.count(step=60)  # what the intake knows of a story is always too old
        doors = ThreadStatusCache(newsroom.database, given, clock=lambda: next(ticks))
        self.app = intake_app(components, group, clock=lambda: newsroom.now, doors=doors)

    def get(self, path: str = THREAD, headers: Pairs = (), method: str = "GET") -> Response:
        return ask(self.app, method, path, headers=headers)

    def post(
        self,
        fields: Mapping[str, str] | bytes | None = None,
        *,
        path: str = THREAD,
        headers: Sequence[tuple[str, str]] = (),
        **more: str,
    ) -> Response:
        body = (
            fields if isinstance(fields, bytes) else urlencode(dict(fields or {}) | more).encode()
        )
        return ask(self.app, "POST", path, headers=[FORM, *headers], chunks=[body])

    def send(self, words: str = "A comment.", *, receipt: str = "") -> Response:
        """Both steps: "Read it once more", then what its form holds."""
        again = self.post(step="send", text=words, receipt=receipt)
        assert again.status == 200, again.text
        return self.post(
            step="confirm",
            text=words,
            idempotency_key=again.field("idempotency_key"),
            receipt=receipt,
        )


@contextmanager
def intake_of(newsroom: NewsroomHarness, **rules: int) -> Iterator[Intake]:
    """`rules`: what this intake goes by instead of the room's own."""
    group = GroupCommit(newsroom.database)
    try:
        yield Intake(newsroom, group, **rules)
    finally:
        group.close()


class DeskClient:
    """The desk of a room, and a browser at it with its cookie."""

    def __init__(
        self, newsroom: NewsroomHarness, *, desk_url: str = "", site_name: str = "The River Post"
    ) -> None:
        self.newsroom = newsroom
        self.url = desk_url or newsroom.components.settings.desk_url
        settings = msgspec.structs.replace(
            newsroom.components.settings, desk_url=self.url, site_name=site_name
        )
        components = msgspec.structs.replace(newsroom.components, settings=settings)
        self.app = desk_app_for(components, clock=lambda: newsroom.now)
        self.cookie = ""

    def of(self, by: str | None) -> "DeskClient":
        """Another browser at this desk: a moderator's, signed in, or nobody's."""
        other, newsroom = copy.copy(self), self.newsroom
        other.cookie = ""
        if by:
            token = open_session(
                newsroom.database,
                newsroom.rules,
                pseudonym=by,
                now=newsroom.now,
                random=newsroom.random,
                session_key=newsroom.components.keyring.session_key(),
            )
            other.cookie = f"{COOKIE}={token.hex()}"
        return other

    def act(
        self,
        name: str,
        /,
        given: Any = None,
        *,
        headers: Mapping[str, str | None] | None = None,
        method: str = "POST",
        **more: Any,
    ) -> Response:
        """A POST of JSON as the desk's page makes it; a header of None is left out."""
        body = given if isinstance(given, bytes) else json.dumps((given or {}) | more).encode()
        plain: dict[str, str | None] = {
            "host": self.url.partition("://")[2],
            "origin": self.url,
            "content-type": "application/json",
            "content-length": str(len(body)),
            "cookie": self.cookie or None,
        }
        found = [(known, value) for known, value in (plain | dict(headers or {})).items() if value]
        answer = ask(self.app, method, f"/api/desk/{name}", headers=found, chunks=[body])
        for known, value in answer.headers:
            if known == "set-cookie":
                self.cookie = value.split(";")[0]
        return answer

    def get(self, path: str, *, host: str = "") -> Response:
        place = host or self.url.partition("://")[2]
        return ask(self.app, "GET", path, headers=[("host", place)])

    def sign_in(self, pseudonym: str = "", secret: str = "") -> Response:
        name = pseudonym or self.newsroom.pseudonym
        half = secret or from_passphrase(SITE_ID, name, self.newsroom.passphrase)[0].hex()
        return self.act("sign-in", pseudonym=name, secret=half)
