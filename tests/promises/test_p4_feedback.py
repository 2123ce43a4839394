"""P4: what a moderator writes to an author is in no file in clear, and goes with the receipt."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import pytest
import sqlalchemy as sa

from tests.harness import SLOT, NewsroomHarness, add_lead
from tests.promises.leak_search import spellings
from yobal.actions import back_up
from yobal.actions import receipts as receipt_actions
from yobal.adapters.backup_folder import BackupFolder
from yobal.core import feedback as feedback_format
from yobal.core import receipts
from yobal.core.age_keys import identity_of
from yobal.core.feedback import Change, Feedback
from yobal.core.submission import Limits
from yobal.store.tables import metadata

NOTE = "Scharfenberg told us otherwise"
STRUCK = "Kowalczykowa"
ADDED = "Hohenzollernplatz"


def _decide(newsroom: NewsroomHarness) -> list[str]:
    """A rejection with a note, and an edit that strikes and adds; returns the codes."""
    rejected, edited = newsroom.send("Plain."), newsroom.send(f"Ask {STRUCK}.")
    newsroom.reject(rejected.id, note=NOTE)
    changes = (Change("same", "Ask "), Change("deleted", STRUCK), Change("inserted", ADDED))
    feedback = Feedback(note=NOTE, changes=(*changes, Change("same", ".")), lang="en")
    newsroom.publish_edited(edited.id, f"Ask {ADDED}.", feedback=feedback)
    return [str(rejected.code), str(edited.code)]


def _rows(newsroom: NewsroomHarness) -> list[dict[str, Any]]:
    return [row for table in metadata.tables for row in newsroom.read_table(table)]


def _dump(newsroom: NewsroomHarness) -> bytes:
    """Every value of every table, and on SQLite the files themselves."""
    values = [value for row in _rows(newsroom) for value in row.values()]
    texts = [value.encode() for value in values if isinstance(value, str)]
    blobs = [bytes(value) for value in values if isinstance(value, bytes | memoryview)]
    files: list[bytes] = []
    if newsroom.database.is_sqlite:
        path = Path(newsroom.database.url.database)
        files = [file.read_bytes() for file in path.parent.glob(f"{path.name}*")]
    return b"\0".join([*texts, *blobs, *files])


def _backup(newsroom: NewsroomHarness, folder: Path) -> bytes:
    """What a backup says inside its encryption."""
    identity = pyrage.x25519.Identity.generate()
    done = back_up.back_up(
        newsroom.database,
        BackupFolder(folder, newsroom.rules.site_id),
        str(identity.to_public()),
        version="0",
        now=newsroom.now,
    )
    plain: bytes = pyrage.decrypt(done.path.read_bytes(), [identity])
    return plain


def _words_in(content: bytes) -> set[str]:
    words = (NOTE, STRUCK, ADDED)
    return {word for word in words if any(form in content for form in spellings(word))}


def test_no_word_that_a_moderator_wrote_is_in_the_database_or_a_backup(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    codes = _decide(newsroom)
    assert _words_in(_dump(newsroom) + _backup(newsroom, tmp_path)) == set()
    newsroom.now += SLOT - 1
    newsroom.run_scheduler()
    shown = [newsroom.find_receipt(code) for code in codes]
    assert [match and match.feedback and match.feedback.note for match in shown] == [NOTE, NOTE]


def test_control_a_note_in_clear_is_found(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    _decide(newsroom)
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("update decisions set edit_kind = :note"), {"note": NOTE})
    assert _words_in(_dump(newsroom)) == {NOTE}
    assert _words_in(_backup(newsroom, tmp_path)) == {NOTE}


def test_after_the_pepper_is_destroyed_the_feedback_is_deleted_and_a_copy_opens_nothing(
    newsroom: NewsroomHarness,
) -> None:
    codes = _decide(newsroom)
    newsroom.pass_slots()
    copy = _rows(newsroom)
    assert [_opened(copy, newsroom, code) for code in codes] == [NOTE, NOTE]
    newsroom.now += timedelta(days=newsroom.rules.receipt_days + 8).total_seconds()
    newsroom.run_scheduler()
    assert newsroom.read_table("feedback") == []
    assert newsroom.read_table("receipts") == []
    assert [_opened(copy, newsroom, code) for code in codes] == [None, None]
    assert [_confirms(copy, newsroom, code) for code in codes] == [False, False]


def test_control_a_key_from_the_code_alone_always_opens_a_copy(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a person who finds the code on a phone can prove with an old copy what its owner wrote."""
    monkeypatch.setattr(receipts, "identity", lambda _, code: identity_of(code.encode().ljust(32)))
    codes = _decide(newsroom)
    newsroom.pass_slots()
    copy = _rows(newsroom)
    newsroom.now += timedelta(days=newsroom.rules.receipt_days + 8).total_seconds()
    newsroom.run_scheduler()
    assert [_opened(copy, newsroom, code) for code in codes] == [NOTE, NOTE]
    assert [_confirms(copy, newsroom, code) for code in codes] == [True, True]


