"""Envelopes under cells: from the round on, each ends with its cell, and a missing cell loses its comment."""

from collections.abc import Callable, Mapping
from typing import Any

import pyrage
import pytest

from tests.actions.power_cut import PowerCut, cut_at
from tests.harness import NewsroomHarness, SentComment, catch_up
from yobal.adapters.cell_file import LockedCells
from yobal.core.decisions import SYSTEM
from yobal.core.ids import new_id
from yobal.store import arrivals, decisions

DAY = 86_400
AGE = b"age-encryption.org/v1"
WORDS = "Call 012 345 678."


def _row(newsroom: NewsroomHarness, sent: SentComment) -> dict[str, Any]:
    return next(row for row in newsroom.read_table("envelopes") if row["comment_id"] == sent.id)


def _decrypt(newsroom: NewsroomHarness, row: dict[str, Any]) -> bytes | None:
    return newsroom.components.cell_file.decrypt(
        row["cell"], bytes(row["ciphertext"]), purpose="envelope", row_id=row["comment_id"]
    )


def _pending(newsroom: NewsroomHarness) -> SentComment:
    return newsroom.send(WORDS)


def _held(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send(WORDS)
    newsroom.publish(sent.id)
    return sent


def _rejected(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send(WORDS)
    newsroom.reject(sent.id)
    newsroom.pass_slots()
    return sent


def _edited(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send(WORDS)
    newsroom.publish_edited(sent.id, "Call ▮▮▮.")
    newsroom.pass_slots()
    return sent


def _removed(newsroom: NewsroomHarness) -> SentComment:
    sent = _edited(newsroom)
    newsroom.remove(sent.id)
    return sent


DECIDED = [_rejected, _edited, _removed]


@pytest.mark.parametrize("make", [_pending, _held, *DECIDED])
def test_an_envelope_is_encrypted_under_a_cell_and_can_be_opened_with_it(
    newsroom: NewsroomHarness, make: Callable[[NewsroomHarness], SentComment]
) -> None:
    sent = make(newsroom)
    row = _row(newsroom, sent)
    assert AGE not in bytes(row["ciphertext"])
    age_file = _decrypt(newsroom, row)
    assert age_file is not None
    epoch_id = newsroom.comment_row(sent.id)["epoch_id"]
    assert sent.id.encode() in pyrage.decrypt(age_file, [newsroom.epoch_identity(epoch_id)])


@pytest.mark.parametrize("make", DECIDED)
def test_after_its_retention_no_copy_of_an_original_can_be_opened(
    newsroom: NewsroomHarness, make: Callable[[NewsroomHarness], SentComment]
) -> None:
    copied_row = _row(newsroom, make(newsroom))  # as a backup would hold it
    newsroom.now += (newsroom.rules.original_retention_days + 1) * DAY
    newsroom.run_scheduler()
    assert newsroom.read_table("envelopes") == newsroom.read_table("expired_cells") == []
    assert _decrypt(newsroom, copied_row) is None


@pytest.mark.parametrize("make", [_pending, _held, _edited])
def test_after_a_withdrawal_no_copy_of_an_envelope_can_be_opened(
    newsroom: NewsroomHarness, make: Callable[[NewsroomHarness], SentComment]
) -> None:
    sent = make(newsroom)
    copied_row = _row(newsroom, sent)
    newsroom.request_withdrawal(sent.code)
    newsroom.run_scheduler()
    assert _decrypt(newsroom, copied_row) is None


def test_after_an_unedited_publication_no_copy_of_an_envelope_can_be_opened(
    newsroom: NewsroomHarness,
) -> None:
    copied_row = _row(newsroom, _held(newsroom))
    newsroom.pass_slots()
    assert _decrypt(newsroom, copied_row) is None


def test_each_envelope_has_a_cell_of_its_own(newsroom: NewsroomHarness) -> None:
    sent = [newsroom.send(f"Number {number}.", waits_for_round=True) for number in range(5)]
    newsroom.move_inbox()
    assert len({_row(newsroom, comment)["cell"] for comment in sent}) == 5
    assert [newsroom.decrypt(comment.id).text for comment in sent] == [
        f"Number {number}." for number in range(5)
    ]


def test_cells_of_comments_that_were_not_inserted_are_overwritten(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that is moved twice is given two cells, and only one is named by a row."""
    numbers: list[int] = []
    take, write = newsroom.inbox.take, LockedCells.write

    def collecting(cells: LockedCells, keys: Mapping[int, bytes]) -> None:
        numbers.extend(keys)
        write(cells, keys)

    sent = newsroom.send(WORDS, waits_for_round=True)
    with monkeypatch.context() as patch:
        patch.setattr(newsroom.inbox, "take", lambda conn: 2 * take(conn))
        patch.setattr(LockedCells, "write", collecting)
        newsroom.move_inbox()
    (unused,) = set(numbers) - newsroom.needed_cells()
    before = newsroom.cells()[unused]
    newsroom.purge()
    assert newsroom.read_table("expired_cells") == []
    assert newsroom.cells()[unused] != before
    assert newsroom.decrypt(sent.id).text == WORDS


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("where", "name"),
    [(LockedCells, "write"), (arrivals, "insert_comments"), (arrivals, "insert_receipts")],
    ids=["key", "comments", "receipts"],
)
def test_a_power_cut_in_a_round_loses_no_comment_and_leaves_no_key(
    newsroom: NewsroomHarness, where: Any, name: str, *, is_before: bool
) -> None:
    sent = newsroom.send(WORDS, waits_for_round=True)
    with cut_at(where, name, is_before=is_before), pytest.raises(PowerCut):
        newsroom.move_inbox()
    before = newsroom.cells()
    catch_up(newsroom.components, now=newsroom.now)
    unchanged = {number for number, cell in enumerate(newsroom.cells()) if cell == before[number]}
    assert unchanged == newsroom.needed_cells() | newsroom.member_cells()
    newsroom.move_inbox()
    assert newsroom.decrypt(sent.id).text == WORDS


# Missing cells


def test_a_pending_comment_without_its_cell_is_lost_and_its_receipt_says_so(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send(WORDS)
    newsroom.lose_cells()
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "lost"
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (receipt.status.state, receipt.can_withdraw) == ("lost", False)


def test_a_lost_comment_returns_to_the_queue_when_its_cells_are_put_back(
    newsroom: NewsroomHarness,
) -> None:
    """The disk with the secrets was not mounted when the server started."""
    waiting, accepted = newsroom.send(WORDS), newsroom.send(WORDS)
    newsroom.publish(accepted.id)
    cells = newsroom.lose_cells()
    catch_up(newsroom.components, now=newsroom.now)
    other = newsroom.send("Sent meanwhile.")
    newsroom.pass_slots()
    assert {newsroom.state(sent.id) for sent in (waiting, accepted)} == {"lost"}
    assert newsroom.state(other.id) == "pending"
    newsroom.components.cell_file.path.write_bytes(cells)
    catch_up(newsroom.components, now=newsroom.now)
    assert [newsroom.state(sent.id) for sent in (waiting, accepted)] == ["pending", "pending"]
    assert newsroom.decrypt(accepted.id).text == WORDS
    assert newsroom.state(other.id) == "lost"


def test_a_comment_that_was_accepted_and_lost_returns_without_a_decision_in_force(
    newsroom: NewsroomHarness,
) -> None:
    """Otherwise its second acceptance, in the same slot, is refused by the release or cannot be undone."""
    sent = newsroom.send(WORDS)
    newsroom.publish(sent.id)
    cells = newsroom.lose_cells()
    catch_up(newsroom.components, now=newsroom.now)
    newsroom.components.cell_file.path.write_bytes(cells)
    catch_up(newsroom.components, now=newsroom.now)
    with newsroom.database.reading() as conn:
        assert decisions.current(conn, sent.id) is None
    undos = [row for row in newsroom.read_table("decisions") if row["verdict"] == "undo"]
    assert [row["decided_by"] for row in undos] == [SYSTEM]
    newsroom.publish(sent.id)
    newsroom.pass_slots(2)
    assert newsroom.state(sent.id) == "published"


@pytest.mark.parametrize("make", [_pending, _held])
def test_a_withdrawal_that_was_asked_for_before_the_loss_is_final(
    newsroom: NewsroomHarness, make: Callable[[NewsroomHarness], SentComment]
) -> None:
    """The author was told that it goes, so cells that are put back must not bring it back."""
    sent = make(newsroom)
    newsroom.request_withdrawal(sent.code)
    cells = newsroom.lose_cells()
    catch_up(newsroom.components, now=newsroom.now)
    newsroom.pass_slots()
    assert newsroom.state(sent.id) == "withdrawn"
    newsroom.components.cell_file.path.write_bytes(cells)
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "withdrawn"
    assert newsroom.read_table("envelopes") == []


def test_what_is_lost_for_longer_than_the_retention_stays_lost(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send(WORDS)
    cells = newsroom.lose_cells()
    catch_up(newsroom.components, now=newsroom.now)
    newsroom.now += (newsroom.rules.original_retention_days + 1) * DAY
    newsroom.run_scheduler()
    assert newsroom.read_table("envelopes") == []
    newsroom.components.cell_file.path.write_bytes(cells)
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "lost"


def test_an_envelope_that_was_moved_to_another_comment_cannot_be_opened(
    newsroom: NewsroomHarness,
) -> None:
    row = _row(newsroom, newsroom.send(WORDS))
    assert _decrypt(newsroom, row | {"comment_id": new_id(newsroom.random)}) is None
