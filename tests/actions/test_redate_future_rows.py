"""After a clock that was ahead is corrected, nothing is dated in the future."""

from datetime import UTC, datetime

import pytest

from tests.harness import SLOT, NewsroomHarness
from yobal.actions import setup_site, sign_in
from yobal.core.schedule import last_slot, next_slot
from yobal.server.scheduler import maintenance
from yobal.server.scheduler.maintenance import trust_clock

AHEAD = 4_000 * 86_400


@pytest.fixture
def ahead(newsroom: NewsroomHarness) -> NewsroomHarness:
    """A newsroom after a release ten years ahead, with a correct clock again."""
    right = newsroom.now
    newsroom.now += AHEAD
    newsroom.run_scheduler()
    newsroom.now = right
    return newsroom


def _is_past(newsroom: NewsroomHarness, slot: int) -> bool:
    return slot <= last_slot(newsroom.rules.schedule, newsroom.now)


def test_after_the_correction_nothing_is_dated_in_the_future(
    ahead: NewsroomHarness,
) -> None:
    right, ahead.now = ahead.now, ahead.now + AHEAD + 60
    published, sent = ahead.publish_new("Published ahead."), ahead.send("Waits.")
    withdrawn = ahead.send("Withdrawn ahead.")
    ahead.request_withdrawal(withdrawn.code)
    ahead.run_scheduler()
    held = ahead.publish(ahead.send("Held ahead.").id)
    token = sign_in.open_session(
        ahead.database,
        ahead.rules,
        ahead.components.roster_reader,
        pseudonym="Heron",
        session_key=bytes(32),
        now=ahead.now,
        random=ahead.random,
    )
    assert token
    setup_site.invite_first_lead(
        ahead.database, ahead.rules, ahead.components.roster_pin, now=ahead.now
    )
    ahead.now = right
    trust_clock(ahead.components, now=ahead.now)

    upcoming = next_slot(ahead.rules.schedule, ahead.now)
    assert _is_past(ahead, ahead.read_table("sites")[0]["released_slot"])
    assert all(_is_past(ahead, row["slot"]) for row in ahead.read_table("published_comments"))
    assert all(_is_past(ahead, row["arrival_round"]) for row in ahead.read_table("comments"))
    assert ahead.comment_row(withdrawn.id)["arrival_round"] % 86_400 == 0
    assert all(row["slot"] <= upcoming for row in ahead.read_table("decisions"))
    assert (
        ahead.comment_row(held.comment_id)["due_slot"]
        == ahead.comment_row(held.comment_id)["decided_slot"]
        == upcoming
    )
    assert ahead.read_table("sessions") == ahead.read_table("invitations") == []
    this_year = str(datetime.fromtimestamp(right, UTC).year)
    keys = [path for path in ahead.components.settings.secrets_dir.rglob("2*") if path.is_file()]
    assert keys
    assert all(path.name.startswith(this_year) for path in keys)
    assert "22 November 2026" in ahead.read_file("en/index.html")
    assert not [path for path in ahead.files_dir.rglob("*.html") if path.stat().st_mtime > right]
    assert ahead.state(published.id) == "published"
    assert ahead.decrypt(sent.id).text == "Waits."

    ahead.now = upcoming
    ahead.run_scheduler()
    assert ahead.state(held.comment_id) == "published"
    assert "Held ahead." in ahead.read_file("en/index.html")


def test_a_decision_made_while_the_last_release_was_in_the_future_is_final_with_the_next_slot(
    ahead: NewsroomHarness,
) -> None:
    sent = ahead.send()
    assert ahead.publish(sent.id).slot > ahead.now + AHEAD
    assert ahead.receipt_state(sent.code) == "pending"
    trust_clock(ahead.components, now=ahead.now)
    assert ahead.receipt_state(sent.code) == "pending", (
        "it was not final before and is not final now"
    )
    ahead.pass_slots()
    assert (ahead.state(sent.id), ahead.receipt_state(sent.code)) == ("published", "published")


def test_a_final_decision_stays_final(newsroom: NewsroomHarness) -> None:
    refused = newsroom.send("Refused.")
    newsroom.reject(refused.id)
    right, newsroom.now = newsroom.now, newsroom.now + AHEAD
    newsroom.run_scheduler()
    newsroom.now = right
    trust_clock(newsroom.components, now=newsroom.now)
    (decision_id,) = newsroom.read_table("decisions")
    assert decision_id["slot"] == newsroom.comment_row(refused.id)["decided_slot"]
    assert _is_past(newsroom, decision_id["slot"])
    assert newsroom.comment_row(refused.id)["state"] == "rejected"


def test_nothing_is_redated_without_a_release_in_the_future(newsroom: NewsroomHarness) -> None:
    newsroom.publish_new()
    before = [
        newsroom.read_table(table)
        for table in ("sites", "comments", "published_comments", "decisions")
    ]
    trust_clock(newsroom.components, now=newsroom.now)
    assert before == [
        newsroom.read_table(table)
        for table in ("sites", "comments", "published_comments", "decisions")
    ]


def test_confirming_a_leap_of_the_clock_releases(newsroom: NewsroomHarness) -> None:
    held = newsroom.publish(newsroom.send().id)
    newsroom.now += 60 * 86_400
    assert trust_clock(newsroom.components, now=newsroom.now).released is not None
    assert newsroom.state(held.comment_id) == "published"
    assert maintenance.run_once(newsroom.components, now=newsroom.now + SLOT).released is not None