FORGED = "Written into the database"


def _exchange(newsroom: NewsroomHarness) -> None:
    """As an attacker would who can write the database and knows the author's recipient."""
    (row,) = newsroom.read_table("feedback")
    forged = newsroom.seal(row["comment_id"], Feedback(note=FORGED))
    assert forged is not None
    _write(newsroom, "update feedback set sealed = :sealed", sealed=forged.sealed)


def _exchange_with_its_hash(newsroom: NewsroomHarness) -> None:
    (row,) = newsroom.read_table("feedback")
    forged = newsroom.seal(row["comment_id"], Feedback(note=FORGED))
    assert forged is not None
    values = {"sealed": forged.sealed, "sealed_note": forged.sealed_note}
    _write(newsroom, "update feedback set sealed = :sealed, sealed_note = :sealed_note", **values)
    _write(newsroom, "update decisions set feedback_hash = :hash", hash=forged.hash)


def _delete(newsroom: NewsroomHarness) -> None:
    _write(newsroom, "delete from feedback")


def _unsign(newsroom: NewsroomHarness) -> None:
    _write(newsroom, "update decisions set signature = null")


def _name_another_clause(newsroom: NewsroomHarness) -> None:
    _write(newsroom, "update decisions set clause = 'spam'")


def _write(newsroom: NewsroomHarness, statement: str, **values: Any) -> None:
    with newsroom.database.writing() as conn:
        assert conn.execute(sa.text(statement), values).rowcount == 1


def _rejected(newsroom: NewsroomHarness) -> str:
    sent = newsroom.send("Plain.")
    newsroom.reject(sent.id, clause="facts", note=NOTE)
    newsroom.pass_slots()
    return str(sent.code)


@pytest.mark.parametrize(
    "attack", [_exchange, _exchange_with_its_hash, _delete, _unsign, _name_another_clause]
)
def test_a_receipt_shows_no_feedback_that_the_signed_decision_does_not_have(
    newsroom: NewsroomHarness, attack: Callable[[NewsroomHarness], None]
) -> None:
    code = _rejected(newsroom)
    before = newsroom.find_receipt(code)
    assert before is not None
    assert before.is_confirmed
    attack(newsroom)
    match = newsroom.find_receipt(code)
    assert match is not None
    assert match.status.state == "rejected"
    assert not match.is_confirmed
    assert match.feedback is None


@pytest.mark.parametrize(
    ("decide", "forged"), [("publish", "rejected"), ("reject", "published"), ("reject", "held")]
)
def test_a_receipt_confirms_no_state_to_which_the_signed_decision_does_not_lead(
    newsroom: NewsroomHarness, decide: str, forged: str
) -> None:
    """States are not signed: a row could tell authors that an accepted comment was rejected."""
    sent = newsroom.send("Plain.")
    getattr(newsroom, decide)(sent.id)
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    before = newsroom.find_receipt(sent.code)
    assert before is not None
    assert before.is_confirmed
    _write(newsroom, "update comments set state = :state", state=forged)
    match = newsroom.find_receipt(sent.code)
    assert match is not None
    assert match.status.state == forged
    assert not match.is_confirmed


