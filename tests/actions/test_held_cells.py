"""Held texts under cells: what destroys a key, what a crash leaves, and what a restore without cells loses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests.actions.power_cut import PowerCut, cut_at
from tests.harness import NewsroomHarness, SentComment, catch_up
from yobal.actions import decide
from yobal.actions.purge_deleted import overwrite_expired, sweep
from yobal.adapters.cell_file import Cell, LockedCells, Purpose
from yobal.core.errors import AlreadyDecided, DatabaseUnavailable, NoSuchComment
from yobal.server.scheduler.maintenance import prepare_cells
from yobal.store import cells, decisions, held_texts
from yobal.store.database import Database
from yobal.store.held_texts import HeldRow

WORDS = "Unrepeatable words of a held comment."


def _cell_of(newsroom: NewsroomHarness, sent: SentComment) -> int:
    return next(
        int(row["cell"])
        for row in newsroom.read_table("held_texts")
        if row["comment_id"] == sent.id
    )


def _text_of(newsroom: NewsroomHarness, sent: SentComment) -> str | None:
    held_text = newsroom.held_texts()[sent.id]
    return held_text.text if held_text is not None else None


def test_each_held_text_has_a_cell_of_its_own(newsroom: NewsroomHarness) -> None:
    sent = [newsroom.send(f"{WORDS} {number}") for number in range(8)]
    for comment in sent:
        newsroom.publish(comment.id)
    assert len({_cell_of(newsroom, comment) for comment in sent}) == 8
    assert [_text_of(newsroom, comment) for comment in sent] == [f"{WORDS} {n}" for n in range(8)]
    assert all(
        b"Unrepeatable" not in row["ciphertext"] for row in newsroom.read_table("held_texts")
    )


def test_texts_of_different_lengths_have_ciphertexts_of_one_length(
    newsroom: NewsroomHarness,
) -> None:
    for words in ("A.", "B" * 700):
        newsroom.publish(newsroom.send(words).id)
    assert len({len(row["ciphertext"]) for row in newsroom.read_table("held_texts")}) == 1


def _undone(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send(WORDS)
    newsroom.undo(newsroom.publish(sent.id))
    return sent


def _withdrawn(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send(WORDS)
    newsroom.publish(sent.id)
    newsroom.request_withdrawal(sent.code)
    newsroom.run_scheduler()
    return sent


def _released(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send(WORDS)
    newsroom.publish(sent.id)
    newsroom.pass_slots()
    return sent


@pytest.mark.parametrize("act", [_undone, _withdrawn, _released])
def test_the_cell_is_overwritten_when_the_text_is_no_longer_held(
    newsroom: NewsroomHarness,
    act: Callable[[NewsroomHarness], SentComment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = Cell.encrypt

    def encrypt(self: Cell, plain: bytes, *, purpose: Purpose, row_id: str) -> bytes:
        if purpose == "held text":
            keys.append(self._key)
        return real(self, plain, purpose=purpose, row_id=row_id)

    keys: list[bytes] = []
    monkeypatch.setattr(Cell, "encrypt", encrypt)
    act(newsroom)
    assert len(keys) == 1
    assert keys[0] not in newsroom.cells()
    assert newsroom.read_table("expired_cells") == newsroom.read_table("held_texts") == []


def test_a_refused_decision_leaves_no_key(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = newsroom.send(WORDS)
    with newsroom.database.reading() as conn:
        pending = decide._get_pending(conn, sent.id)
    newsroom.reject(sent.id)
    monkeypatch.setattr(decide, "_get_pending", lambda *_: pending)
    with pytest.raises(AlreadyDecided):
        newsroom.publish(sent.id)
    (number,) = newsroom.components.cell_file.unsettled
    before = newsroom.cells()[number]
    newsroom.run_scheduler()
    assert newsroom.cells()[number] != before
    assert newsroom.components.cell_file.unsettled == set()


def test_a_key_whose_row_is_stored_after_all_is_kept(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection ends during the commit: the caller cannot know whether it took effect."""
    sent = newsroom.send(WORDS)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "writing", _fails_after_commit(Database.writing))
        with pytest.raises(ConnectionError):
            newsroom.publish(sent.id)
    assert newsroom.components.cell_file.unsettled
    newsroom.run_scheduler()
    assert _text_of(newsroom, sent) == WORDS


