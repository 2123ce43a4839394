"""The canary goes through form, inbox, seal, count and expiry, and is nowhere that readers' comments are.

Each step is broken in turn, and the miss is reported. Nothing but the server's own canary is ever deleted as one.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from tests.http_intake import http_intake
from tests.serving import serving, wait_for
from tests.web.conftest import signed_in
from yobal.actions import declare_story
from yobal.adapters.cell_file import LockedCells
from yobal.adapters.purge_list import PurgeList
from yobal.core import canary, envelope, notices
from yobal.core.canary import CANARY, CanaryState, Stage, Step
from yobal.core.schedule import DAY_SECONDS
from yobal.core.thread import Edition
from yobal.doctor import canaries as doctor_canaries
from yobal.server import figures
from yobal.server import status as site_status
from yobal.server.notices import check
from yobal.server.scheduler import maintenance
from yobal.server.scheduler.canary_sender import send_if_due
from yobal.store import admissions, site_counts, story_contents

ROUND: Final = datetime(
    2026, 11, 22, 17, 0, tzinfo=UTC
).timestamp()  # the next; its slot is at 18:00


@pytest.fixture
def watched(newsroom: NewsroomHarness) -> Iterator[NewsroomHarness]:
    """A newsroom whose form is on a socket, and whose next round has just come."""
    with http_intake(newsroom):
        yield at(newsroom, ROUND + 2)


def at(newsroom: NewsroomHarness, now: float) -> NewsroomHarness:
    """What the scheduler's thread does at this moment, twice: the last step looks after the purge."""
    newsroom.now = now
    for _ in range(2):
        newsroom.run_scheduler()
        send_if_due(newsroom.components, now=now)
    return newsroom


def state(newsroom: NewsroomHarness) -> CanaryState:
    return newsroom.components.canary_file.read()


def to_round(newsroom: NewsroomHarness, rounds: int = 1) -> None:
    at(newsroom, ROUND + 2 + 6 * 3_600 * rounds)


def to_slot_after_round(newsroom: NewsroomHarness, rounds: int = 1) -> None:
    at(newsroom, ROUND + 3_602 + 6 * 3_600 * rounds)


def everything_shown(newsroom: NewsroomHarness) -> dict[str, object]:
    """What counts comments, and all public files."""
    with newsroom.database.reading() as conn:
        contents = story_contents.count(conn, SITE_ID, STORY_ID)
        counts = site_counts.read(conn, SITE_ID)
        pending = admissions._pending_counts(conn, SITE_ID)
    arrivals = {row["arrivals_since_slot"] for row in newsroom.read_table("stories")}
    arrivals |= {row["arrivals_since_slot"] for row in newsroom.read_table("sites")}
    desk = signed_in(newsroom)
    session = desk.post("session").json
    at_desk = [dict(desk.post(route, {"cursor": None}).json) for route in ("queue", "history")]
    for shown in at_desk:  # these pass with the clock
        shown.pop("next_slot", None)
        shown.pop("next_round", None)
    counted = [session[name] for name in ("pending_count", "held_count", "unreadable_count")]
    tables = {name: newsroom.read_table(name) for name in ("receipts", "decisions", "stale_files")}
    return {
        "desk": (at_desk, counted),
        "counts": (contents, counts, pending, arrivals),
        "files": newsroom.read_all_files(),
        **tables,
    }


def test_the_canary_passes_every_step_and_is_in_no_count_queue_or_page(
    watched: NewsroomHarness,
) -> None:
    before = everything_shown(watched)
    assert state(watched).stage == "sent"
    mark = state(watched).mark
    with watched.database.reading() as conn:
        assert watched.inbox.count_comments() == {STORY_ID: 1}, "the inbox cannot know"
        assert not conn.execute(sa.text("select 1 from comments")).first()
    to_round(watched)
    assert state(watched).stage == "stored"
    (row,) = watched.read_table("comments")
    assert (row["state"], bytes(row["idempotency_hash"]).hex()) == (CANARY, mark)
    assert watched.decrypt(row["id"]).text == canary.TEXT
    assert everything_shown(watched) == before
    to_slot_after_round(watched)
    assert state(watched).stage == "idle"
    assert state(watched).passed_slot == ROUND + 7 * 3_600
    assert watched.read_table("comments") == watched.read_table("envelopes") == []
    assert everything_shown(watched) == before
    assert reported_step(watched) is None


def test_the_next_canary_is_sent_with_the_first_round_of_the_next_day(
    watched: NewsroomHarness,
) -> None:
    to_round(watched)
    to_slot_after_round(watched)
    assert state(watched).stage == "idle", "one a day"
    at(watched, ROUND + 12 * 3_600 + 30)
    assert (state(watched).stage, state(watched).sent_day) == ("sent", "2026-11-23")


