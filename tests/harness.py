"""A newsroom for tests: real parts, a clock that stands where the test puts it, a lead's real key."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import pyrage
import sqlalchemy as sa

from yobal.actions import (
    decide,
    declare_story,
    purge_deleted,
    receipts,
    remove,
    setup_site,
    submit,
    undo,
    write_public_files,
)
from yobal.actions.release import Released
from yobal.core import idempotency, text
from yobal.core.decisions import DecisionContext, DecisionResult
from yobal.core.envelope import Envelope
from yobal.core.submission import Submission
from yobal.core.thread import Edition
from yobal.demo.keys import NewModerator, from_passphrase, make_lead
from yobal.demo.lead import join_first_lead
from yobal.server.scheduler.maintenance import prepare_files, run_once
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store import arrivals, comments
from yobal.store.arrivals import Outcome
from yobal.web.thread_status import ThreadStatusCache

SITE: Final = "river-post"
STORY: Final = "ferry"
START: Final = datetime(2026, 11, 22, 13, 0, tzinfo=UTC).timestamp()  # between the slots 12 and 18
SLOT: Final = 6 * 3_600


class Sent(msgspec.Struct, frozen=True):
    """A comment that a reader sent: its id as the store has it, the receipt if one was taken."""

    id: str
    code: str | None
    outcome: Outcome
    form: str


class NewsroomHarness:
    """Everything a test wants to do, in the words of the newsroom."""

    def __init__(self, components: Components, pseudonym: str, passphrase: str) -> None:
        self.components = components
        self.pseudonym = pseudonym
        self.passphrase = passphrase
        self.now = START
        self.random: Callable[[int], bytes] = secrets.token_bytes
        self.randbelow: Callable[[int], int] = secrets.randbelow

    @property
    def database(self) -> Any:
        return self.components.database

    @property
    def rules(self) -> Any:
        return self.components.rules

    @property
    def files(self) -> Path:
        return self.components.settings.files_dir

    def close(self) -> None:
        self.components.close()

    # Readers

    def send(
        self,
        words: str = "A comment.",
        *,
        name: str = "",
        edition: str = "en",
        parent_id: str | None = None,
        receipt: bool = True,
        form: str | None = None,
        story_id: str = STORY,
        past_the_form: bool = False,
    ) -> Sent:
        """What the form does, from cleaned words to a durable row.

        `past_the_form` seals them as they are, as who can write the database could.
        """
        if not past_the_form:
            words, name = text.clean(words), text.clean_name(name)
        today = datetime.fromtimestamp(self.now, UTC).date()
        form = form or idempotency.new_idempotency_key(secrets.token_bytes, today=today)
        doors = ThreadStatusCache(self.database, self.rules)
        site_id, _ = doors.read(story_id)
        assert site_id.sealing_key is not None
        answered = doors.parent_comment(story_id, parent_id) if parent_id else None
        sealed = submit.seal(
            Submission(
                site_id=SITE,
                story_id=story_id,
                edition=edition,
                parent_id=parent_id,
                text=words,
                name=name,
            ),
            submit.SubmissionTarget(
                epoch_id=site_id.sealing_key.epoch_id,
                sealer=site_id.sealing_key.sealer,
                root_id=answered[0] if answered else None,
                languages=site_id.languages,
            ),
            self.components.keyring,
            self.rules,
            idempotency_key=form,
            wants_receipt=receipt,
            now=self.now,
            random=self.random,
        )
        (outcome,) = arrivals.add(self.database, [sealed.arrival])
        code = sealed.code if outcome.has_receipt else None
        return Sent(sealed.arrival.id, code, outcome, form)

    # Moderators

    def desk(self, by: str | None = None) -> DecisionContext:
        return DecisionContext(
            rules=self.rules,
            pseudonym=by or self.pseudonym,
            now=self.now,
            random=secrets.token_bytes,
            randbelow=self.randbelow,
        )

    def open(self, comment: str) -> Envelope:
        """What the desk's browser does: unwrap the epoch's key, open the envelope."""
        with self.database.reading() as conn:
            row = comments.get(conn, comment)
            sealed = comments.envelope(conn, comment)
        assert row is not None
        assert sealed is not None
        plain = pyrage.decrypt(bytes(sealed), [self.epoch_identity(row.epoch_id)])
        return msgspec.json.decode(plain, type=Envelope)

    def epoch_identity(self, epoch_id: str) -> Any:
        from yobal.store import people

        with self.database.reading() as conn:
            moderator = people.get(conn, SITE, self.pseudonym)
            rows = people.epochs_for(conn, SITE, self.pseudonym)
        assert moderator is not None
        unlocking = _unlocking(self.pseudonym, self.passphrase)
        personal = _identity(pyrage.decrypt(bytes(moderator.identity), [unlocking]))
        wrap = next(row.wrap for row in rows if row.epoch_id == epoch_id)
        return _identity(pyrage.decrypt(bytes(wrap), [personal]))

    def publish(self, comment: str, *, by: str | None = None) -> DecisionResult:
        opened = self.open(comment)
        return decide.publish(
            self.database,
            self.desk(by),
            comment,
            text=opened.text,
            name=opened.name,
            nonce=bytes.fromhex(opened.nonce),
            lang=opened.lang,
        )

    def publish_edited(
        self, comment: str, words: str, *, clause: str = "personal-data"
    ) -> DecisionResult:
        opened = self.open(comment)
        return decide.publish_edited(
            self.database,
            self.desk(),
            comment,
            text=words,
            name=opened.name,
            lang=opened.lang,
            edit_kind="masked",
            clause=clause,
            note=None,
        )

    def reject(
        self, comment: str, *, clause: str = "spam", note: str | None = None
    ) -> DecisionResult:
        return decide.reject(self.database, self.desk(), comment, clause=clause, note=note)

    def undo(self, decided: DecisionResult, *, by: str | None = None) -> None:
        undo.undo(
            self.database,
            self.rules,
            decided.decision_id,
            decided_by=by or self.pseudonym,
            now=self.now,
            random=secrets.token_bytes,
        )
        purge_deleted.purge_deleted(self.database, SITE)

    def remove(self, comment: str, *, clause: str = "threats") -> DecisionResult:
        """Away at once, files included, as the desk does it."""
        done = remove.remove(self.database, self.desk(), comment, clause=clause)
        write_public_files.write_files_now(self.components.file_writer, done.story_id, done.files)
        purge_deleted.purge_deleted(self.database, SITE)
        return done.decided

    # ReceiptHandler

    def receipt(self, code: str | None, *, story_id: str = STORY) -> receipts.ReceiptMatch | None:
        """What a typed code opens now."""
        return receipts.find(
            self.database,
            self.components.keyring,
            site_id=SITE,
            story_id=story_id,
            typed=code or "",
            now=self.now,
        )

    def to_response(self, code: str | None) -> str | None:
        """The state that a receipt shows."""
        found = self.receipt(code)
        return found.word if found else None

    def wish(self, code: str | None, when: Literal["now", "next"] = "now") -> None:
        found = self.receipt(code)
        assert found is not None
        receipts.request_withdrawal(
            self.database, self.rules, found, when=when, random=secrets.token_bytes
        )

    # Time

    def pass_slots(self, slots: int = 1) -> None:
        """Let slots pass one by one, as the desk's loop would live through them."""
        for _ in range(slots):
            self.now += SLOT
            self.tend()

    def tend(self) -> Released | None:
        """One maintenance pass. The test's clock is right, however far the test has put it."""
        result = run_once(self.components, now=self.now, is_clock_trusted=True)
        assert result.files_problem is None
        return result.released

    def published(self, words: str = "A comment.", **given: Any) -> Sent:
        """Sent, published and released."""
        sent = self.send(words, **given)
        self.publish(sent.id)
        self.pass_slots(self.rules.schedule.max_hold_slots)
        return sent

    # Looking

    def state(self, comment: str) -> str | None:
        with self.database.reading() as conn:
            row = comments.get(conn, comment)
        return row.state if row is not None else None

    def file(self, key: str) -> str:
        return (self.files / SITE / STORY / key).read_text(encoding="utf-8")

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, by column."""
        with self.database.reading() as conn:
            return [dict(row) for row in conn.execute(sa.text(f"select * from {table}")).mappings()]

    def row(self, comment: str) -> dict[str, Any]:
        return next(row for row in self.rows("comments") if row["id"] == comment)

    def all_files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.files).as_posix(): path.read_bytes()
            for path in sorted(self.files.rglob("*"))
            if path.is_file()
        }


def make_newsroom(
    folder: Path, database_url: str, *, now: float = START, **settings: Any
) -> NewsroomHarness:
    """A furnished room: site, lead with an epoch, one story in Khmer and English, empty thread."""
    made = newsroom_settings(folder, database_url, **settings)
    prepare_storage(made)
    components = build_components(made)
    setup_site.create_site(components.database, components.rules, name=made.site_name, now=now)
    newsroom = NewsroomHarness(components, "Heron", _lead("Heron").passphrase)
    newsroom.now = now
    add_lead(newsroom)
    for edition, title in (("km", "កម្មករសាឡាង"), ("en", "Ferry workers")):
        one = Edition(tag=edition, title=title, url=f"https://news.example/{edition}/ferry")
        declare_story.add(components.database, components.rules, STORY, one)
    catch_up(components, now=newsroom.now)
    return newsroom


def catch_up(components: Components, *, now: float) -> None:
    """What the server does at its start: prepare the files, then one maintenance pass."""
    prepare_files(components)
    result = run_once(components, now=now)
    assert (result.clock_problem, result.files_problem) == (None, None)


def open_newsroom_harness(folder: Path, database_url: str, **settings: Any) -> NewsroomHarness:
    """The room that was furnished in this folder and database before."""
    components = build_components(newsroom_settings(folder, database_url, **settings))
    return NewsroomHarness(components, "Heron", _lead("Heron").passphrase)


def newsroom_settings(folder: Path, database_url: str, **settings: Any) -> Settings:
    given: dict[str, Any] = {
        "site_id": SITE,
        "site_name": "The River Post",
        "data_dir": str(folder / "data"),
        "database": database_url,
        "time_zone": "UTC",
        "min_batch_size": 1,
        "max_hold_slots": 1,
    }
    return Settings(**(given | settings))


def add_lead(newsroom: NewsroomHarness, pseudonym: str = "Heron") -> None:
    """A first lead with a new epoch, through the shell's link; whoever was before leaves."""
    lead = _lead(pseudonym)
    join_first_lead(newsroom.components, lead, now=newsroom.now)
    newsroom.pseudonym, newsroom.passphrase = pseudonym, lead.passphrase


@cache
def _lead(pseudonym: str) -> NewModerator:
    """One lead's keys for every room of the run: stretching a passphrase takes a fifth of a second."""
    return make_lead(SITE, pseudonym)


@cache
def _unlocking(pseudonym: str, passphrase: str) -> Any:
    return from_passphrase(SITE, pseudonym, passphrase)[1]


def _identity(text_of_identity: bytes) -> Any:
    return pyrage.x25519.Identity.from_str(text_of_identity.decode().strip())
