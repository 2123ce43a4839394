"""A newsroom for tests: the real components, a clock that the test sets, and a lead with real keys."""

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
    bring_back,
    decide,
    declare_story,
    destroy_hidden,
    member_keys,
    move_inbox,
    purge_deleted,
    receipts,
    remove,
    setup_site,
    submit,
    undo,
    write_public_files,
)
from yobal.actions.bring_back import BroughtBack
from yobal.actions.decision_context import DecisionContext
from yobal.actions.release import Released
from yobal.actions.remove import Removed
from yobal.actions.session_row import SessionAccess
from yobal.adapters.cell_file import CELL_BYTES
from yobal.core import held_text, hidden_text, idempotency, text
from yobal.core import roster as roster_rules
from yobal.core.decisions import DecisionResult
from yobal.core.envelope import Envelope
from yobal.core.feedback import Feedback, SealedFeedback
from yobal.core.held_text import HeldText
from yobal.core.hidden_text import HiddenText
from yobal.core.roster import MemberAdded, MemberRemoved, SignedStatement
from yobal.core.schedule import DAY_SECONDS, last_round
from yobal.core.submission import Submission
from yobal.core.thread import Edition
from yobal.demo import feedback_sealer, signing
from yobal.demo.decision_signer import DecisionSigner, cleaned
from yobal.demo.keys import NewModerator, from_passphrase, make_moderator
from yobal.demo.lead import join_first_lead
from yobal.server.scheduler.maintenance import prepare_cells, prepare_files, run_once
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store import comments, held_texts, hidden_texts, people, sites
from yobal.store.inbox_entries import Outcome
from yobal.store.locks import release_lock
from yobal.web.thread_status import ThreadStatusCache

SITE_ID: Final = "river-post"
STORY_ID: Final = "ferry"
START: Final = datetime(2026, 11, 22, 13, 0, tzinfo=UTC).timestamp()  # between the slots 12 and 18
SLOT: Final = 6 * 3_600


class SentComment(msgspec.Struct, frozen=True):
    """What a reader has after sending: `code` is None where no receipt was asked for."""

    id: str
    code: str | None
    outcome: Outcome
    idempotency_key: str


