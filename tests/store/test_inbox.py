"""The inbox keeps what was acknowledged until a round has moved it, whichever process writes to it."""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from tests.store.factories import arrival, receipt_arrival
from yobal.actions import move_inbox
from yobal.core.errors import DatabaseUnavailable
from yobal.core.receipts import COPIES_MAX
from yobal.store import sites, sqlite_inbox
from yobal.store.arrivals import Arrival
from yobal.store.database import Database
from yobal.store.inbox import Inbox, open_inbox
from yobal.store.inbox_entries import comment_entry
from yobal.store.sqlite_inbox import inbox_prefix


@pytest.fixture
def other_process(newsroom: NewsroomHarness) -> Iterator[Inbox]:
    """The inbox as a process of the intake alone opens it."""
    database = Database(newsroom.database.url)
    inbox = open_inbox(database)
    yield inbox
    inbox.close()
    database.close()


def _inbox_files(newsroom: NewsroomHarness) -> list[Path]:
    file = Path(newsroom.database.url.database)
    return sorted(file.parent.glob(f"*{inbox_prefix(file)}*"))


def _ids(newsroom: NewsroomHarness) -> set[str]:
    return {row["id"] for row in newsroom.read_table("comments")}


def _add(inbox: Inbox, count: int = 1) -> list[Arrival]:
    group = [arrival() for _ in range(count)]
    assert {outcome.status for outcome in inbox.add(group)} == {"new"}
    return group


def test_a_comment_is_in_the_tables_after_a_round_and_not_before(newsroom: NewsroomHarness) -> None:
    (sent,) = _add(newsroom.inbox)
    assert _ids(newsroom) == set()
    assert newsroom.inbox.count_comments() == {STORY_ID: 1}
    assert newsroom.move_inbox() == move_inbox.Moved(1, 0)
    assert _ids(newsroom) == {sent.id}
    assert newsroom.inbox.count_comments() == {}
    assert newsroom.move_inbox() == move_inbox.Moved(0, 0)


def test_a_repeat_in_a_group_is_one_comment_with_two_receipts(newsroom: NewsroomHarness) -> None:
    group = [arrival() for _ in range(5)]
    group[3].idempotency_hash = group[1].idempotency_hash
    outcomes = newsroom.inbox.add(group)
    assert [outcome.status for outcome in outcomes] == ["new", "new", "new", "repeat", "new"]
    assert all(outcome.has_receipt for outcome in outcomes)
    newsroom.move_inbox()
    assert (len(_ids(newsroom)), len(newsroom.read_table("receipts"))) == (4, 5)


@pytest.mark.parametrize("is_moved", [False, True], ids=["in the inbox", "in the tables"])
def test_a_comment_has_at_most_five_receipts_in_both_places(
    newsroom: NewsroomHarness, *, is_moved: bool
) -> None:
    (first,) = _add(newsroom.inbox)
    outcomes = []
    for number in range(COPIES_MAX + 2):
        if is_moved and number % 2 == 0:
            newsroom.move_inbox()
        outcomes += newsroom.inbox.add([arrival(idempotency_hash=first.idempotency_hash)])
    assert {outcome.status for outcome in outcomes} == {"repeat"}
    assert [outcome.has_receipt for outcome in outcomes] == [True] * 4 + [False] * 3
    newsroom.move_inbox()
    assert len(newsroom.read_table("receipts")) == COPIES_MAX


def test_repeats_in_two_inboxes_at_once_are_one_comment(
    newsroom: NewsroomHarness, other_process: Inbox
) -> None:
    """On SQLite, another process may write to a file of its own for a moment."""
    (first,) = _add(newsroom.inbox)
    if isinstance(other_process, sqlite_inbox.SqliteInbox):
        other_process._current = other_process._create()
    other_process.add([arrival(idempotency_hash=first.idempotency_hash)])
    newsroom.move_inbox()
    assert (len(_ids(newsroom)), len(newsroom.read_table("receipts"))) == (1, 2)


def test_a_writer_in_another_process_notices_each_round_and_loses_nothing(
    newsroom: NewsroomHarness, other_process: Inbox
) -> None:
    acknowledged: list[str] = []
    waits: list[float] = []
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            started = time.monotonic()
            acknowledged.extend(sent.id for sent in _add(other_process, 3))
            waits.append(time.monotonic() - started)
            time.sleep(
                0.001
            )  # in memory, SQLite would give the lock to this thread again and again

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(12):
        before = len(acknowledged)
        while len(acknowledged) < before + 9 and writer.is_alive():
            time.sleep(0.001)
        newsroom.move_inbox()
    is_over.set()
    writer.join()
    newsroom.move_inbox()
    assert len(acknowledged) > 100
    assert _ids(newsroom) == set(acknowledged)
    assert len(newsroom.read_table("receipts")) == len(acknowledged)


