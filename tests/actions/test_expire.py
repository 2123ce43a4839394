"""What has run out is destroyed with a release: originals, receipts, sessions, invitations."""

import pytest

from tests.harness import NewsroomHarness, add_lead
from yobal.actions import setup_site, sign_in
from yobal.store import comments

DAY = 86_400


@pytest.mark.parametrize("how", ["rejected", "edited", "removed"])
def test_a_sealed_original_is_destroyed_when_appeals_have_ended(
    room: NewsroomHarness, how: str
) -> None:
    sent = room.send("Original.")
    if how == "rejected":
        room.reject(sent.id)
    else:
        room.publish_edited(sent.id, "Edited.")
    room.pass_slots()
    if how == "removed":
        room.remove(sent.id)
    room.now += (room.rules.original_retention_days - 1) * DAY
    room.tend()
    assert room.open(sent.id).text == "Original."
    room.now += 2 * DAY
    room.tend()
    assert room.rows("envelopes") == []
    assert room.row(sent.id)["commitment"] is None


def test_what_waits_is_never_destroyed_however_long_it_waits(room: NewsroomHarness) -> None:
    sent = room.send("Patience.")
    room.now += 300 * DAY
    room.tend()
    assert room.open(sent.id).text == "Patience."


def test_sessions_and_invitations_end_with_a_slot_and_are_deleted(room: NewsroomHarness) -> None:
    key = room.components.keyring.session_key()
    token = sign_in.open_session(
        room.database,
        room.rules,
        pseudonym="Heron",
        session_key=key,
        now=room.now,
        random=room.random,
    )
    setup_site.invite_first_lead(room.database, room.rules, now=room.now)
    assert (
        sign_in.moderator_for_session(
            room.database, token=token, session_key=key, now=room.now
        ).role
        == "lead"
    )
    (session,) = room.rows("sessions")
    assert session["until_slot"] % 21_600 == 0
    assert token not in bytes(session["token_hash"])
    room.pass_slots(6)
    assert room.rows("sessions") == room.rows("invitations") == []


def test_two_epochs_wait_side_by_side_and_the_newer_lead_reads_only_the_newer(
    room: NewsroomHarness,
) -> None:
    old = [room.send(f"Old {number}.") for number in range(3)]
    add_lead(room, "Egret")
    new = room.send("New.")
    assert {row["number"]: row["last_slot"] is None for row in room.rows("epochs")} == {
        1: False,
        2: True,
    }
    with room.database.reading() as db:
        assert comments.count_unreadable(db, room.rules.site, "Egret") == len(old)
        assert comments.count_unreadable(db, room.rules.site, "Heron") == 1
    assert room.open(new.id).text == "New."
    with pytest.raises(TypeError):  # there is no wrap of the first epoch for Egret
        room.open(old[0].id)
    active = [row["pseudonym"] for row in room.rows("moderators") if row["is_active"]]
    assert active == ["Egret"]
    room.reject(old[0].id)  # what cannot be read can still be refused
    assert room.state(old[0].id) == "rejected"
