"""Originals that are kept after a decision are encrypted under cells, and end with them."""

from collections.abc import Callable
from typing import Any

import pyrage
import pytest

from tests.actions.power_cut import PowerCut, cut_at
from tests.harness import NewsroomHarness, SentComment, catch_up
from yobal.actions import process_withdrawals, wrap_originals
from yobal.core.schedule import last_slot
from yobal.store import envelopes

DAY = 86_400
AGE = b"age-encryption.org/v1"


def _row(newsroom: NewsroomHarness, sent: SentComment) -> dict[str, Any]:
    return next(row for row in newsroom.read_table("envelopes") if row["comment_id"] == sent.id)


def _unwrap(newsroom: NewsroomHarness, row: dict[str, Any]) -> bytes | None:
    return newsroom.components.cell_file.decrypt(
        row["cell"], bytes(row["sealed"]), purpose="original", comment_id=row["comment_id"]
    )


def _rejected(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send("Rejected words.")
    newsroom.reject(sent.id)
    newsroom.pass_slots()
    return sent


def _edited(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send("Call 012 345 678.")
    newsroom.publish_edited(sent.id, "Call ▮▮▮.")
    newsroom.pass_slots()
    return sent


def _removed(newsroom: NewsroomHarness) -> SentComment:
    sent = _edited(newsroom)
    newsroom.remove(sent.id)
    return sent


@pytest.mark.parametrize("decide", [_rejected, _edited, _removed])
def test_an_original_that_is_kept_is_encrypted_under_a_cell_and_can_be_opened_with_it(
    newsroom: NewsroomHarness, decide: Callable[[NewsroomHarness], SentComment]
) -> None:
    sent = decide(newsroom)
    row = _row(newsroom, sent)
    assert AGE not in bytes(row["sealed"])
    age_file = _unwrap(newsroom, row)
    assert age_file is not None
    epoch_id = newsroom.comment_row(sent.id)["epoch_id"]
    assert sent.id.encode() in pyrage.decrypt(age_file, [newsroom.epoch_identity(epoch_id)])


@pytest.mark.parametrize("decide", [_rejected, _edited, _removed])
def test_after_its_retention_no_copy_of_an_original_can_be_opened(
    newsroom: NewsroomHarness, decide: Callable[[NewsroomHarness], SentComment]
) -> None:
    copied_row = _row(newsroom, decide(newsroom))  # as a backup would hold it
    newsroom.now += (newsroom.rules.original_retention_days + 1) * DAY
    newsroom.run_scheduler()
    assert newsroom.read_table("envelopes") == newsroom.read_table("expired_cells") == []
    assert _unwrap(newsroom, copied_row) is None


def test_after_a_withdrawal_no_copy_of_an_original_can_be_opened(
    newsroom: NewsroomHarness,
) -> None:
    sent = _edited(newsroom)
    copied_row = _row(newsroom, sent)
    newsroom.request_withdrawal(sent.code)
    newsroom.run_scheduler()
    assert _unwrap(newsroom, copied_row) is None


def test_a_decision_that_can_be_undone_leaves_the_original_as_the_desk_reads_it(
    newsroom: NewsroomHarness,
) -> None:
    rejected, held, pending = (newsroom.send(f"Number {number}.") for number in range(3))
    decided = newsroom.reject(rejected.id)
    newsroom.publish(held.id)
    newsroom.run_scheduler()
    for sent in (rejected, held, pending):
        row = _row(newsroom, sent)
        assert row["cell"] is None
        assert AGE in bytes(row["sealed"])
    newsroom.undo(decided)
    assert newsroom.decrypt(rejected.id).text == "Number 0."


def test_each_original_has_a_cell_of_its_own_and_is_encrypted_once(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wrap_originals, "_ORIGINALS", 2)
    for number in range(5):
        newsroom.reject(newsroom.send(f"Number {number}.").id)
    newsroom.pass_slots()
    before = {row["comment_id"]: row["cell"] for row in newsroom.read_table("envelopes")}
    assert len(set(before.values())) == 5
    assert None not in before.values()
    newsroom.pass_slots()
    assert {row["comment_id"]: row["cell"] for row in newsroom.read_table("envelopes")} == before


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_a_power_cut_while_originals_are_encrypted_loses_none(
    newsroom: NewsroomHarness, *, is_before: bool
) -> None:
    sent = newsroom.send("Rejected words.")
    newsroom.reject(sent.id)
    with cut_at(envelopes, "wrap_original", is_before=is_before), pytest.raises(PowerCut):
        newsroom.pass_slots()
    assert AGE in bytes(_row(newsroom, sent)["sealed"])
    catch_up(newsroom.components, now=newsroom.now)
    newsroom.pass_slots()
    row = _row(newsroom, sent)
    assert row["cell"] is not None
    assert AGE in (_unwrap(newsroom, row) or b"")


def test_an_original_that_is_withdrawn_meanwhile_leaves_no_key(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = newsroom.send("Call 012 345 678.")
    newsroom.publish_edited(sent.id, "Call ▮▮▮.")
    with monkeypatch.context() as patch:
        patch.setattr(wrap_originals, "wrap", lambda *_, **__: 0)
        newsroom.pass_slots()
    newsroom.request_withdrawal(sent.code)
    _wrap_after_withdrawal(newsroom, monkeypatch)
    assert newsroom.read_table("envelopes") == []
    assert len(newsroom.read_table("expired_cells")) == 1
    newsroom.purge()
    assert newsroom.read_table("expired_cells") == []


def _wrap_after_withdrawal(newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The withdrawal comes between reading the originals and encrypting them."""
    cell_file, real = newsroom.components.cell_file, newsroom.components.cell_file.allocate

    def allocate(*given: Any, **named: Any) -> Any:
        monkeypatch.undo()
        process_withdrawals.process(
            newsroom.database, newsroom.rules, with_release=False, random=newsroom.random
        )
        return real(*given, **named)

    monkeypatch.setattr(cell_file, "allocate", allocate)
    wrap_originals.wrap(
        newsroom.database,
        cell_file,
        newsroom.rules,
        until=last_slot(newsroom.rules.schedule, newsroom.now),
        random=newsroom.random,
    )