class NewsroomHarness:
    """What readers, moderators and the scheduler do, each in one call."""

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
    def inbox(self) -> Any:
        return self.components.inbox

    @property
    def rules(self) -> Any:
        return self.components.rules

    @property
    def files_dir(self) -> Path:
        return self.components.settings.files_dir

    def close(self) -> None:
        self.components.close()

    def thread_status(self, **options: Any) -> ThreadStatusCache:
        """As the intake has it, with an empty cache."""
        reader = self.components.intake_roster_reader
        return ThreadStatusCache(self.database, self.inbox, self.rules, reader, **options)

    # Readers

    def send(
        self,
        words: str = "A comment.",
        *,
        name: str = "",
        edition: str = "en",
        parent_id: str | None = None,
        receipt: bool = True,
        idempotency_key: str | None = None,
        story_id: str = STORY_ID,
        skip_cleaning: bool = False,
        waits_for_round: bool = False,
    ) -> SentComment:
        """Clean, seal and store a comment, as the form's handler does, and move it to the desk.

        `skip_cleaning` seals the words as they are, as an attacker with write access to the
        database could. With `waits_for_round` the comment stays in the inbox.
        """
        if not skip_cleaning:
            words, name = text.clean(words), text.clean_name(name)
        today = datetime.fromtimestamp(self.now, UTC).date()
        key = idempotency_key or idempotency.new_idempotency_key(secrets.token_bytes, today=today)
        cache = self.thread_status()
        site = cache.load(story_id).site
        assert site.sealing_key is not None
        parent = cache.parent(story_id, parent_id) if parent_id else None
        sealed = submit.seal(
            Submission(
                site_id=SITE_ID,
                story_id=story_id,
                edition=edition,
                parent_id=parent_id,
                text=words,
                name=name,
            ),
            submit.SubmissionTarget(
                epoch_id=site.sealing_key.epoch_id,
                sealer=site.sealing_key.sealer,
                root_id=parent.root_id if parent else None,
                languages=site.languages,
            ),
            self.components.keyring,
            self.rules,
            idempotency_key=key,
            wants_receipt=receipt,
            now=self.now,
            random=self.random,
        )
        (outcome,) = self.inbox.add([sealed.arrival])
        if not waits_for_round:
            self.move_inbox()
        code = sealed.code if outcome.has_receipt else None
        return SentComment(sealed.arrival.id, code, outcome, key)

    # Moderators

    def decision_context(self, decided_by: str | None = None) -> DecisionContext:
        return DecisionContext(
            rules=self.rules,
            pseudonym=decided_by or self.pseudonym,
            roster_reader=self.components.roster_reader,
            now=self.now,
            random=secrets.token_bytes,
            randbelow=self.randbelow,
        )

    def signer(self, decided_by: str | None = None) -> DecisionSigner:
        """Signs as the lead, or as another moderator, who becomes a member if needed."""
        pseudonym = decided_by or self.pseudonym
        keys = moderator_of(pseudonym)
        with self.database.reading() as conn:
            roster = self.components.roster_reader.read(conn)
        if roster is not None and roster.named(pseudonym) is None:
            added = self.signed_by_lead(keys, previous=roster.head)
            with self.database.writing() as conn:
                self.components.roster_reader.append(conn, added)
        return DecisionSigner(self.components, keys.signing_seed)

    def signed_by_lead(self, added: NewModerator, *, previous: str) -> SignedStatement:
        """The lead's statement that this person is a member now."""
        lead = moderator_of(self.pseudonym)
        statement = MemberAdded(
            site_id=SITE_ID,
            previous=previous,
            by=lead.signing_key,
            member=added.signing_key,
            role="moderator",
            keys_hash=roster_rules.keys_hash(added.keys),
        )
        keys = (added.keys, added.keys_signature)
        return signing.sign_statement(lead.signing_seed, statement, keys)

    def remove_member(self, pseudonym: str) -> None:
        """The lead's statement that this person is not a member any more."""
        lead, reader = moderator_of(self.pseudonym), self.components.roster_reader
        with self.database.writing() as conn:
            roster = reader.read(conn)
            assert roster is not None
            statement = MemberRemoved(
                site_id=SITE_ID,
                previous=roster.head,
                by=lead.signing_key,
                member=moderator_of(pseudonym).signing_key,
            )
            reader.append(conn, signing.sign_statement(lead.signing_seed, statement))

    def decrypt(self, comment_id: str) -> Envelope:
        """Unwrap the epoch's key and decrypt the envelope, as the desk's browser does.

        Before that, the server decrypts what is stored with the envelope's cell.
        """
        epoch_id = self.comment_row(comment_id)["epoch_id"]
        chosen = sa.text("select cell, ciphertext from envelopes where comment_id = :id")
        with self.database.reading() as conn:
            row = conn.execute(chosen, {"id": comment_id}).mappings().one()
        envelope = self.components.cell_file.decrypt(
            row["cell"], bytes(row["ciphertext"]), purpose="envelope", row_id=comment_id
        )
        assert envelope is not None
        plain = pyrage.decrypt(envelope, [self.epoch_identity(epoch_id)])
        return msgspec.json.decode(plain, type=Envelope)

    def epoch_identity(self, epoch_id: str) -> Any:
        cell_file = self.components.cell_file
        with self.database.reading() as conn:
            rows = member_keys.read_wraps(conn, cell_file, SITE_ID, self.pseudonym)
        personal = self.personal_identity()
        wrap = next((row.wrap for row in rows if row.epoch_id == epoch_id), None)
        if wrap is None:
            raise KeyError(epoch_id)
        return _identity(pyrage.decrypt(wrap, [personal]))

    def personal_identity(self) -> Any:
        identity = self.sealed_identity(self.pseudonym)
        assert identity is not None
        unlocking = _unlocking(self.pseudonym, self.passphrase)
        return _identity(pyrage.decrypt(identity, [unlocking]))

    def sealed_identity(self, pseudonym: str, *, opened_by: str = "words") -> bytes | None:
        """The age file that a member's words or sheet open; None where there is none."""
        with self.database.reading() as conn:
            moderator = people.get(conn, SITE_ID, pseudonym)
            if moderator is None:
                return None
            return member_keys.read_identity(
                conn, self.components.cell_file, moderator.signing_key, opened_by=opened_by
            )

    def publish(
        self,
        comment_id: str,
        *,
        decided_by: str | None = None,
        context: DecisionContext | None = None,
        **changed: Any,
    ) -> DecisionResult:
        """As the desk's page does it; `changed` replaces what the envelope says, before it is signed."""
        envelope, signer = self.decrypt(comment_id), self.signer(decided_by)
        opened: dict[str, Any] = {
            "text": envelope.text,
            "name": envelope.name,
            "lang": envelope.lang,
        }
        opened |= {key: value for key, value in changed.items() if key in opened}
        return decide.publish(
            self.database,
            self.components.cell_file,
            context or self.decision_context(decided_by),
            comment_id,
            nonce=changed.get("nonce", bytes.fromhex(envelope.nonce)),
            signature=changed.get("signature") or signer.accept(comment_id, **opened),
            **opened,
        )

    def publish_edited(
        self,
        comment_id: str,
        words: str,
        *,
        clause: str = "personal-data",
        feedback: Feedback | None = None,
        decided_by: str | None = None,
    ) -> DecisionResult:
        envelope, signer = self.decrypt(comment_id), self.signer(decided_by)
        words, name = cleaned(words, envelope.name)
        sealed = self.seal(comment_id, feedback)
        return decide.publish_edited(
            self.database,
            self.components.cell_file,
            self.decision_context(decided_by),
            comment_id,
            text=words,
            name=name,
            lang=envelope.lang,
            edit_kind="masked",
            clause=clause,
            feedback=sealed,
            signature=signer.accept(
                comment_id,
                text=words,
                name=name,
                lang=envelope.lang,
                clause=clause,
                edit_kind="masked",
                feedback=sealed,
            ),
        )

    def reject(
        self,
        comment_id: str,
        *,
        clause: str = "spam",
        note: str | None = None,
        decided_by: str | None = None,
    ) -> DecisionResult:
        written = Feedback(note=text.clean(note)) if note is not None else None
        feedback = self.seal(comment_id, written)
        return decide.reject(
            self.database,
            self.components.cell_file,
            self.decision_context(decided_by),
            comment_id,
            clause=clause,
            feedback=feedback,
            signature=self.signer(decided_by).reject(comment_id, clause=clause, feedback=feedback),
        )

    def seal(self, comment_id: str, feedback: Feedback | None) -> SealedFeedback | None:
        """To the author's receipts, as the desk's page does it."""
        if feedback is None:
            return None
        return feedback_sealer.seal(self.components, comment_id, feedback)

    def undo(self, decided: DecisionResult, *, decided_by: str | None = None) -> None:
        undo.undo(
            self.database,
            self.decision_context(decided_by),
            decided.decision_id,
            signature=self.signer(decided_by).undo(decided.decision_id),
        )
        self.purge()

    def remove(
        self, comment_id: str, *, clause: str = "threats", decided_by: str | None = None
    ) -> DecisionResult:
        """Remove a published comment and write its public files at once, as the desk does."""
        result = self.remove_only(comment_id, clause=clause, decided_by=decided_by)
        write_public_files.write_files_now(
            self.components.file_writer, result.story_id, result.files
        )
        self.purge()
        return result.decided

    def remove_only(
        self, comment_id: str, *, clause: str = "spam", decided_by: str | None = None
    ) -> Removed:
        """Only what the database notes of a removal."""
        signature = self.signer(decided_by).remove(comment_id, clause=clause)
        context = self.decision_context(decided_by)
        return remove.remove(
            self.database,
            self.components.cell_file,
            context,
            comment_id,
            clause=clause,
            signature=signature,
        )

    def bring_back(self, removed: DecisionResult, *, decided_by: str | None = None) -> BroughtBack:
        """As the desk does, which lets only a lead do it."""
        return self.bring_back_id(removed.decision_id, decided_by=decided_by)

    def bring_back_id(self, decision_id: str, *, decided_by: str | None = None) -> BroughtBack:
        result = bring_back.bring_back(
            self.database,
            self.components.cell_file,
            self.decision_context(decided_by),
            decision_id,
            signature=self.signer(decided_by).undo(decision_id),
            moves=self.components.moves_file.read(),
        )
        write_public_files.write_files_now(
            self.components.file_writer, result.story_id, result.files
        )
        self.purge()
        return result

    def destroy_hidden(self, comment_id: str, *, decided_by: str | None = None) -> None:
        destroy_hidden.destroy_now(
            self.database,
            self.decision_context(decided_by),
            comment_id,
            signature=self.signer(decided_by).destroy(comment_id),
        )
        self.purge()

    def hidden_texts(self) -> dict[str, HiddenText | None]:
        """The decrypted texts of hidden comments; None where the cell does not decrypt one."""
        with self.database.reading() as conn:
            rows = hidden_texts.page(conn, SITE_ID, after=None, limit=10_000)
        texts = {
            row.comment_id: self.components.cell_file.decrypt(
                row.cell, row.ciphertext, purpose="hidden text", row_id=row.comment_id
            )
            for row in rows
        }
        return {
            key: hidden_text.decode(plain) if plain is not None else None
            for key, plain in texts.items()
        }

    def purge(self) -> None:
        purge_deleted.purge_deleted(self.database, self.components.cell_file, SITE_ID)

    def held_texts(self) -> dict[str, HeldText | None]:
        """The decrypted texts of held comments; None where the cell does not decrypt one."""
        with self.database.reading() as conn:
            rows = held_texts.page(conn, after="", limit=10_000)
        texts = {
            row.comment_id: self.components.cell_file.decrypt(
                row.cell, row.ciphertext, purpose="held text", row_id=row.comment_id
            )
            for row in rows
        }
        return {
            key: held_text.decode(plain) if plain is not None else None
            for key, plain in texts.items()
        }

    def cells(self) -> list[bytes]:
        """The keys in `secrets/cells`, by number."""
        content = self.components.cell_file.path.read_bytes()
        return [content[start : start + CELL_BYTES] for start in range(0, len(content), CELL_BYTES)]

    def needed_cells(self) -> set[int]:
        """The cells that comments name, read without the code that is tested."""
        return self._cells_in("held_texts", "envelopes", "hidden_texts")

    def member_cells(self) -> set[int]:
        """The cells that wraps and identities name."""
        return self._cells_in("wrapped_epoch_keys", "member_identities")

    def _cells_in(self, *tables: str) -> set[int]:
        return {int(row["cell"]) for table in tables for row in self.read_table(table)}

    def lose_cells(self) -> bytes:
        """What a restore leaves: other cells, but for those of members, which a backup holds.

        Returns those that were there.
        """
        cell_file, keys = self.components.cell_file, self.cells()
        content = cell_file.path.read_bytes()
        cell_file.path.unlink()
        cell_file.prepare()
        with cell_file.locked() as cells:
            cells.write({number: keys[number] for number in self.member_cells()})
        return content

    # Receipts

    def find_receipt(
        self, code: str | None, *, story_id: str = STORY_ID
    ) -> receipts.ReceiptMatch | None:
        """What a reader who types this code now gets."""
        return receipts.find(
            self.database,
            self.inbox,
            self.components.keyring,
            self.components.intake_roster_reader,
            site_id=SITE_ID,
            story_id=story_id,
            typed=code or "",
            limits=self.rules.limits,
            now=self.now,
        )

    def receipt_state(self, code: str | None) -> str | None:
        """The state that the receipt page shows; None where the code opens nothing."""
        receipt = self.find_receipt(code)
        return receipt.status.state if receipt else None

    def request_withdrawal(
        self,
        code: str | None,
        when: Literal["now", "next"] = "now",
        *,
        waits_for_round: bool = False,
    ) -> None:
        receipt = self.find_receipt(code)
        assert receipt is not None
        receipts.request_withdrawal(self.inbox, receipt, when=when)
        if not waits_for_round:
            self.move_inbox()

    # Time

    def move_inbox(self) -> move_inbox.Moved:
        """What the next round does, at once: most tests are not about rounds."""
        arrival_round = last_round(self.rules.schedule, self.now)
        with self.database.reading() as conn:
            before = sites.last_round(conn, SITE_ID)
        with release_lock(self.database):  # a server may run beside the test
            moved = move_inbox.move(
                self.database,
                self.inbox,
                self.components.cell_file,
                self.rules,
                arrival_round=max(before, arrival_round),
                random=secrets.token_bytes,
            )
            move_inbox.destroy_moved(
                self.database,
                self.inbox,
                self.components.cell_file,
                self.rules,
                random=secrets.token_bytes,
            )
        return moved

    def pass_slots(self, slots: int = 1) -> None:
        """Let slots pass one by one, with one run of the scheduler in each."""
        for _ in range(slots):
            self.now += SLOT
            self.run_scheduler()

    def pass_time(self, seconds: float) -> None:
        """Let time pass with one run of the scheduler a day, as on a server that is never off for long."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(self.now + DAY_SECONDS, until)
            self.run_scheduler()

    def run_scheduler(self) -> Released | None:
        """One maintenance pass; it trusts the clock, however far the test has moved it."""
        result = run_once(self.components, now=self.now, is_clock_trusted=True)
        assert (result.files_problem, result.purge_problem, result.inbox_problem) == (
            None,
            None,
            None,
        )
        return result.released

    def publish_new(self, words: str = "A comment.", **fields: Any) -> SentComment:
        """Send, publish and release a comment."""
        sent = self.send(words, **fields)
        self.publish(sent.id)
        self.pass_slots(self.rules.schedule.max_hold_slots)
        return sent

    # What tests look at

    def state(self, comment_id: str) -> str | None:
        with self.database.reading() as conn:
            row = comments.get(conn, comment_id)
        return row.state if row is not None else None

    def read_file(self, key: str) -> str:
        return (self.files_dir / SITE_ID / STORY_ID / key).read_text(encoding="utf-8")

    def read_table(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, as a dict of its columns."""
        with self.database.reading() as conn:
            return [dict(row) for row in conn.execute(sa.text(f"select * from {table}")).mappings()]

    def comment_row(self, comment_id: str) -> dict[str, Any]:
        return next(row for row in self.read_table("comments") if row["id"] == comment_id)

    def read_all_files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.files_dir).as_posix(): path.read_bytes()
            for path in sorted(self.files_dir.rglob("*"))
            if path.is_file()
        }

    def shows(self, words: str) -> bool:
        """Whether any public file has them."""
        return any(words.encode() in content for content in self.read_all_files().values())


