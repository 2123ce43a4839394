"""Calls the intake and the desk as the server does, without a socket, with the newsroom's clock."""

import asyncio
import contextlib
import copy
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urlencode

import msgspec

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from yobal.actions.sign_in import open_session
from yobal.demo.decision_signer import SIGNED_ROUTES
from yobal.demo.keys import from_passphrase
from yobal.demo.signing import sign_in_signature
from yobal.self_test import in_process
from yobal.self_test.in_process import FORM, Pairs, Scope, Transport, ask_desk, ask_intake
from yobal.server.serve import desk_app_for, intake_app
from yobal.store.group_commit import GroupCommit
from yobal.web.guard import COOKIE
from yobal.web.response_time import ResponseTime
from yobal.web.thread_status import ThreadStatusCache

__all__ = [
    "FORM",
    "THREAD",
    "DeskClient",
    "Intake",
    "Response",
    "Scope",
    "Transport",
    "ask",
    "intake_of",
]
THREAD = f"/{SITE_ID}/{STORY_ID}/en/"


class Response(in_process.Response, frozen=True):
    """A response as the application sent it, with what tests look at."""

    @property
    def text(self) -> str:
        return unescape(self.body.decode())

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name]
        assert len(values) < 2, (name, values)
        return values[0] if values else None

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        match = re.search(rf'name="{name}" value="([^"]*)"', self.body.decode())
        assert match is not None, name
        return unescape(match[1])

    @property
    def code(self) -> str | None:
        """The receipt's code."""
        match = re.search(r'translate="no" dir="ltr">([0-9A-Z ]+)<', self.body.decode())
        return match[1].replace(" ", "-") if match else None


def ask(
    app: Any,
    method: str,
    path: str,
    *,
    headers: Pairs = (),
    chunks: Sequence[bytes] = (b"",),
    is_cut: bool = False,
) -> Response:
    """One request; with `is_cut` the client disconnects after the last chunk."""
    if hasattr(app, "__rsgi__"):  # granian's own interface gets the path without its query
        asked = ask_intake(app, method, path.partition("?")[0], headers, chunks, is_cut=is_cut)
    else:
        asked = ask_desk(app, method, path, headers, chunks, is_cut=is_cut)
    response = asyncio.run(asked)
    return Response(response.status, response.headers, response.body)


class Intake:
    """A reader's browser at the public side."""

    def __init__(self, newsroom: NewsroomHarness, group: GroupCommit, **rules: int) -> None:
        self._newsroom = newsroom
        replaced = msgspec.structs.replace(newsroom.rules, **rules)
        components = msgspec.structs.replace(newsroom.components, rules=replaced)
        ticks = itertools.count(step=60)  # the cached status is always too old
        thread_status = ThreadStatusCache(
            newsroom.database,
            newsroom.inbox,
            replaced,
            newsroom.components.intake_roster_reader,
            clock=lambda: next(ticks),
        )
        self.app = intake_app(
            components,
            group,
            clock=lambda: newsroom.now,
            thread_status=thread_status,
            response_time=ResponseTime(is_equal=False),
        )

    def get(self, path: str = THREAD, headers: Pairs = (), method: str = "GET") -> Response:
        return ask(self.app, method, path, headers=headers)

    def post(
        self,
        fields: Mapping[str, str] | bytes | None = None,
        *,
        path: str = THREAD,
        headers: Sequence[tuple[str, str]] = (),
        waits_for_round: bool = False,
        **more: str,
    ) -> Response:
        """What it causes is moved to the desk at once, unless it `waits_for_round`."""
        body = (
            fields if isinstance(fields, bytes) else urlencode(dict(fields or {}) | more).encode()
        )
        response = ask(self.app, "POST", path, headers=[FORM, *headers], chunks=[body])
        if not waits_for_round:
            self._newsroom.move_inbox()
        return response

    def send(self, words: str = "A comment.", *, receipt: str = "") -> Response:
        """Both steps: "Read it once more", then its form."""
        confirm = self.post(step="send", text=words, receipt=receipt)
        assert confirm.status == 200, confirm.text
        return self.post(
            step="confirm",
            text=words,
            idempotency_key=confirm.field("idempotency_key"),
            receipt=receipt,
        )


