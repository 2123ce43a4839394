"""A newsroom in a temporary folder: the operator's rules, invented comments, and a clock that attacks move.

Nothing of the operator's is opened: neither data, database nor keys.
"""

import asyncio
import itertools
import json
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import msgspec
import pyrage

from yobal.actions import declare_story, setup_site
from yobal.core import idempotency
from yobal.core.envelope import Envelope
from yobal.core.errors import YobalError
from yobal.core.schedule import WAIT_SECONDS_MAX, Schedule, last_slot, next_round, next_slot
from yobal.core.thread import Edition
from yobal.demo.decision_signer import DecisionSigner
from yobal.demo.keys import NewModerator, from_passphrase, make_moderator
from yobal.demo.lead import join_first_lead
from yobal.demo.signing import sign_in_signature
from yobal.self_test.in_process import FORM, Response, ask_desk, ask_intake
from yobal.server.scheduler.maintenance import prepare_cells, prepare_files, run_once
from yobal.server.serve import desk_app_for, intake_app
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store.group_commit import GroupCommit
from yobal.web.guard import COOKIE
from yobal.web.response_time import ResponseTime
from yobal.web.thread_status import ThreadStatusCache

STORY_ID: Final = "self-test"
PSEUDONYM: Final = "Heron"
GZIP: Final = ("accept-encoding", "gzip")
# More comments would need minutes and show the same: every limit is a share of this setting.
PLAYED_PENDING_MAX: Final = 500
_HOST: Final = "localhost:8601"
_NOT_SIGNED_IN: Final = 401


class CannotPlay(YobalError):
    """An attack cannot be played with these settings."""


class QueuedComment(msgspec.Struct, frozen=True):
    """A pending comment, decrypted as the desk's page does it."""

    id: str
    lang: str
    envelope: Envelope