@pytest.mark.parametrize("destroy", [sweep, overwrite_expired])
def test_a_key_whose_row_is_being_stored_is_kept(
    newsroom: NewsroomHarness, destroy: Callable[..., object]
) -> None:
    """PostgreSQL may finish a commit after the connection of its client is lost."""
    if newsroom.database.is_sqlite:
        pytest.skip("SQLite commits in the process of its client")
    cell_file = newsroom.components.cell_file
    sent = newsroom.send(WORDS)
    with newsroom.database.writing() as conn:
        with suppress(ConnectionError), _allocated(newsroom) as cell:
            encrypted = cell.encrypt(b"words", purpose="held text", row_id=sent.id)
            row = HeldRow(comment_id=sent.id, cell=cell.number, ciphertext=encrypted)
            held_texts.insert(conn, row)
            raise ConnectionError
        with pytest.raises(DatabaseUnavailable):
            destroy(newsroom.database, cell_file)
    destroy(newsroom.database, cell_file)
    plain = cell_file.decrypt(cell.number, encrypted, purpose="held text", row_id=sent.id)
    assert plain == b"words"
    assert not cell_file.unsettled


@contextmanager
def _allocated(newsroom: NewsroomHarness) -> Iterator[Cell]:
    find_used = partial(cells.find_used, newsroom.database)
    with newsroom.components.cell_file.allocate(1, find_used=find_used) as (cell,):
        yield cell


def _fails_after_commit(real: Any, error: type[BaseException] = ConnectionError) -> Any:
    @contextmanager
    def writing(self: Database) -> Iterator[Any]:
        with real(self) as conn:
            yield conn
        raise error

    return writing


# A crash


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("where", "name"),
    [(LockedCells, "write"), (held_texts, "insert"), (decisions, "add")],
    ids=["key", "row", "decision"],
)
def test_a_power_cut_before_the_commit_of_a_publication_leaves_it_pending_and_no_key(
    newsroom: NewsroomHarness, where: Any, name: str, *, is_before: bool
) -> None:
    stays = newsroom.send(WORDS)
    newsroom.publish(stays.id)
    sent = newsroom.send(WORDS)
    with cut_at(where, name, is_before=is_before), pytest.raises(PowerCut):
        newsroom.publish(sent.id)
    before = newsroom.cells()
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "pending"
    unchanged = {number for number, cell in enumerate(newsroom.cells()) if cell == before[number]}
    assert unchanged == newsroom.needed_cells() | newsroom.member_cells()
    assert _text_of(newsroom, stays) == WORDS


def test_a_power_cut_after_the_commit_of_a_publication_keeps_the_text(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = newsroom.send(WORDS)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "writing", _fails_after_commit(Database.writing, PowerCut))
        with pytest.raises(PowerCut):
            newsroom.publish(sent.id)
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "held"
    assert _text_of(newsroom, sent) == WORDS


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("where", "name", "act"),
    [
        *((LockedCells, "overwrite", act) for act in (_undone, _withdrawn, _released)),
        *((cells, "remove_expired", act) for act in (_undone, _withdrawn, _released)),
        *((Database, "purge", act) for act in (_withdrawn, _released)),  # an undo needs none
    ],
)
def test_a_power_cut_while_a_text_is_destroyed_leaves_no_key_after_the_next_start(
    newsroom: NewsroomHarness,
    where: Any,
    name: str,
    act: Callable[[NewsroomHarness], SentComment],
    *,
    is_before: bool,
) -> None:
    before = newsroom.cells()
    with cut_at(where, name, is_before=is_before), pytest.raises(PowerCut):
        act(newsroom)
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.read_table("expired_cells") == []
    after = newsroom.cells()
    unchanged = {number for number, old in enumerate(before) if after[number] == old}
    assert unchanged == newsroom.member_cells()