@contextmanager
def intake_of(newsroom: NewsroomHarness, **rules: int) -> Iterator[Intake]:
    """`rules` replace the newsroom's own."""
    group = GroupCommit(newsroom.inbox)
    try:
        yield Intake(newsroom, group, **rules)
    finally:
        group.close()


class DeskClient:
    """A moderator's browser at the desk, with its cookie."""

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
        self.pseudonym = newsroom.pseudonym  # who signs decisions

    def browser_of(self, by: str | None) -> "DeskClient":
        """Another browser at this desk, signed in as `by` or not signed in."""
        other, newsroom = copy.copy(self), self.newsroom
        other.cookie = ""
        other.pseudonym = by or newsroom.pseudonym
        if by:
            token = open_session(
                newsroom.database,
                newsroom.rules,
                newsroom.components.roster_reader,
                pseudonym=by,
                now=newsroom.now,
                random=newsroom.random,
                session_key=newsroom.components.keyring.session_key(),
            )
            other.cookie = f"{COOKIE}={token.hex()}"
        return other

    def post(
        self,
        name: str,
        /,
        body: Any = None,
        *,
        headers: Mapping[str, str | None] | None = None,
        method: str = "POST",
        **more: Any,
    ) -> Response:
        """A POST as the desk's page makes it, signed if it decides; a header of None is left out."""
        content = body if isinstance(body, bytes) else self._content(name, (body or {}) | more)
        plain: dict[str, str | None] = {
            "host": self.url.partition("://")[2],
            "origin": self.url,
            "content-type": "application/json",
            "content-length": str(len(content)),
            "cookie": self.cookie or None,
        }
        sent = [(key, value) for key, value in (plain | dict(headers or {})).items() if value]
        response = ask(self.app, method, f"/api/desk/{name}", headers=sent, chunks=[content])
        for key, value in response.headers:
            if key == "set-cookie":
                self.cookie = value.split(";")[0]
        return response

    def _content(self, name: str, body: dict[str, Any]) -> bytes:
        """A body that no page of the desk would send is not signed."""
        if name in SIGNED_ROUTES and "head" not in body:
            with contextlib.suppress(KeyError, TypeError):
                body = self.newsroom.signer(self.pseudonym).signed_body(name, body)
        return json.dumps(body).encode()

    def get(self, path: str, *, host: str = "", accept_encoding: str = "") -> Response:
        headers = [("host", host or self.url.partition("://")[2])]
        if accept_encoding:
            headers.append(("accept-encoding", accept_encoding))
        return ask(self.app, "GET", path, headers=headers)

    def sign_in(self, pseudonym: str = "", seed: bytes = b"") -> Response:
        """By the words of the newsroom's lead, unless the seed that other words make is given."""
        name = pseudonym or self.newsroom.pseudonym
        seed = seed or sign_in_seed(name, self.newsroom.passphrase)
        self.pseudonym = name
        return self.post("sign-in", sign_in_body(self.challenge(), name, seed))

    def challenge(self) -> str:
        return str(self.post("sign-in/challenge").json["challenge"])


def sign_in_body(challenge: str, pseudonym: str, seed: bytes) -> dict[str, str]:
    name = pseudonym.strip()
    signature = sign_in_signature(seed, site_id=SITE_ID, pseudonym=name, challenge=challenge)
    return {"pseudonym": pseudonym, "challenge": challenge, "signature": signature}


@cache
def sign_in_seed(pseudonym: str, passphrase: str) -> bytes:
    return from_passphrase(SITE_ID, pseudonym, passphrase)[0]
