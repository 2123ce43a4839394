"""The wraps of an epoch are destroyed once nothing that was sealed to it is stored any more."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.actions.power_cut import PowerCut, cut_at
from tests.harness import SLOT, NewsroomHarness, catch_up, lead_of
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    invite,
    join_by_invitation,
    member_added,
    moderator_of,
    register,
)
from tests.web.epochs import DAY, begin_next_epoch, destroyed_numbers
from yobal.adapters.cell_file import LockedCells
from yobal.core.schedule import next_slot
from yobal.server.scheduler.maintenance import prepare_cells
from yobal.store import cells, epochs
from yobal.store.database import Database


@pytest.fixture
def desk(newsroom: NewsroomHarness) -> DeskClient:
    return signed_in(newsroom)


def _wrap_cells(newsroom: NewsroomHarness, number: int) -> dict[int, bytes]:
    """The keys under which the wraps of an epoch lie."""
    (epoch_id,) = [row["id"] for row in newsroom.read_table("epochs") if row["number"] == number]
    rows = newsroom.read_table("wrapped_epoch_keys")
    keys = newsroom.cells()
    return {row["cell"]: keys[row["cell"]] for row in rows if row["epoch_id"] == epoch_id}


def test_an_old_epoch_without_envelopes_loses_its_wraps_at_a_slot(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    newsroom.publish_new("Published in the first week.")
    wraps = _wrap_cells(newsroom, 1)
    assert len(wraps) == 2
    begin_next_epoch(newsroom, desk, egret)
    newsroom.pass_slots(3)
    assert destroyed_numbers(newsroom) == [1]
    assert _wrap_cells(newsroom, 1) == {}
    keys = newsroom.cells()
    assert all(keys[number] != key for number, key in wraps.items())
    assert len(_wrap_cells(newsroom, 2)) == 2
    slot = next(
        row["destroyed_slot"] for row in newsroom.read_table("epochs") if row["number"] == 1
    )
    assert slot % SLOT == 0
    assert slot <= newsroom.now


def test_the_newest_epoch_stays_however_old_it_is(newsroom: NewsroomHarness) -> None:
    newsroom.now += 100 * DAY
    newsroom.pass_slots(3)
    assert destroyed_numbers(newsroom) == []
    newsroom.decrypt(newsroom.send("It can be read.").id)


@pytest.mark.parametrize("how", ["pending", "held", "rejected", "edited", "lost"])
def test_an_epoch_stays_while_anything_that_was_sealed_to_it_is_stored(
    newsroom: NewsroomHarness, desk: DeskClient, how: str
) -> None:
    newsroom.now += newsroom.rules.epoch_days * DAY - 2 * SLOT
    newsroom.run_scheduler()
    sent = newsroom.send("Sealed in the first week.")
    begin: dict[str, Callable[[], Any]] = {
        "held": lambda: newsroom.publish(sent.id),
        "rejected": lambda: newsroom.reject(sent.id),
        "edited": lambda: newsroom.publish_edited(sent.id, "Another text."),
    }
    begin_next_epoch(newsroom, desk)
    begin.get(how, lambda: None)()
    if how == "held":  # nothing is released while the clock stands still
        newsroom.run_scheduler()
        assert destroyed_numbers(newsroom) == []
        return
    if how == "lost":
        newsroom.lose_cells()
        prepare_cells(newsroom.components, now=newsroom.now)
        assert newsroom.state(sent.id) == "lost"
    newsroom.pass_slots(4)
    assert destroyed_numbers(newsroom) == []
    if how in ("rejected", "edited", "lost"):
        newsroom.now += (newsroom.rules.original_retention_days + 1) * DAY
        newsroom.run_scheduler()
        assert destroyed_numbers(newsroom) == [1]


def test_an_epoch_stays_until_a_round_has_moved_its_last_comments(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    """A form that was sent in the second in which the epoch changed."""
    newsroom.now += newsroom.rules.epoch_days * DAY
    newsroom.run_scheduler()
    sent = newsroom.send("In the last second of the week.", waits_for_round=True)
    newsroom.now -= newsroom.rules.epoch_days * DAY
    begin_next_epoch(newsroom, desk)
    newsroom.run_scheduler()
    assert destroyed_numbers(newsroom) == []
    newsroom.pass_slots(3)
    assert destroyed_numbers(newsroom) == []
    assert newsroom.decrypt(sent.id).text == "In the last second of the week."


def test_a_member_who_joins_later_gets_no_wrap_of_a_destroyed_epoch(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    """The lead's browser still has its key, and wraps it for the new member."""
    begin_next_epoch(newsroom, desk)
    lead = desk.browser_of("Heron")
    assert register(lead, invite(lead), moderator_of("Egret")).status == 200
    newsroom.pass_slots(3)
    assert destroyed_numbers(newsroom) == [1]
    lead = desk.browser_of("Heron")
    (registration,) = lead.post("people").json["registrations"]
    wraps = [{"epoch_id": row["id"], "wrap": "AAAA"} for row in newsroom.read_table("epochs")]
    signed = as_json(member_added(lead, registration, by=lead_of(newsroom)))
    body = {"registration_id": registration["registration_id"], "statement": signed}
    assert lead.post("confirm-member", body, wraps=wraps).status == 200
    assert _wrap_cells(newsroom, 1) == {}
    assert len(_wrap_cells(newsroom, 2)) == 2


STEPS: dict[str, tuple[Any, str]] = {
    "delete wraps": (epochs, "destroy"),
    "overwrite cells": (LockedCells, "overwrite"),
    "take cells off the list": (cells, "remove_expired"),
    "purge": (Database, "purge"),
}


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_power_cut_leaves_the_epoch_as_it_was_or_destroyed(
    newsroom: NewsroomHarness, desk: DeskClient, step: str, *, is_before: bool
) -> None:
    wraps = _wrap_cells(newsroom, 1)
    begin_next_epoch(newsroom, desk)
    newsroom.now = next_slot(newsroom.rules.schedule, newsroom.now, steps=2)
    with cut_at(*STEPS[step], is_before=is_before), pytest.raises(PowerCut):
        newsroom.run_scheduler()
    is_destroyed = destroyed_numbers(newsroom) == [1]
    assert is_destroyed == (step != "delete wraps")
    assert bool(_wrap_cells(newsroom, 1)) != is_destroyed
    catch_up(newsroom.components, now=newsroom.now)
    keys = newsroom.cells()
    if is_destroyed:
        assert all(keys[number] != key for number, key in wraps.items())
    newsroom.pass_slots(1)
    assert destroyed_numbers(newsroom) == [1]
    keys = newsroom.cells()
    assert all(keys[number] != key for number, key in wraps.items())
    assert newsroom.read_table("expired_cells") == []


def test_the_page_of_keys_says_since_when_a_key_is_destroyed(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    begin_next_epoch(newsroom, desk)
    newsroom.pass_slots(3)
    newest, oldest = desk.browser_of("Heron").post("keys").json["epochs"]
    assert newest["destroyed"] is None
    assert (oldest["wrap_count"], oldest["pending_count"]) == (0, 0)
    assert oldest["destroyed"]["at"] % SLOT == 0
    assert newest["first"]["at"] < oldest["destroyed"]["at"] <= newsroom.now