def test_a_receipt_is_found_in_the_inbox(newsroom: NewsroomHarness) -> None:
    sent = arrival()
    newsroom.inbox.add([sent, arrival()])
    assert sent.receipt is not None
    (entry,) = newsroom.inbox.find([b"x" * 32, sent.receipt.hash])
    assert (entry.kind, entry.key, entry.story_id) == ("receipt", sent.receipt.hash, STORY_ID)
    newsroom.move_inbox()
    assert newsroom.inbox.find([sent.receipt.hash]) == []


def test_repeated_withdrawal_requests_are_stored_once_for_each_kind(
    newsroom: NewsroomHarness,
) -> None:
    for _ in range(3):
        newsroom.inbox.add_withdrawal_request(b"hash", "withdraw_now", story_id=STORY_ID)
        newsroom.inbox.add_withdrawal_request(b"hash", "withdraw_next", story_id=STORY_ID)
    assert len(newsroom.inbox.withdrawal_requests()) == 2
    newsroom.move_inbox()
    newsroom.inbox.add_withdrawal_request(b"hash", "withdraw_next", story_id=STORY_ID)
    newsroom.move_inbox()
    kinds = sorted(row["request_kind"] for row in newsroom.read_table("withdrawal_requests"))
    assert kinds == ["withdraw_next", "withdraw_now"]


def test_an_entry_that_nothing_of_yobal_wrote_is_dropped_and_counted(
    newsroom: NewsroomHarness,
) -> None:
    """A taken-over intake can add anything; it must not stop the round."""
    (good,) = _add(newsroom.inbox)
    foreign = [arrival(site_id="other"), arrival(id="not an id"), arrival(epoch_id="nul \0")]
    newsroom.inbox.add(foreign)
    newsroom.inbox.add([arrival(receipt=receipt_arrival(week="no date"))])
    moved = newsroom.move_inbox()
    is_sqlite = newsroom.database.is_sqlite  # it stores a NUL
    assert moved.unreadable_count == (3 if is_sqlite else 4)
    assert good.id in _ids(newsroom)
    assert {row["site_id"] for row in newsroom.read_table("comments")} == {SITE_ID}