def test_the_canary_is_sent_soon_after_a_round_or_not_at_all(newsroom: NewsroomHarness) -> None:
    """At another time its place in the inbox would tell which comments came before that time."""
    with http_intake(newsroom):
        at(newsroom, ROUND + canary.SEND_SECONDS_MAX)
        assert state(newsroom) == CanaryState()
        newsroom.now = ROUND + 6 * 3_600 + 1
        send_if_due(newsroom.components, now=newsroom.now)
        assert state(newsroom) == CanaryState(), "before the inbox was moved"


def test_after_a_clock_that_was_ahead_it_goes_on_and_another_one_is_sent(
    watched: NewsroomHarness,
) -> None:
    """It would be silent until that time, without any report."""
    to_round(watched)
    to_slot_after_round(watched)
    at(watched, ROUND + 400 * DAY_SECONDS + 2)
    assert (state(watched).stage, state(watched).attempted_round) == (
        "sent",
        ROUND + 400 * DAY_SECONDS,
    )
    watched.now = ROUND + 9 * 3_600
    maintenance.trust_clock(watched.components, now=watched.now)
    assert state(watched).attempted_round == ROUND + 6 * 3_600
    to_round(watched, 2)
    assert state(watched).stage == "stored"
    to_slot_after_round(watched, 2)
    assert (state(watched).stage, state(watched).passed_slot) == ("idle", ROUND + 13 * 3_600)
    to_round(watched, 3)
    assert (state(watched).stage, state(watched).sent_day) == ("sent", "2026-11-23")
    assert reported_step(watched) is None


def test_it_is_not_sent_where_it_is_off_or_the_queue_is_full(watched: NewsroomHarness) -> None:
    to_round(watched)
    to_slot_after_round(watched)
    with watched.database.writing() as conn:
        conn.execute(sa.text("update sites set is_full = true"))
    watched.now = ROUND + 12 * 3_600 + 2
    watched.move_inbox()
    send_if_due(watched.components, now=watched.now)
    assert (state(watched).stage, reported_step(watched)) == ("idle", None)
    off = msgspec.structs.replace(watched.components.settings, canary="off")
    watched.components = msgspec.structs.replace(watched.components, settings=off)
    before = state(watched)
    at(watched, ROUND + 18 * 3_600 + 2)
    assert state(watched) == before


# Each step is broken in turn.


def _lose_inbox(newsroom: NewsroomHarness) -> None:
    newsroom.inbox.close_current()
    for take in (newsroom.inbox.take, newsroom.inbox.destroy_taken):
        with newsroom.database.writing() as conn:
            take(conn)


BREAK: dict[Step, tuple[Stage, Callable[[pytest.MonkeyPatch], object]]] = {
    "inbox": ("sent", lambda _: None),
    "sealing": (
        "idle",
        lambda patch: patch.setattr(
            envelope.Sealer, "seal", lambda _, content: envelope.pad(content)
        ),
    ),
    "count": ("idle", lambda patch: patch.setattr(maintenance, "_canary_mark", lambda _: None)),
    "expiry": (
        "idle",
        lambda patch: patch.setattr(LockedCells, "overwrite", lambda _self, _numbers: None),
    ),
}