def make_newsroom(
    folder: Path, database_url: str, *, now: float = START, **settings: Any
) -> NewsroomHarness:
    """A new newsroom: a site, a lead with an epoch, and one empty story in Khmer and English."""
    site_settings = newsroom_settings(folder, database_url, **settings)
    prepare_storage(site_settings)
    components = build_components(site_settings)
    setup_site.create_site(
        components.database, components.rules, name=site_settings.site_name, now=now
    )
    newsroom = NewsroomHarness(components, "Heron", moderator_of("Heron").passphrase)
    newsroom.now = now
    add_lead(newsroom)
    for tag, title in (("km", "កម្មករសាឡាង"), ("en", "Ferry workers")):
        edition = Edition(tag=tag, title=title, url=f"https://news.example/{tag}/ferry")
        declare_story.add(components.database, components.rules, STORY_ID, edition)
    catch_up(components, now=newsroom.now)
    return newsroom


def session_access(newsroom: NewsroomHarness) -> SessionAccess:
    """As the desk has it."""
    return SessionAccess(
        database=newsroom.database,
        roster_reader=newsroom.components.roster_reader,
        device_keys=newsroom.components.device_keys,
        session_key=newsroom.components.keyring.session_key(),
    )


def catch_up(components: Components, *, now: float) -> None:
    """What the server does at its start: prepare cells and files, then one maintenance pass."""
    components.cell_file.unsettled.clear()  # a new process knows nothing of them
    prepare_cells(components, now=now)
    prepare_files(components)
    result = run_once(components, now=now)
    assert (result.clock_problem, result.files_problem, result.purge_problem) == (None, None, None)