def test_a_crash_at_any_step_of_a_round_loses_nothing_and_doubles_nothing(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    sent: set[str] = set()
    steps = [
        (type(newsroom.inbox), "close_current"),
        (type(newsroom.inbox), "take"),
        (sites, "set_last_round"),
        (move_inbox, "move"),
        (type(newsroom.inbox), "destroy_taken"),
        (sqlite_inbox, "_destroy"),
        (sqlite_inbox, "_overwrite"),
        (move_inbox, "destroy_moved"),
    ]
    for where, name in steps:
        for is_before in (True, False):
            sent |= {entry.id for entry in _add(newsroom.inbox, 5)}
            with monkeypatch.context() as patch:
                real = getattr(where, name)

                def cut(
                    *given: object, real: object = real, before: bool = is_before, **named: object
                ) -> None:
                    if not before:
                        real(*given, **named)  # type: ignore[operator]  # the function it replaces
                    raise PowerCut

                patch.setattr(where, name, cut)
                with contextlib.suppress(PowerCut):
                    newsroom.move_inbox()
            sent |= {entry.id for entry in _add(newsroom.inbox, 2)}
            newsroom.move_inbox()
            assert _ids(newsroom) == sent, (name, is_before)
            assert len(newsroom.read_table("receipts")) == len(sent)
            assert newsroom.inbox.count_comments() == {}


def test_a_full_disk_stores_and_acknowledges_nothing(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(newsroom.inbox)

    def is_full(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        for name in ("execute", "exec_driver_sql"):
            patch.setattr(sa.engine.Connection, name, is_full)
        with pytest.raises(DatabaseUnavailable):
            newsroom.inbox.add([arrival() for _ in range(3)])
    _add(newsroom.inbox)
    newsroom.move_inbox()
    assert len(_ids(newsroom)) == 2


# SQLite's files


def test_a_destroyed_inbox_is_overwritten_before_it_is_removed(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    newsroom = sqlite_newsroom
    sealed = [os.urandom(1_200) for _ in range(20)]
    newsroom.inbox.add([arrival(sealed=envelope) for envelope in sealed])
    for number, file in enumerate(_inbox_files(newsroom)):
        os.link(file, tmp_path / f"linked-{number}")  # the same blocks under another name
    linked_files = sorted(tmp_path.glob("linked-*"))
    assert any(sealed[0] in file.read_bytes() for file in linked_files), "control: before the round"
    newsroom.move_inbox()
    for file in linked_files:
        assert not any(envelope in file.read_bytes() for envelope in sealed), file
    assert len([file for file in _inbox_files(newsroom) if "-wal" not in file.name]) <= 2


def test_only_the_owner_can_read_the_files(sqlite_newsroom: NewsroomHarness) -> None:
    _add(sqlite_newsroom.inbox)
    files = _inbox_files(sqlite_newsroom)
    assert files
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_a_closed_file_accepts_no_row_from_anywhere(sqlite_newsroom: NewsroomHarness) -> None:
    _add(sqlite_newsroom.inbox)
    (file, *_) = _inbox_files(sqlite_newsroom)
    sqlite_newsroom.inbox.close_current()
    connection = sqlite3.connect(file)
    with pytest.raises(sqlite3.IntegrityError, match="closed"):
        connection.execute("insert into inbox values ('comment', 'k', 's', 'c')")
    connection.close()


def test_a_file_that_was_never_finished_is_removed_later(sqlite_newsroom: NewsroomHarness) -> None:
    file = Path(sqlite_newsroom.database.url.database)
    old, new = (file.with_name(f".{inbox_prefix(file)}{name}") for name in ("old", "new"))
    for path in (old, new):
        path.touch()
    os.utime(old, (time.time() - 3_600,) * 2)
    _add(sqlite_newsroom.inbox)
    sqlite_newsroom.move_inbox()
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("is_moved", [False, True], ids=["damaged", "being destroyed"])
def test_a_file_of_noise_is_passed_over_only_while_it_is_destroyed(
    sqlite_newsroom: NewsroomHarness, *, is_moved: bool
) -> None:
    """Overwriting takes a moment, and readers send meanwhile. In any other file, noise is damage."""
    newsroom, database = sqlite_newsroom, Database(sqlite_newsroom.database.url)
    _add(newsroom.inbox)
    (file,) = (file for file in _inbox_files(newsroom) if not file.name.endswith(("-wal", "-shm")))
    newsroom.inbox.close_current()
    if is_moved:
        with newsroom.database.writing() as conn:
            assert newsroom.inbox.take(conn)
    newsroom.inbox.close()
    file.write_bytes(os.urandom(8_192))
    other = open_inbox(database)
    with contextlib.nullcontext() if is_moved else pytest.raises(DatabaseUnavailable):
        assert (other.count_comments(), other.find([b"hash"])) == ({}, [])
    other.close()
    database.close()


def test_looking_at_a_file_that_is_just_removed_makes_no_empty_one(
    sqlite_newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = sqlite_newsroom.inbox
    removed = Path(sqlite_newsroom.database.url.database + "-inbox-0000")
    monkeypatch.setattr(inbox, "_paths", lambda: [removed])
    assert inbox.count_comments() == {}
    assert not removed.exists()


# PostgreSQL's halves


def test_a_transaction_that_never_ends_delays_neither_round_nor_writers(
    newsroom: NewsroomHarness, other_process: Inbox
) -> None:
    """A taken-over intake can keep one open: then the half is destroyed later, and that is reported."""
    if newsroom.database.is_sqlite:
        pytest.skip("the intake has no transactions of its own on SQLite")
    assert not isinstance(other_process, sqlite_inbox.SqliteInbox)
    database = Database(newsroom.database.url)
    held = arrival()
    with database.engine.begin() as conn:
        conn.execute(
            sa.text("insert into inbox select half, 'comment', '\\x00', 's', '' from inbox_turn")
        )
        (first,) = _add(newsroom.inbox)
        with pytest.raises(DatabaseUnavailable):
            newsroom.move_inbox()
        assert _ids(newsroom) == {first.id}
        newsroom.inbox.add([held])
    newsroom.move_inbox()
    assert _ids(newsroom) == {first.id, held.id}
    database.close()


def test_a_row_on_its_way_to_the_old_half_is_moved_with_the_same_round(
    newsroom: NewsroomHarness,
) -> None:
    if newsroom.database.is_sqlite:
        pytest.skip("a file that is closed accepts no row")
    late = arrival()
    _add(newsroom.inbox)
    newsroom.inbox.close_current()
    with newsroom.database.writing() as conn:
        newsroom.inbox.take(conn)
    entry = comment_entry(late)
    with newsroom.database.writing() as conn:
        conn.execute(
            sa.text(
                "insert into inbox select not half, :kind, :key, :story, :content from inbox_turn"
            ),
            {"kind": entry.kind, "key": entry.key, "story": "s", "content": entry.content},
        )
    move_inbox.destroy_moved(
        newsroom.database,
        newsroom.inbox,
        newsroom.components.cell_file,
        newsroom.rules,
        random=newsroom.random,
    )
    assert late.id in _ids(newsroom)
