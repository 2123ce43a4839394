"""A release destroys what has expired: originals, receipts, sessions, invitations."""

import pytest

from tests.harness import NewsroomHarness, add_lead, session_access
from yobal.actions import setup_site, sign_in
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


def test_a_pending_comment_never_expires(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("Patience.")
    newsroom.now += 300 * DAY
    newsroom.run_scheduler()
    assert newsroom.decrypt(sent.id).text == "Patience."


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