@pytest.mark.parametrize("step", BREAK)
def test_the_canary_is_missed_at_a_broken_step(
    newsroom: NewsroomHarness, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_after, break_it = BREAK[step]
    if break_after == "idle":
        break_it(monkeypatch)
    with http_intake(newsroom):
        at(newsroom, ROUND + 2)
        assert (state(newsroom).stage, reported_step(newsroom)) == ("sent", None)
        if step == "inbox":
            _lose_inbox(newsroom)
        to_round(newsroom)
        to_slot_after_round(newsroom)
        assert reported_step(newsroom) == step
        monkeypatch.undo()
        _next_day(newsroom)
        assert reported_step(newsroom) is None, "the next one passes"


def test_a_form_that_does_not_answer_is_missed_and_tried_with_the_next_round(
    newsroom: NewsroomHarness,
) -> None:
    with http_intake(newsroom):
        pass
    at(newsroom, ROUND + 30)
    assert reported_step(newsroom) is None, "the intake may be starting"
    at(newsroom, ROUND + 55)
    assert reported_step(newsroom) == "form"
    with http_intake(newsroom):
        to_round(newsroom)
        assert (state(newsroom).stage, reported_step(newsroom)) == ("sent", "form")
        to_round(newsroom, 2)
        to_slot_after_round(newsroom, 2)
    assert reported_step(newsroom) is None


def test_a_canary_that_stops_on_its_way_is_missed_after_three_days() -> None:
    stopped = CanaryState(stage="sent", attempted_round=1_000_000)
    assert canary.missed_step(stopped, 1_000_000 + 3 * DAY_SECONDS) is None
    assert canary.missed_step(stopped, 1_000_001 + 3 * DAY_SECONDS) == "inbox"
    assert canary.missed_step(CanaryState(), 2_000_000_000) is None, "none was sent yet"


def _next_day(newsroom: NewsroomHarness) -> None:
    """From the first round of the next day to the slot after the second."""
    for hours in (12, 13, 18, 19):
        at(newsroom, ROUND + hours * 3_600 + 2)


def reported_step(newsroom: NewsroomHarness) -> Step | None:
    """What status, doctor, notices and figures say, which must be the same."""
    settings = newsroom.components.settings
    step = canary.missed_step(state(newsroom), newsroom.now)
    sentences = [
        sentence
        for sentence in site_status.read(newsroom.components, now=newsroom.now).needs_person
        if "canary" in sentence
    ]
    assert len(sentences) == (step is not None)
    assert step is None or canary.PROBLEMS[step] in sentences[0]
    (finding,) = doctor_canaries.examine(settings, clock=lambda: newsroom.now)
    assert finding.is_failure == (step is not None)
    conditions = check._conditions(newsroom.components, None, newsroom.now)
    rules = settings.notice_rules()
    due = notices.due(rules, notices.NoticeState(), conditions, at=int(newsroom.now))
    assert ("canary" in due) == (step is not None)
    assert figures.record(newsroom.components, None).is_canary_missed == (step is not None)
    return step


# What is not the server's own canary


def test_a_readers_comment_that_is_marked_in_the_database_goes_back_to_the_queue(
    watched: NewsroomHarness,
) -> None:
    reader = watched.send("A reader's words.")
    with watched.database.writing() as conn:
        conn.execute(sa.text(f"update comments set state = '{CANARY}'"))
    to_round(watched)
    to_slot_after_round(watched)
    assert watched.state(reader.id) == "pending"
    assert watched.decrypt(reader.id).text == "A reader's words."
    assert reported_step(watched) is None


def test_a_reader_who_sends_the_words_of_the_canary_is_a_reader(watched: NewsroomHarness) -> None:
    reader = watched.send(canary.TEXT, waits_for_round=True)
    to_round(watched)
    assert watched.state(reader.id) == "pending"
    to_slot_after_round(watched)
    assert watched.state(reader.id) == "pending"
    assert state(watched).passed_slot


def test_a_canary_that_a_restore_brings_back_without_its_cell_is_deleted(
    watched: NewsroomHarness,
) -> None:
    to_round(watched)
    watched.lose_cells()
    watched.components.canary_file.write(CanaryState())
    to_slot_after_round(watched)
    assert watched.read_table("comments") == watched.read_table("envelopes") == []


def test_a_canary_whose_story_is_removed_is_not_missed(watched: NewsroomHarness) -> None:
    to_round(watched)
    with watched.database.writing() as conn:
        story_contents.delete(conn, SITE_ID, STORY_ID)
    edition = Edition(tag="en", title="Bridge", url="https://news.example/en/bridge")
    declare_story.add(watched.components.database, watched.rules, "bridge", edition)
    to_slot_after_round(watched)
    assert (state(watched).stage, reported_step(watched)) == ("idle", None)


def test_the_canary_is_in_no_purge_list(watched: NewsroomHarness, tmp_path: Path) -> None:
    settings: Any = msgspec.structs.replace(
        watched.components.settings, purge_list_dir=str(tmp_path)
    )
    watched.components = msgspec.structs.replace(watched.components, settings=settings)
    to_round(watched)
    to_slot_after_round(watched)
    path = PurgeList(tmp_path, SITE_ID).path
    assert state(watched).passed_slot
    assert not path.exists() or CANARY.encode() not in path.read_bytes()


def test_a_served_newsroom_sends_a_canary_that_passes(tmp_path: Path, database_url: str) -> None:
    schedule: dict[str, Any] = {"release_interval_seconds": 4, "round_interval_seconds": 2}
    with serving(tmp_path, database_url, canary="daily", **schedule) as served:
        file = served.newsroom.components.canary_file
        wait_for(lambda: file.read().passed_slot, "the canary has passed every step")
        assert file.read().missed_step is None
        assert served.newsroom.read_table("comments") == []
