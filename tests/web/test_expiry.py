"""What readers and moderators see about comments that are not decided in time."""

import re

from tests.harness import SITE_ID, SLOT, STORY_ID, NewsroomHarness
from tests.in_process_client import DeskClient, Intake
from tests.web.conftest import signed_in
from yobal.core.expiry import NOTICE_DAYS

DAY = 86_400
TOLD_BEFORE = "If no moderator decides within 30 days, your comment is destroyed unread."


def _plain(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_the_page_that_thanks_and_the_receipt_say_when_a_comment_is_destroyed_unread(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    thanks = intake.send("Who reads this?", receipt="yes")
    assert TOLD_BEFORE in _plain(thanks.text)
    receipt = intake.post(step="receipt", code=thanks.code or "")
    assert TOLD_BEFORE in _plain(receipt.text)
    newsroom.pass_time(newsroom.rules.pending_days * DAY + SLOT)
    receipt = intake.post(step="receipt", code=thanks.code or "")
    assert "Your comment was not read in time" in receipt.text
    assert "destroyed unread" in receipt.text
    assert "Take it back" not in receipt.text
    assert TOLD_BEFORE not in _plain(receipt.text)


def test_the_receipt_of_an_expired_comment_is_in_khmer(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    sent = newsroom.send("អ្នកណាអាន?", edition="km")
    newsroom.pass_time(newsroom.rules.pending_days * DAY + SLOT)
    receipt = intake.post(path=f"/{SITE_ID}/{STORY_ID}/km/", step="receipt", code=sent.code or "")
    assert "គ្មាន" in receipt.text
    assert "not read in time" not in receipt.text


def test_all_members_see_a_week_before_which_comments_will_be_destroyed(
    newsroom: NewsroomHarness,
) -> None:
    old = newsroom.send("Waits for three weeks.")
    desk = signed_in(newsroom)
    assert _expiring(desk) == (0, {old.id: None})
    newsroom.pass_time((newsroom.rules.pending_days - NOTICE_DAYS) * DAY)
    new = newsroom.send("Came today.")
    desk = desk.browser_of("Heron")
    count, expires = _expiring(desk)
    assert count == 1
    slot = expires[old.id]
    assert slot is not None
    assert expires[new.id] is None
    assert desk.post("session").json["expiring_count"] == 1
    newsroom.pass_time(slot - 1.0 - newsroom.now)
    assert newsroom.state(old.id) == "pending", "not before the slot that the desk names"
    newsroom.now = float(slot)
    newsroom.run_scheduler()
    assert newsroom.state(old.id) == "expired"
    desk = desk.browser_of("Heron")
    assert _expiring(desk) == (0, {new.id: None})
    body = {"comment_ids": [old.id], "decision_ids": []}
    (decided,) = desk.post("already-decided", body).json["already_decided"]
    assert decided["verdict"] == "expired"


def test_after_a_pause_the_desk_names_the_slot_a_week_later(newsroom: NewsroomHarness) -> None:
    old = newsroom.send("Waits since before the power cut.")
    newsroom.now += (newsroom.rules.pending_days + 5) * DAY
    newsroom.run_scheduler()
    count, expires = _expiring(signed_in(newsroom))
    slot = expires[old.id]
    assert count == 1
    assert slot == newsroom.now // SLOT * SLOT + NOTICE_DAYS * DAY
    newsroom.pass_time(slot - 1.0 - newsroom.now)
    assert newsroom.state(old.id) == "pending"
    newsroom.now = float(slot)
    newsroom.run_scheduler()
    assert newsroom.state(old.id) == "expired"


def _expiring(desk: DeskClient) -> tuple[int, dict[str, int | None]]:
    """The count, and of each comment in the queue the slot with which it is destroyed."""
    page = desk.post("queue", cursor=None).json
    slots = {row["comment_id"]: row["expires"] and row["expires"]["at"] for row in page["comments"]}
    return page["expiring_count"], slots
