"""Epochs that follow each other, for tests of what happens to the older ones."""

from tests.harness import NewsroomHarness, lead_of
from tests.in_process_client import DeskClient
from tests.web.desk_keys import epoch_body
from yobal.demo.keys import NewModerator

DAY = 86_400


def begin_next_epoch(newsroom: NewsroomHarness, desk: DeskClient, *others: NewModerator) -> None:
    """The lead comes to the desk in the first hour in which an epoch is due."""
    newsroom.now += newsroom.rules.epoch_days * DAY
    lead = lead_of(newsroom)
    body = epoch_body(desk, [lead, *others], by=lead)
    begun = desk.browser_of(newsroom.pseudonym).post("begin-epoch", body)
    assert begun.status == 200, begun.json


def destroyed_numbers(newsroom: NewsroomHarness) -> list[int]:
    """The numbers of all destroyed epochs."""
    rows = newsroom.read_table("epochs")
    return sorted(row["number"] for row in rows if row["destroyed_slot"] is not None)