def test_control_without_the_sweep_a_crash_leaves_a_key(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send(WORDS)
    with cut_at(held_texts, "insert", is_before=False), pytest.raises(PowerCut):
        newsroom.publish(sent.id)
    before = newsroom.cells()
    newsroom.components.cell_file.unsettled.clear()  # a new process
    newsroom.run_scheduler()
    assert newsroom.cells() == before


# A restore


def test_after_a_restore_of_older_cells_held_comments_are_pending_again_undone_by_the_system(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send(WORDS)
    older_cells = newsroom.components.cell_file.path.read_bytes()
    decided = newsroom.publish(sent.id)
    newsroom.components.cell_file.path.write_bytes(older_cells)
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.receipt_state(sent.code) == "pending"
    assert newsroom.read_table("held_texts") == []
    undo = next(row for row in newsroom.read_table("decisions") if row["verdict"] == "undo")
    assert (undo["decided_by"], undo["undoes_id"]) == ("", decided.decision_id)
    assert newsroom.decrypt(sent.id).text == WORDS
    newsroom.publish(sent.id)
    newsroom.pass_slots()
    assert WORDS in newsroom.read_file("en/index.html")


def test_an_unreadable_text_is_never_released_and_returns_before_its_slot(
    newsroom: NewsroomHarness,
) -> None:
    """Also without a restart: a cell can be damaged while the server runs."""
    sent, other = newsroom.send(WORDS), newsroom.send("Others stay.")
    newsroom.publish(sent.id)
    newsroom.publish(other.id)
    with newsroom.components.cell_file.locked() as locked_cells:
        locked_cells.overwrite([_cell_of(newsroom, sent)])
    newsroom.pass_slots()
    assert (newsroom.state(sent.id), newsroom.state(other.id)) == ("pending", "published")


def test_a_decision_that_is_made_again_while_cells_are_examined_stays(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row that was read is outdated, and its cell overwritten."""
    sent = newsroom.send(WORDS)
    decided, page = newsroom.publish(sent.id), held_texts.page

    def outdated(conn: Any, **limits: Any) -> Any:
        rows = page(conn, **limits)
        newsroom.undo(decided)
        newsroom.purge()
        newsroom.publish(sent.id)
        return rows

    with monkeypatch.context() as patch:
        patch.setattr(held_texts, "page", outdated)
        prepare_cells(newsroom.components, now=newsroom.now)
    assert (newsroom.state(sent.id), _text_of(newsroom, sent)) == ("held", WORDS)


def test_a_text_that_was_moved_to_another_comment_is_not_released(
    newsroom: NewsroomHarness,
) -> None:
    first, second = newsroom.send("First."), newsroom.send("Second.")
    newsroom.publish(first.id)
    newsroom.publish(second.id)
    swap = "update held_texts set comment_id = :to where comment_id = :from"
    with newsroom.database.writing() as conn:
        for from_, to in ((first.id, "x"), (second.id, first.id), ("x", second.id)):
            conn.execute(sa.text(swap), {"from": from_, "to": to})
    newsroom.pass_slots()
    assert (newsroom.state(first.id), newsroom.state(second.id)) == ("pending", "pending")


def test_without_text_and_envelope_a_held_comment_is_lost_and_its_receipt_says_so(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send(WORDS)
    newsroom.publish(sent.id)
    newsroom.lose_cells()
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "lost"
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (receipt.status.state, receipt.can_withdraw) == ("lost", False)
    newsroom.pass_slots()
    assert newsroom.state(sent.id) == "lost"


def test_a_start_with_every_cell_changes_no_held_comment(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send(WORDS)
    newsroom.publish(sent.id)
    prepare_cells(newsroom.components, now=newsroom.now)
    assert (newsroom.state(sent.id), _text_of(newsroom, sent)) == ("held", WORDS)
    with pytest.raises(NoSuchComment):
        newsroom.remove(sent.id)
