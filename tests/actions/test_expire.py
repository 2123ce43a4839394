"""A release destroys what has expired: originals, receipts, sessions, invitations."""

import pytest

from tests.harness import SLOT, NewsroomHarness, add_lead, session_access
from yobal.actions import expire, setup_site, sign_in
from yobal.core.errors import AlreadyDecided
from yobal.core.expiry import NOTICE_DAYS
from yobal.server.scheduler import maintenance
from yobal.store import queue

DAY = 86_400


@pytest.mark.parametrize("how", ["rejected", "edited", "removed"])
def test_a_sealed_original_is_destroyed_after_the_retention_time(
    newsroom: NewsroomHarness, how: str
) -> None:
    sent = newsroom.send("Original.")
    if how == "rejected":
        newsroom.reject(sent.id)
    else:
        newsroom.publish_edited(sent.id, "Edited.")
    newsroom.pass_slots()
    if how == "removed":
        newsroom.remove(sent.id)
    newsroom.now += (newsroom.rules.original_retention_days - 1) * DAY
    newsroom.run_scheduler()
    assert newsroom.decrypt(sent.id).text == "Original."
    newsroom.now += 2 * DAY
    newsroom.run_scheduler()
    assert newsroom.read_table("envelopes") == []
    assert newsroom.comment_row(sent.id)["commitment"] is None


def test_an_undecided_comment_is_destroyed_unread_at_a_slot(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Nobody reads this.")
    (envelope,) = newsroom.read_table("envelopes")
    key = newsroom.cells()[envelope["cell"]]
    newsroom.pass_time(newsroom.rules.pending_days * DAY - SLOT)
    assert newsroom.decrypt(sent.id).text == "Nobody reads this."
    assert newsroom.receipt_state(sent.code) == "pending"
    newsroom.pass_slots(1)
    assert newsroom.state(sent.id) == newsroom.receipt_state(sent.code) == "expired"
    assert newsroom.read_table("envelopes") == []
    assert newsroom.cells()[envelope["cell"]] != key
    row = newsroom.comment_row(sent.id)
    assert row["commitment"] is None
    assert row["decided_slot"] % SLOT == 0
    with pytest.raises(AlreadyDecided):
        newsroom.reject(sent.id)


@pytest.mark.parametrize("how", ["held", "rejected"])
def test_what_was_decided_does_not_expire(newsroom: NewsroomHarness, how: str) -> None:
    newsroom.pass_time(newsroom.rules.pending_days * DAY)
    sent = newsroom.send("Decided on the last day.")
    newsroom.pass_time(newsroom.rules.pending_days * DAY - SLOT)
    if how == "held":
        newsroom.publish(sent.id)
    else:
        newsroom.reject(sent.id)
    newsroom.pass_slots(2)
    assert newsroom.state(sent.id) == ("published" if how == "held" else "rejected")


def test_a_comment_that_returns_to_the_queue_stays_for_another_week(
    newsroom: NewsroomHarness,
) -> None:
    """The moderator who accepted it was removed on the last day: the others must have time to see it."""
    sent = newsroom.send("Back in the queue.")
    newsroom.pass_time(newsroom.rules.pending_days * DAY - SLOT)
    newsroom.undo(newsroom.publish(sent.id))
    newsroom.pass_slots(20)
    assert newsroom.state(sent.id) == "pending"
    newsroom.pass_time(3 * DAY)
    assert newsroom.state(sent.id) == "expired"


@pytest.mark.parametrize("days_off", [40, 5])
def test_what_became_due_while_the_server_was_off_waits_for_a_week_more(
    newsroom: NewsroomHarness, days_off: int
) -> None:
    """Moderators saw no warning: the desk was off, and no notice was sent."""
    sent = newsroom.send("Written before the power cut.")
    newsroom.pass_time(max(0, newsroom.rules.pending_days - days_off + 1) * DAY)
    newsroom.now += days_off * DAY
    newsroom.run_scheduler()
    first = newsroom.now // SLOT * SLOT + NOTICE_DAYS * DAY
    newsroom.pass_time(first - SLOT - newsroom.now)
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.decrypt(sent.id).text == "Written before the power cut."
    newsroom.pass_slots(1)
    assert newsroom.state(sent.id) == "expired"


def test_a_clock_that_is_trusted_and_ahead_destroys_nothing_that_waits(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Waits.")
    right = newsroom.now
    newsroom.now += 400 * DAY
    newsroom.run_scheduler()
    newsroom.pass_slots(2)
    newsroom.now = right + SLOT
    maintenance.trust_clock(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "pending"
    (site,) = newsroom.read_table("sites")
    assert site["first_expiry_slot"] <= newsroom.now + (NOTICE_DAYS + 1) * DAY
    newsroom.pass_time((newsroom.rules.pending_days + 1) * DAY)
    assert newsroom.state(sent.id) == "expired"


def test_a_day_off_postpones_nothing(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("Waits.")
    newsroom.pass_time((newsroom.rules.pending_days - 2) * DAY)
    newsroom.now += 2 * DAY
    newsroom.run_scheduler()
    newsroom.pass_slots(1)
    assert newsroom.state(sent.id) == "expired"


def test_a_withdrawal_that_is_asked_for_too_late_changes_nothing(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Withdrawn too late.")
    newsroom.pass_time(newsroom.rules.pending_days * DAY - SLOT)
    newsroom.now += SLOT
    with newsroom.database.writing() as conn:
        expire._expire_pending(conn, newsroom.rules, int(newsroom.now))
    assert newsroom.state(sent.id) == "expired"
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert not receipt.can_withdraw


def test_sessions_and_invitations_expire_with_a_slot_and_are_deleted(
    newsroom: NewsroomHarness,
) -> None:
    key = newsroom.components.keyring.session_key()
    token = sign_in.open_session(
        newsroom.database,
        newsroom.rules,
        newsroom.components.roster_reader,
        pseudonym="Heron",
        session_key=key,
        now=newsroom.now,
        random=newsroom.random,
    )
    pin = newsroom.components.roster_pin
    setup_site.invite_first_lead(newsroom.database, newsroom.rules, pin, now=newsroom.now)
    _, member = sign_in.member_for(session_access(newsroom), token=token, now=newsroom.now)
    assert member.role == "lead"
    (session,) = newsroom.read_table("sessions")
    assert session["expires_slot"] % 21_600 == 0
    assert token not in bytes(session["token_hash"])
    newsroom.pass_slots(6)
    assert newsroom.read_table("sessions") == newsroom.read_table("invitations") == []


def test_a_new_lead_can_decrypt_only_the_new_epoch(
    newsroom: NewsroomHarness,
) -> None:
    old = [newsroom.send(f"Old {number}.") for number in range(3)]
    add_lead(newsroom, "Egret")
    new = newsroom.send("New.")
    assert {row["number"]: row["last_slot"] is None for row in newsroom.read_table("epochs")} == {
        1: False,
        2: True,
    }
    with newsroom.database.reading() as conn:
        assert queue.count_unreadable(conn, newsroom.rules.site_id, "Egret") == 0
        assert queue.count_unreadable(conn, newsroom.rules.site_id, "Heron") == 1
    assert newsroom.decrypt(new.id).text == "New."
    assert {newsroom.state(sent.id) for sent in old} == {"lost"}, "nobody could open them"
    assert len(newsroom.read_table("envelopes")) == 1
    active = [row["pseudonym"] for row in newsroom.read_table("moderators") if row["is_active"]]
    assert active == ["Egret"]
