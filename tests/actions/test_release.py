"""A slot comes: what leaves, in which order, dated how; and repeating it changes nothing."""

import hashlib
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.harness import SLOT, START, NewsroomHarness
from yobal.actions import decide, release
from yobal.core.schedule import last_slot, next_slot
from yobal.server.scheduler.maintenance import run_once


def test_a_comment_is_public_only_after_a_moderator_published_it_and_its_slot_came(
    room: NewsroomHarness,
) -> None:
    sent = room.send("The agreement hung in the ticket house.")
    room.pass_slots(4)
    assert "ticket house" not in room.file("en/index.html")

    room.publish(sent.id)
    room.tend()
    assert "ticket house" not in room.file("en/index.html")

    room.pass_slots()
    assert "ticket house" in room.file("en/index.html")
    assert "ticket house" in room.file("km/index.html")
    assert "ticket house" in room.file("en/page/1.html")
    assert room.state(sent.id) == "published"


def _hold(
    room: NewsroomHarness,
    comment: str,
    *,
    draw: int,
    max_hold_slots: int = 2,
    min_batch_size: int = 1,
) -> Any:
    """Publish it for the slot that the draw says; the room's own rules follow."""
    schedule = msgspec.structs.replace(
        room.rules.schedule, max_hold_slots=max_hold_slots, min_batch_size=min_batch_size
    )
    rules = msgspec.structs.replace(room.rules, schedule=schedule)
    press = msgspec.structs.replace(room.components.press, rules=rules)
    room.components = msgspec.structs.replace(room.components, rules=rules, press=press)
    opened = room.open(comment)
    desk = msgspec.structs.replace(room.desk(), rules=rules, draw=lambda below: min(draw, below))
    return decide.publish(
        room.database,
        desk,
        comment,
        text=opened.text,
        name="",
        nonce=bytes.fromhex(opened.nonce),
        lang="en",
    )


def test_a_comment_waits_for_the_slot_that_was_drawn(room: NewsroomHarness) -> None:
    first, second = room.send("First."), room.send("Second.")
    assert _hold(room, first.id, draw=0).slot == next_slot(room.rules.schedule, room.now)
    assert _hold(room, second.id, draw=1).slot == next_slot(room.rules.schedule, room.now, steps=2)
    room.pass_slots()
    assert (room.state(first.id), room.state(second.id)) == ("published", "held")
    room.pass_slots()
    assert room.state(second.id) == "published"


def test_nobody_is_alone_in_a_release_until_a_day_has_passed(room: NewsroomHarness) -> None:
    sent = room.send()
    due = _hold(room, sent.id, draw=0, max_hold_slots=1, min_batch_size=3).slot
    room.pass_slots(4)
    assert room.now - due < 86_400
    assert room.state(sent.id) == "held"
    room.pass_slots()
    assert room.state(sent.id) == "published"


def test_three_that_wait_leave_together_whatever_story_they_are_under(
    room: NewsroomHarness,
) -> None:
    sent = [room.send(f"Number {number}.") for number in range(3)]
    for one in sent[:2]:
        _hold(room, one.id, draw=0, max_hold_slots=1, min_batch_size=3)
    room.pass_slots()
    assert room.rows("letters") == []
    _hold(room, sent[2].id, draw=0, max_hold_slots=1, min_batch_size=3)
    room.pass_slots()
    assert len(room.rows("letters")) == 3


def test_after_a_stop_all_that_is_due_is_one_release_dated_by_the_last_slot(
    room: NewsroomHarness,
) -> None:
    sent = [room.send(f"Number {number}.") for number in range(3)]
    for one in sent:
        room.publish(one.id)
        room.now += SLOT  # the loop does not run
    released = room.tend()
    latest = last_slot(room.rules.schedule, room.now)
    assert (released.slot, released.comments) == (latest, 3)
    assert {row["slot"] for row in room.rows("letters")} == {latest}
    assert {row["arrival_slot"] for row in room.rows("comments")} == {latest}


def test_repeating_a_release_changes_nothing(room: NewsroomHarness) -> None:
    room.published()
    before = (room.all_files(), [room.rows(table) for table in ("letters", "comments", "sites")])
    assert release.release(room.database, room.rules, now=room.now) is None
    assert room.tend() is None
    assert before == (
        room.all_files(),
        [room.rows(table) for table in ("letters", "comments", "sites")],
    )


def test_a_clock_that_goes_back_releases_nothing_twice(room: NewsroomHarness) -> None:
    room.published()
    room.now -= 3 * SLOT
    assert room.tend() is None


def test_the_order_of_a_release_is_by_hash_and_not_by_arrival(room: NewsroomHarness) -> None:
    sent = [room.send(f"Number {number}.").id for number in range(12)]
    for one in sent:
        room.publish(one)
    room.pass_slots()
    slot = last_slot(room.rules.schedule, room.now)
    placed = [row["id"] for row in sorted(room.rows("letters"), key=lambda row: row["place"])]
    assert placed == sorted(sent, key=lambda one: hashlib.sha256(f"{slot} {one}".encode()).digest())
    assert placed != sent  # one chance in 479 million


def test_every_file_carries_the_slots_time_and_none_the_moment_it_was_written(
    room: NewsroomHarness,
) -> None:
    room.published()
    removed = room.published("Second.")
    room.now += 1_000
    room.remove(removed.id)
    times = {int(path.stat().st_mtime) for path in (room.files / "river-post").rglob("*.html")}
    assert times
    assert all(time % SLOT == 0 and time <= room.now for time in times)
    assert max(times) == last_slot(room.rules.schedule, room.now)


def test_nothing_published_names_a_time_finer_than_the_day(room: NewsroomHarness) -> None:
    room.published()
    for content in room.all_files().values():
        assert str(int(START) // 10_000).encode() not in content
    assert "22 November 2026" in room.file("en/index.html")


def test_what_was_undone_between_looking_and_publishing_is_left_alone(
    room: NewsroomHarness,
) -> None:
    sent = room.send()
    decided = room.publish(sent.id)
    with room.database.writing() as db:
        assert release._leaving(db, room.rules, int(START) + SLOT) == [sent.id]
    room.undo(decided)
    with room.database.writing() as db:
        assert release._publish(db, sent.id, int(START) + SLOT) is False
    assert room.rows("letters") == []


@pytest.mark.parametrize("late", [0, 1])
def test_a_slot_has_come_at_its_very_second_and_not_before(
    room: NewsroomHarness, late: int
) -> None:
    sent = room.send()
    due = room.publish(sent.id).slot
    run_once(room.components, now=due - 1 + late)
    assert room.state(sent.id) == ("published" if late else "held")


def test_a_row_that_was_forged_as_held_is_not_published_and_holds_nobody_up(
    room: NewsroomHarness,
) -> None:
    forged, honest = room.send("Forged."), room.send("Honest.")
    room.publish(honest.id)
    with room.database.writing() as db:
        db.execute(
            sa.text("update comments set state = 'held', due_slot = 0 where id = :id"),
            {"id": forged.id},
        )
    room.pass_slots()
    assert [row["id"] for row in room.rows("letters")] == [honest.id]
    assert room.state(forged.id) == "held"