def open_newsroom_harness(folder: Path, database_url: str, **settings: Any) -> NewsroomHarness:
    """The newsroom that `make_newsroom` made in this folder and database."""
    components = build_components(newsroom_settings(folder, database_url, **settings))
    return NewsroomHarness(components, "Heron", moderator_of("Heron").passphrase)


def newsroom_settings(folder: Path, database_url: str, **settings: Any) -> Settings:
    defaults: dict[str, Any] = {
        "site_id": SITE_ID,
        "site_name": "The River Post",
        "data_dir": str(folder / "data"),
        "database": database_url,
        "time_zone": "UTC",
        "min_batch_size": 1,
        "max_hold_slots": 1,
    }
    return Settings(**(defaults | settings))


def add_lead(newsroom: NewsroomHarness, pseudonym: str = "Heron") -> None:
    """Add a first lead with a new epoch, through the invitation from the command line.

    Moderators who were there before are deactivated.
    """
    lead = moderator_of(pseudonym)
    join_first_lead(newsroom.components, lead, now=newsroom.now)
    newsroom.pseudonym, newsroom.passphrase = pseudonym, lead.passphrase


def lead_of(newsroom: NewsroomHarness) -> NewModerator:
    """The keys of the newest first lead."""
    return moderator_of(newsroom.pseudonym)


@cache
def moderator_of(pseudonym: str) -> NewModerator:
    """One person's keys for every newsroom of the run: stretching a passphrase takes 0.2 seconds."""
    return make_moderator(SITE_ID, pseudonym)


@cache
def _unlocking(pseudonym: str, passphrase: str) -> Any:
    return from_passphrase(SITE_ID, pseudonym, passphrase)[1]


def _identity(identity_file: bytes) -> Any:
    """The last line: a browser writes a comment above it."""
    return pyrage.x25519.Identity.from_str(identity_file.decode().split()[-1])
