"""A release: which comments, in which order, with which date; and repeating it changes nothing."""

import hashlib
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.harness import SLOT, START, NewsroomHarness
from yobal.actions import release
from yobal.actions.release import Released
from yobal.core.schedule import last_slot, next_slot
from yobal.server.scheduler.maintenance import run_once


def test_a_comment_is_public_only_after_a_moderator_published_it_and_its_slot_has_come(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("The agreement hung in the ticket house.")
    newsroom.pass_slots(4)
    assert "ticket house" not in newsroom.read_file("en/index.html")

    newsroom.publish(sent.id)
    newsroom.run_scheduler()
    assert "ticket house" not in newsroom.read_file("en/index.html")

    newsroom.pass_slots()
    assert "ticket house" in newsroom.read_file("en/index.html")
    assert "ticket house" in newsroom.read_file("km/index.html")
    assert "ticket house" in newsroom.read_file("en/page/1.html")
    assert newsroom.state(sent.id) == "published"


def _hold(
    newsroom: NewsroomHarness,
    comment_id: str,
    *,
    randbelow: int,
    max_hold_slots: int = 2,
    min_batch_size: int = 1,
) -> Any:
    """Publish it for the slot that `randbelow` picks; the newsroom gets the same schedule."""
    schedule = msgspec.structs.replace(
        newsroom.rules.schedule, max_hold_slots=max_hold_slots, min_batch_size=min_batch_size
    )
    rules = msgspec.structs.replace(newsroom.rules, schedule=schedule)
    file_writer = msgspec.structs.replace(newsroom.components.file_writer, rules=rules)
    newsroom.components = msgspec.structs.replace(
        newsroom.components, rules=rules, file_writer=file_writer
    )
    desk = msgspec.structs.replace(
        newsroom.decision_context(), rules=rules, randbelow=lambda below: min(randbelow, below)
    )
    return newsroom.publish(comment_id, context=desk)


def test_a_comment_is_held_until_the_slot_that_was_picked(newsroom: NewsroomHarness) -> None:
    first, second = newsroom.send("First."), newsroom.send("Second.")
    assert _hold(newsroom, first.id, randbelow=0).slot == next_slot(
        newsroom.rules.schedule, newsroom.now
    )
    assert _hold(newsroom, second.id, randbelow=1).slot == next_slot(
        newsroom.rules.schedule, newsroom.now, steps=2
    )
    newsroom.pass_slots()
    assert (newsroom.state(first.id), newsroom.state(second.id)) == ("published", "held")
    newsroom.pass_slots()
    assert newsroom.state(second.id) == "published"


def test_a_single_comment_is_released_only_after_a_day(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send()
    due = _hold(newsroom, sent.id, randbelow=0, max_hold_slots=1, min_batch_size=3).slot
    newsroom.pass_slots(4)
    assert newsroom.now - due < 86_400
    assert newsroom.state(sent.id) == "held"
    newsroom.pass_slots()
    assert newsroom.state(sent.id) == "published"


def test_three_held_comments_are_released_together(
    newsroom: NewsroomHarness,
) -> None:
    sent = [newsroom.send(f"Number {number}.") for number in range(3)]
    for comment in sent[:2]:
        _hold(newsroom, comment.id, randbelow=0, max_hold_slots=1, min_batch_size=3)
    newsroom.pass_slots()
    assert newsroom.read_table("published_comments") == []
    _hold(newsroom, sent[2].id, randbelow=0, max_hold_slots=1, min_batch_size=3)
    newsroom.pass_slots()
    assert len(newsroom.read_table("published_comments")) == 3


def test_after_downtime_everything_due_is_one_release_dated_by_the_last_slot(
    newsroom: NewsroomHarness,
) -> None:
    sent = [newsroom.send(f"Number {number}.") for number in range(3)]
    for comment in sent:
        newsroom.publish(comment.id)
        newsroom.now += SLOT  # the loop does not run
    released = newsroom.run_scheduler()
    latest = last_slot(newsroom.rules.schedule, newsroom.now)
    assert released == Released(latest, 3)
    assert {row["slot"] for row in newsroom.read_table("published_comments")} == {latest}
    assert {row["arrival_round"] for row in newsroom.read_table("comments")} == {latest}


def test_repeating_a_release_changes_nothing(newsroom: NewsroomHarness) -> None:
    newsroom.publish_new()
    before = (
        newsroom.read_all_files(),
        [newsroom.read_table(table) for table in ("published_comments", "comments", "sites")],
    )
    assert (
        release.release(
            newsroom.database,
            newsroom.components.cell_file,
            newsroom.rules,
            now=newsroom.now,
            random=newsroom.random,
            roster_reader=newsroom.components.roster_reader,
        )
        is None
    )
    assert newsroom.run_scheduler() is None
    assert before == (
        newsroom.read_all_files(),
        [newsroom.read_table(table) for table in ("published_comments", "comments", "sites")],
    )


def test_a_clock_that_goes_back_does_not_release_again(newsroom: NewsroomHarness) -> None:
    newsroom.publish_new()
    newsroom.now -= 3 * SLOT
    assert newsroom.run_scheduler() is None


def test_a_release_is_ordered_by_hash_and_not_by_arrival(newsroom: NewsroomHarness) -> None:
    sent = [newsroom.send(f"Number {number}.").id for number in range(12)]
    for comment_id in sent:
        newsroom.publish(comment_id)
    newsroom.pass_slots()
    slot = last_slot(newsroom.rules.schedule, newsroom.now)
    placed = [
        row["id"]
        for row in sorted(
            newsroom.read_table("published_comments"), key=lambda row: row["position"]
        )
    ]
    assert placed == sorted(
        sent, key=lambda comment_id: hashlib.sha256(f"{slot} {comment_id}".encode()).digest()
    )
    assert placed != sent  # one chance in 479 million


def test_every_file_has_the_modification_time_of_the_slot(
    newsroom: NewsroomHarness,
) -> None:
    newsroom.publish_new()
    removed = newsroom.publish_new("Second.")
    newsroom.now += 1_000
    newsroom.remove(removed.id)
    times = {
        int(path.stat().st_mtime) for path in (newsroom.files_dir / "river-post").rglob("*.html")
    }
    assert times
    assert all(time % SLOT == 0 and time <= newsroom.now for time in times)
    assert max(times) == last_slot(newsroom.rules.schedule, newsroom.now)


def test_published_files_contain_no_time_finer_than_the_day(newsroom: NewsroomHarness) -> None:
    newsroom.publish_new()
    for content in newsroom.read_all_files().values():
        assert str(int(START) // 10_000).encode() not in content
    assert "22 November 2026" in newsroom.read_file("en/index.html")


def test_a_comment_undone_after_it_was_read_as_due_is_not_published(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    decided = newsroom.publish(sent.id)
    with newsroom.database.writing() as conn:
        assert release._due_ids(conn, newsroom.rules, int(START) + SLOT) == [sent.id]
    newsroom.undo(decided)
    with newsroom.database.writing() as conn:
        signers = newsroom.components.roster_reader.signers(conn)
        cell_file, slot = newsroom.components.cell_file, int(START) + SLOT
        outcome = release._outcome(
            conn, cell_file, sent.id, slot, signers=signers, suspended=frozenset()
        )
        assert outcome == "gone"
    assert newsroom.read_table("published_comments") == []


@pytest.mark.parametrize("late", [0, 1])
def test_a_comment_is_released_in_the_second_of_its_slot_and_not_before(
    newsroom: NewsroomHarness, late: int
) -> None:
    sent = newsroom.send()
    due = newsroom.publish(sent.id).slot
    run_once(newsroom.components, now=due - 1 + late)
    assert newsroom.state(sent.id) == ("published" if late else "held")


def test_a_row_forged_as_held_is_not_published_and_does_not_block_the_others(
    newsroom: NewsroomHarness,
) -> None:
    forged, honest = newsroom.send("Forged."), newsroom.send("Honest.")
    newsroom.publish(honest.id)
    with newsroom.database.writing() as conn:
        conn.execute(
            sa.text("update comments set state = 'held', due_slot = 0 where id = :id"),
            {"id": forged.id},
        )
    newsroom.pass_slots()
    assert [row["id"] for row in newsroom.read_table("published_comments")] == [honest.id]
    assert newsroom.state(forged.id) == "held"
