"""P13: an old copy of the database does not open what was sealed before a removal or in a destroyed epoch."""

import msgspec
import pytest

from tests.harness import NewsroomHarness, add_lead, lead_of
from tests.promises.copied_database import CopiedDatabase
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    challenge_of,
    finish_recovery,
    join_by_invitation,
    moderator_of,
    prove_sheet,
    removal_body,
    signed_removal,
)
from tests.web.epochs import DAY, begin_next_epoch, destroyed_numbers
from yobal.adapters.cell_file import LockedCells
from yobal.demo.keys import NewModerator
from yobal.store import epochs

WORDS = "Sealed before the removal."


def _copy_then_remove(
    newsroom: NewsroomHarness, *, is_leaving: bool = False
) -> tuple[CopiedDatabase, NewModerator]:
    """A copy from before, and the moderator who was removed, or left, after it."""
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    newsroom.send(WORDS)
    copy = CopiedDatabase(newsroom)
    assert copy.texts([egret], cells=newsroom.cells()) == {WORDS}, "control: with the cells of then"
    if is_leaving:
        statements = [as_json(signed_removal(desk, egret, by=egret))]
        removed = desk.browser_of("Egret").post("remove-member", statements=statements, wraps=[])
    else:
        heron = lead_of(newsroom)
        removed = desk.post("remove-member", removal_body(desk, egret, [heron], by=heron))
    assert removed.status == 200
    return copy, egret


@pytest.mark.parametrize("is_leaving", [False, True], ids=["removed", "leaves"])
def test_an_old_copy_of_the_database_opens_nothing_through_a_removed_members_words(
    newsroom: NewsroomHarness, *, is_leaving: bool
) -> None:
    copy, egret = _copy_then_remove(newsroom, is_leaving=is_leaving)
    everybody = [egret, lead_of(newsroom)]
    assert copy.texts(everybody) == set(), "without secrets/"
    assert copy.texts([egret], cells=newsroom.cells()) == set(), "with secrets/ of today"
    assert copy.texts(everybody, cells=newsroom.cells()) == {WORDS}, "the lead is a member still"


def test_control_if_their_cells_are_not_overwritten_the_copy_opens(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LockedCells, "overwrite", lambda *_: None)
    copy, egret = _copy_then_remove(newsroom)
    assert copy.texts([egret], cells=newsroom.cells()) == {WORDS}


def _copy_then_destroy_epoch(newsroom: NewsroomHarness) -> tuple[CopiedDatabase, NewModerator]:
    """A copy of the first week, and a moderator of then and now. Its comment was rejected and is gone."""
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    newsroom.publish_new("Public before.")
    sent = newsroom.send(WORDS)
    copy = CopiedDatabase(newsroom)
    assert copy.texts([egret], cells=newsroom.cells()) == {WORDS}, "control: with the cells of then"
    assert [copy.is_public(words) for words in ("Public before.", WORDS)] == [True, False]
    newsroom.reject(sent.id)
    begin_next_epoch(newsroom, desk, egret)
    newsroom.now += (newsroom.rules.original_retention_days + 1) * DAY
    newsroom.run_scheduler()
    return copy, egret


def test_an_old_copy_of_the_database_opens_nothing_of_a_destroyed_epoch(
    newsroom: NewsroomHarness,
) -> None:
    """With the words and sheets of everybody, who are members still."""
    copy, egret = _copy_then_destroy_epoch(newsroom)
    assert destroyed_numbers(newsroom) == [1]
    everybody = [egret, lead_of(newsroom)]
    assert copy.texts(everybody) == set(), "without secrets/"
    assert copy.texts(everybody, cells=newsroom.cells()) == set(), "with secrets/ of today"
    assert newsroom.decrypt(newsroom.send("Of the new epoch.").id).text == "Of the new epoch."


def test_control_while_the_epochs_wraps_exist_the_copy_opens(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The age files of comments, which the attacker has, need no cell."""
    monkeypatch.setattr(epochs, "destroy", lambda *_args, **_fields: None)
    copy, egret = _copy_then_destroy_epoch(newsroom)
    assert copy.texts([egret], cells=newsroom.cells()) == {WORDS}


def test_a_new_roster_closes_the_past_for_all_earlier_members(newsroom: NewsroomHarness) -> None:
    """`yobal init --new-epoch`, for a newsroom whose devices were all taken."""
    newsroom.send(WORDS)
    copy, before = CopiedDatabase(newsroom), lead_of(newsroom)
    assert copy.texts([before], cells=newsroom.cells()) == {WORDS}
    add_lead(newsroom, "Ibis")
    newsroom.run_scheduler()
    assert copy.texts([before], cells=newsroom.cells()) == set()


def test_new_words_close_the_old_ones(newsroom: NewsroomHarness) -> None:
    """The sheet was used because somebody may have seen the words; the words are not enough any more."""
    newsroom.send(WORDS)
    copy, heron = CopiedDatabase(newsroom), lead_of(newsroom)
    stolen = msgspec.structs.replace(heron, sheet=moderator_of("Egret").sheet)
    assert copy.texts([stolen], cells=newsroom.cells()) == {WORDS}
    desk = signed_in(newsroom)
    proved = prove_sheet(desk, challenge_of(desk, "Heron"), heron).json
    assert finish_recovery(desk, proved["ticket"], heron, seed=b"n" * 32).status == 200
    newsroom.run_scheduler()
    assert copy.texts([stolen], cells=newsroom.cells()) == set()
    assert copy.texts([heron], cells=newsroom.cells()) == {WORDS}, "by the sheet"
