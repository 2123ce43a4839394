"""The two faces called as ASGI applications, without a socket; the clock is the room's."""

import asyncio
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from tests.room import SITE, STORY, Room
from yobal.actions.doors import Doors
from yobal.actions.group_commit import GroupCommit
from yobal.demo.keys import from_passphrase
from yobal.newsroom import STATIC
from yobal.web.answers import content_security_policy
from yobal.web.desk import DeskParts
from yobal.web.edge import Edge
from yobal.web.files import Files
from yobal.web.reader import Reader
from yobal.web.routes import desk_app
from yobal.web.visits import Parts

FORM = ("content-type", "application/x-www-form-urlencoded")
THREAD = f"/{SITE}/{STORY}/en/"
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
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
    app: Any, method: str, path: str, *, headers: Pairs = (), chunks: Sequence[bytes] = (b"",),
    is_cut: bool = False,
) -> Answer:  # fmt: skip
    """One request; with `is_cut` the sender leaves after the last chunk."""
    return asyncio.run(_ask(app, method, path, list(headers), chunks, is_cut=is_cut))


async def _ask(
    app: Any, method: str, path: str, headers: list[tuple[str, str]], chunks: Sequence[bytes], *,
    is_cut: bool,
) -> Answer:  # fmt: skip
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
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": raw_path, "raw_path": quote(raw_path).encode(),
        "query_string": query.encode(), "root_path": "", "server": ("127.0.0.1", 80),
        "client": ("203.0.113.7", 4_242),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }  # fmt: skip
    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    known = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
    return Answer(start["status"], known, body)


class Intake:
    """The public side of a room: what a reader's browser does."""

    def __init__(self, room: Room, group: GroupCommit, **rules: int) -> None:
        given = msgspec.structs.replace(room.rules, **rules)
        csp = content_security_policy(room.newsroom.settings.frame_hosts)
        ticks = itertools.count(step=60)
        parts = Parts(
            rules=given, database=room.database, keyring=room.newsroom.keyring,
            pages=room.newsroom.pages, group=group, csp=csp, clock=lambda: room.now,
            doors=Doors(room.database, room.rules, clock=lambda: next(ticks)),
        )  # fmt: skip
        self.app = Edge(Files(room.files, csp), Reader(parts))

    def get(self, path: str = THREAD, headers: Pairs = (), method: str = "GET") -> Answer:
        return ask(self.app, method, path, headers=headers)

    def post(self, fields: Mapping[str, str] | bytes | None = None, *, path: str = THREAD,
             headers: Sequence[tuple[str, str]] = (), **more: str) -> Answer:  # fmt: skip
        body = (
            fields if isinstance(fields, bytes) else urlencode(dict(fields or {}) | more).encode()
        )
        return ask(self.app, "POST", path, headers=[FORM, *headers], chunks=[body])

    def send(self, words: str = "A comment.", *, receipt: str = "") -> Answer:
        """Both steps: "Read it once more", then what its form holds."""
        again = self.post(step="send", text=words, receipt=receipt)
        assert again.status == 200, again.text
        return self.post(step="again", text=words, once=again.field("once"), receipt=receipt)


@contextmanager
def intake_of(room: Room, **rules: int) -> Iterator[Intake]:
    """`rules`: what this intake goes by instead of the room's own."""
    group = GroupCommit(room.database)
    try:
        yield Intake(room, group, **rules)
    finally:
        group.close()


class Desk:
    """The desk of a room, and a browser at it with its cookie."""

    def __init__(
        self, room: Room, *, desk_url: str = "", site_name: str = "The River Post"
    ) -> None:
        self.room = room
        self.url = desk_url or room.newsroom.settings.desk_url
        parts = DeskParts(
            rules=room.rules, database=room.database, keyring=room.newsroom.keyring,
            press=room.newsroom.press, desk_url=self.url, clock=lambda: room.now,
        )  # fmt: skip
        self.app = desk_app(parts, static=STATIC, site_name=site_name, is_demo=False)
        self.cookie = ""

    def act(
        self, name: str, /, given: Any = None, *, headers: Mapping[str, str | None] | None = None,
        method: str = "POST", **more: Any,
    ) -> Answer:  # fmt: skip
        """A POST of JSON as the desk's page makes it; a header of None is left out."""
        body = given if isinstance(given, bytes) else json.dumps((given or {}) | more).encode()
        plain: dict[str, str | None] = {
            "host": self.url.partition("://")[2], "origin": self.url,
            "content-type": "application/json", "content-length": str(len(body)),
            "cookie": self.cookie or None,
        }  # fmt: skip
        found = [(known, value) for known, value in (plain | dict(headers or {})).items() if value]
        answer = ask(self.app, method, f"/api/{name}", headers=found, chunks=[body])
        for known, value in answer.headers:
            if known == "set-cookie":
                self.cookie = value.split(";")[0]
        return answer

    def get(self, path: str, *, host: str = "") -> Answer:
        place = host or self.url.partition("://")[2]
        return ask(self.app, "GET", path, headers=[("host", place)])

    def sign_in(self, pseudonym: str = "", secret: str = "") -> Answer:
        name = pseudonym or self.room.pseudonym
        half = secret or from_passphrase(SITE, name, self.room.passphrase)[0].hex()
        return self.act("sign-in", pseudonym=name, secret=half)
