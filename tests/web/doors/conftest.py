"""The two faces as ASGI applications, over a furnished room; their clock is the machine's."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from tests.room import SITE, STORY, Room
from tests.web.doors.call import FORM, Got, call, form
from yobal.actions.sign_in import open_session
from yobal.web.guard import COOKIE

ADDRESS = f"/{SITE}/{STORY}/en/"


class Face:
    """What readers reach."""

    def __init__(self, room: Room, app: Any) -> None:
        self.room, self.app = room, app

    def post(self, fields: Any, *, path: str = ADDRESS, **headers: str) -> Got:
        given = {"content-type": FORM}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return call(self.app, "POST", path, headers=given, body=form(fields))

    def get(self, path: str = ADDRESS, *, method: str = "GET", **headers: str) -> Got:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return call(self.app, method, path, headers=given)


@pytest.fixture
def face(room: Room) -> Iterator[Face]:
    app, group = room.intake()
    yield Face(room, app)
    group.close()


@pytest.fixture
def sqlite_face(sqlite_room: Room) -> Iterator[Face]:
    app, group = sqlite_room.intake()
    yield Face(sqlite_room, app)
    group.close()


class Office:
    """What moderators reach, and their cookies."""

    def __init__(self, room: Room) -> None:
        self.room = room
        room.now = time.time()  # the desk reads the machine's clock
        self.app = room.moderators()
        self.url = room.newsroom.settings.desk_url
        self.host = self.url.partition("://")[2]

    def cookie(self, pseudonym: str = "Heron") -> str:
        token = open_session(
            self.room.database, self.room.rules, pseudonym=pseudonym, now=self.room.now,
            session_key=self.room.newsroom.keyring.session_key(), random=self.room.random,
        )  # fmt: skip
        return f"{COOKIE}={token.hex()}"

    def act(
        self, path: str, body: Any = None, *, by: str | None = "Heron",
        headers: Mapping[str, str | None] | None = None,
    ) -> Got:  # fmt: skip
        """One act; `headers` are added, or, where None, left out."""
        given: dict[str, str | None] = {
            "host": self.host, "origin": self.url, "content-type": "application/json",
            "cookie": self.cookie(by) if by else None,
        }  # fmt: skip
        given |= headers or {}
        kept = {name: value for name, value in given.items() if value is not None}
        raw = msgspec.json.encode({} if body is None else body)
        return call(self.app, "POST", path, headers=kept, body=raw)


@pytest.fixture
def office(sqlite_room: Room) -> Office:
    return Office(sqlite_room)