def test_control_without_the_check_a_receipt_shows_what_was_written_into_the_database(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = _rejected(newsroom)
    _exchange(newsroom)
    monkeypatch.setattr(receipt_actions, "_is_signed", lambda *_: True)
    match = newsroom.find_receipt(code)
    assert match is not None
    assert match.feedback is not None
    assert match.feedback.note == FORGED


def test_feedback_of_a_former_roster_is_still_shown(newsroom: NewsroomHarness) -> None:
    code = _rejected(newsroom)
    add_lead(newsroom, "Ibis")
    match = newsroom.find_receipt(code)
    assert match is not None
    assert match.feedback is not None
    assert match.feedback.note == NOTE


def _identities(newsroom: NewsroomHarness, code: str) -> list[pyrage.x25519.Identity]:
    """That an attacker can make from a code and everything in `secrets/`."""
    folder = newsroom.components.settings.secrets_dir
    keys = [path.read_bytes() for path in Path(folder).rglob("*") if path.stat().st_size == 32]
    plain = code.replace("-", "")
    return [receipts.identity(key, plain) for key in (*keys, secrets.token_bytes(32))]


def _opened(copy: list[dict[str, Any]], newsroom: NewsroomHarness, code: str) -> str | None:
    for sealed in (bytes(row["sealed"]) for row in copy if "sealed" in row):
        for identity in _identities(newsroom, code):
            try:
                plain = pyrage.decrypt(sealed, [identity])
            except pyrage.DecryptError:
                continue
            feedback = feedback_format.read(plain, Limits())
            return feedback.note if feedback else None
    return None


def _confirms(copy: list[dict[str, Any]], newsroom: NewsroomHarness, code: str) -> bool:
    recipients = {row["recipient"] for row in copy if "recipient" in row}
    return any(str(identity.to_public()) in recipients for identity in _identities(newsroom, code))


def test_all_feedback_has_one_size(newsroom: NewsroomHarness) -> None:
    """Python's age adds a stanza without meaning; the desk's adds none (frontend/tests/feedback.test.ts)."""
    _decide(newsroom)
    sizes = [len(bytes(row["sealed"])) for row in newsroom.read_table("feedback")]
    assert len(sizes) == 2
    usual = feedback_format.SEALED_BYTES
    assert all(usual <= size <= usual + feedback_format.SPARE_BYTES for size in sizes)


def test_a_repeat_adds_a_recipient_that_is_bound_to_the_same_comment(
    newsroom: NewsroomHarness,
) -> None:
    first = newsroom.send("Sent twice.")
    second = newsroom.send("Sent twice.", idempotency_key=first.idempotency_key)
    key = bytes.fromhex(newsroom.decrypt(first.id).feedback_key)
    rows = newsroom.read_table("receipts")
    assert len({row["recipient"] for row in rows}) == 2
    for row in rows:
        mac = feedback_format.recipient_mac(key, row["recipient"])
        assert bytes(row["recipient_mac"]) == mac
    newsroom.reject(first.id, note=NOTE)
    newsroom.pass_slots()
    shown = [newsroom.find_receipt(sent.code) for sent in (first, second)]
    assert [match and match.feedback and match.feedback.note for match in shown] == [NOTE, NOTE]


def test_the_key_of_a_comment_is_in_its_envelope_only(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("Whose key?")
    key = newsroom.decrypt(sent.id).feedback_key
    assert key.encode() not in _dump(newsroom)
    assert bytes.fromhex(key) not in _dump(newsroom)
    other = newsroom.decrypt(newsroom.send("Whose key?").id)
    assert other.feedback_key != key


def test_a_code_that_came_after_the_decision_learns_that_an_earlier_one_opens_it(
    newsroom: NewsroomHarness,
) -> None:
    first = newsroom.send("Sent twice.")
    newsroom.reject(first.id, note=NOTE)
    late = newsroom.send("Sent twice.", idempotency_key=first.idempotency_key)
    newsroom.pass_slots()
    match = newsroom.find_receipt(late.code)
    assert match is not None
    assert match.status.feedback is not None
    assert match.feedback is None


def test_feedback_stays_as_long_as_one_receipt(newsroom: NewsroomHarness) -> None:
    first = newsroom.send("Sent twice.")
    newsroom.reject(first.id, note=NOTE)
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("update receipts set week = '2020-01-06'"))
    newsroom.send("Sent twice.", idempotency_key=first.idempotency_key)
    newsroom.pass_slots()
    assert len(newsroom.read_table("receipts")) == 1
    assert len(newsroom.read_table("feedback")) == 1


def test_a_colleague_reads_the_note_with_the_epochs_key_only(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("Plain.")
    newsroom.reject(sent.id, note=NOTE)
    (row,) = newsroom.read_table("feedback")
    epoch = newsroom.epoch_identity(newsroom.comment_row(sent.id)["epoch_id"])
    plain = pyrage.decrypt(bytes(row["sealed_note"]), [epoch])
    assert msgspec.json.decode(plain) == {"v": 1, "note": NOTE}
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(bytes(row["sealed"]), [epoch])