class ScratchNewsroom:
    """What readers, a moderator and the scheduler do, through the product's own handlers."""

    def __init__(
        self, components: Components, group: GroupCommit, lead: NewModerator, *, now: float
    ) -> None:
        self.components = components
        self.now = now
        self._lead = lead
        self._signer = DecisionSigner(components, lead.signing_seed)
        _, unlocking = from_passphrase(components.rules.site_id, PSEUDONYM, lead.passphrase)
        personal = _identity(pyrage.decrypt(lead.identity, [unlocking]))
        self._epoch_identity = _identity(pyrage.decrypt(lead.wrap, [personal]))
        self._cookie = ""
        ticks = itertools.count(step=60)  # nothing is read from the cache of the last second
        status = ThreadStatusCache(
            components.database,
            components.inbox,
            components.rules,
            components.intake_roster_reader,
            clock=lambda: next(ticks),
        )
        self._intake = intake_app(
            components,
            group,
            clock=lambda: self.now,
            thread_status=status,
            response_time=ResponseTime(is_equal=False),
        )
        self._desk = desk_app_for(components, clock=lambda: self.now)
        self._path = f"/{components.rules.site_id}/{STORY_ID}/en/"

    @property
    def schedule(self) -> Schedule:
        return self.components.rules.schedule

    # Readers

    def post(self, *, is_gzip_accepted: bool = False, **fields: str) -> Response:
        return asyncio.run(self._post(fields, is_gzip_accepted=is_gzip_accepted))

    def send(self, words: str, **fields: str) -> str:
        """A comment with a receipt; returns its code. Raises CannotPlay if it is refused."""
        (code,) = self.send_many([words], **fields)
        if not code:
            raise CannotPlay("a comment was refused, because a limit is too low")
        return code

    def send_many(self, texts: Sequence[str], **fields: str) -> list[str | None]:
        """Several at the same time; None for each that was refused."""

        async def send_all() -> list[Response]:
            return await asyncio.gather(
                *(self._post(self._filled_form(words) | fields) for words in texts)
            )

        return [response.code for response in asyncio.run(send_all())]

    def withdraw(self, code: str, *, when: str) -> None:
        self.post(step="withdraw", code=code, when=when)

    def public_files(self) -> dict[str, tuple[float, bytes]]:
        """Everything public, with the times that a web server gives out."""
        folder = self.components.settings.files_dir
        return {
            path.relative_to(folder).as_posix(): (path.stat().st_mtime, path.read_bytes())
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    # A moderator

    def ask_desk(self, route: str, body: Mapping[str, object]) -> Response:
        """Signs in first where that is needed: an attack may outlast a session."""
        response = self._ask_desk(route, body)
        if response.status != _NOT_SIGNED_IN:
            return response
        challenge = self._ask_desk("sign-in/challenge", {}).json["challenge"]
        signature = sign_in_signature(
            self._lead.sign_in_seed,
            site_id=self.components.rules.site_id,
            pseudonym=PSEUDONYM,
            challenge=challenge,
        )
        sign_in = {"pseudonym": PSEUDONYM, "challenge": challenge, "signature": signature}
        signed_in = self._ask_desk("sign-in", sign_in)
        cookies = [value for name, value in signed_in.headers if name == "set-cookie"]
        self._cookie = cookies[0].partition(";")[0]
        return self._ask_desk(route, body)

    def queue(self) -> list[QueuedComment]:
        """The first page of it."""
        rows = self.ask_desk("queue", {"cursor": None}).json["comments"]
        return [
            QueuedComment(row["comment_id"], row["lang"], self._decrypt(row["envelope"]))
            for row in rows
        ]

    def decide(self, route: str, body: Mapping[str, object]) -> Response:
        """A signed request: `decide`, `undo` and others."""
        return self.ask_desk(route, self._signer.signed_body(route, body))

    def publish(self, comment: QueuedComment) -> Response:
        envelope = comment.envelope
        return self.decide(
            "decide",
            {
                "verdict": "publish",
                "comment_id": comment.id,
                "text": envelope.text,
                "name": envelope.name,
                "nonce": envelope.nonce,
                "lang": envelope.lang,
            },
        )

    # Time

    def run_scheduler(self) -> None:
        """One pass. It trusts the clock, because an attack has moved it. Raises the problem that it had."""
        result = run_once(self.components, now=self.now, is_clock_trusted=True)
        for problem in (result.files_problem, result.purge_problem, result.inbox_problem):
            if problem is not None:
                raise problem

    def pass_round(self) -> None:
        self.now = next_round(self.schedule, self.now)
        self.run_scheduler()

    def pass_slot(self) -> None:
        self.now = next_slot(self.schedule, self.now)
        self.run_scheduler()

    def pass_releases(self, comment_ids: Sequence[str]) -> None:
        """Until all of these are public. Raises CannotPlay."""
        for _ in range(self.schedule.max_hold_slots):
            self.pass_slot()
            if self._are_public(comment_ids):
                return
        self.now += WAIT_SECONDS_MAX  # a small batch waits so long
        self.pass_slot()
        if not self._are_public(comment_ids):
            raise CannotPlay("accepted comments were not released")

    def _are_public(self, comment_ids: Sequence[str]) -> bool:
        content = b"".join(content for _, content in self.public_files().values())
        return all(comment_id.encode() in content for comment_id in comment_ids)

    async def _post(self, fields: dict[str, str], *, is_gzip_accepted: bool = False) -> Response:
        headers = [FORM, GZIP] if is_gzip_accepted else [FORM]
        body = urlencode(fields).encode()
        return await ask_intake(self._intake, "POST", self._path, headers, [body])

    def _filled_form(self, words: str) -> dict[str, str]:
        today = datetime.fromtimestamp(self.now, UTC).date()
        key = idempotency.new_idempotency_key(secrets.token_bytes, today=today)
        return {"step": "confirm", "text": words, "idempotency_key": key, "receipt": "yes"}

    def _ask_desk(self, route: str, body: Mapping[str, object]) -> Response:
        content = json.dumps(body).encode()
        headers = [
            ("host", _HOST),
            ("origin", f"http://{_HOST}"),
            ("content-type", "application/json"),
            ("content-length", str(len(content))),
            ("cookie", self._cookie or f"{COOKIE}="),
        ]
        asked = ask_desk(self._desk, "POST", f"/api/desk/{route}", headers, [content])
        return asyncio.run(asked)

    def _decrypt(self, envelope: str) -> Envelope:
        plain = pyrage.decrypt(msgspec.convert(envelope, bytes), [self._epoch_identity])
        return msgspec.json.decode(plain, type=Envelope)


@contextmanager
def scratch_newsroom(
    settings: Settings, *, clock: Callable[[], float]
) -> Iterator[ScratchNewsroom]:
    """Removed in the end, also after an error or Ctrl+C. It begins with the last slot."""
    with _temporary_folder() as folder:
        scratch = _scratch_settings(settings, folder)
        prepare_storage(scratch)
        components = build_components(scratch)
        group = GroupCommit(components.inbox)
        try:
            yield _set_up(components, group, now=last_slot(components.rules.schedule, clock()))
        finally:
            group.close()
            components.close()


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Its name is chosen first, so that Ctrl+C leaves nothing, whether it comes while the folder is made or removed."""
    folder = Path(tempfile.gettempdir()) / f"yobal-self-test-{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        try:
            shutil.rmtree(folder, ignore_errors=True)  # it may not exist yet
        except KeyboardInterrupt:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _scratch_settings(settings: Settings, folder: Path) -> Settings:
    """Nothing in them leads out of the folder: what the scratch roster wrote elsewhere, the newsroom's server would believe."""
    return msgspec.structs.replace(
        settings,
        data_dir=str(folder),
        database="",
        intake_database="",
        purge_list_dir="",
        backup_dir="",
        backup_recipient="",
        preset_notes_file="",
        notice_urls_file="",
        notice_urls="",
        metrics_listen="",
        public_url="http://127.0.0.1:8600",
        desk_url=f"http://{_HOST}",
        max_pending_per_story=min(settings.max_pending_per_story, PLAYED_PENDING_MAX),
        disk_reserve_mib=0,  # of the disk with the temporary folder, not of the operator's
    )


def _set_up(components: Components, group: GroupCommit, *, now: float) -> ScratchNewsroom:
    rules = components.rules
    setup_site.create_site(components.database, rules, name=components.settings.site_name, now=now)
    lead = make_moderator(rules.site_id, PSEUDONYM)
    join_first_lead(components, lead, now=now)
    edition = Edition(tag="en", title="A story", url="https://news.example/story")
    declare_story.add(components.database, rules, STORY_ID, edition)
    newsroom = ScratchNewsroom(components, group, lead, now=now)
    prepare_cells(components, now=now)
    prepare_files(components)
    newsroom.run_scheduler()
    return newsroom


def _identity(line: bytes) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(line.decode().strip())
