"""A new roster destroys everything that no member can open, and `yobal init --new-epoch` says what that is."""

import pytest

from tests.harness import NewsroomHarness, add_lead, lead_of
from tests.in_process_client import intake_of
from tests.web.conftest import signed_in
from tests.web.desk_keys import invite, join_by_invitation
from yobal.actions import setup_site
from yobal.actions.destroy_unopenable import destroy_unopenable
from yobal.cli import commands
from yobal.core.feedback import Feedback
from yobal.store import unopenable


def _destroyed(newsroom: NewsroomHarness) -> dict[str, int]:
    tables = ("envelopes", "held_texts", "wrapped_epoch_keys", "sessions", "registrations")
    return {table: len(newsroom.read_table(table)) for table in tables}


def _says(newsroom: NewsroomHarness) -> list[str]:
    with newsroom.database.reading() as conn:
        site_id = newsroom.rules.site_id
        return commands._what_a_new_roster_destroys(conn, site_id, now=newsroom.now)


def test_a_new_roster_destroys_every_envelope_wrap_identity_and_session(
    newsroom: NewsroomHarness,
) -> None:
    published = newsroom.publish_new("It stays public.")
    pending, held = newsroom.send("It waits."), newsroom.send("It is held.")
    rejected = newsroom.send("It is rejected.")
    newsroom.publish_edited(held.id, "It is edited.", feedback=Feedback(note="To nobody."))
    newsroom.reject(rejected.id, note="To its author.")
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    invite(desk)
    newsroom.purge()
    says = _says(newsroom)
    assert says[:-1] == [
        "  comments that wait for a decision: 1",
        "  comments that wait for their release: 1",
        "  keys of members: 2",
        "  open sessions: 1",
    ]

    add_lead(newsroom, "Ibis")

    assert _destroyed(newsroom) == {
        "envelopes": 0,
        "held_texts": 0,
        "wrapped_epoch_keys": 1,  # of the new lead
        "sessions": 0,
        "registrations": 0,
    }
    assert newsroom.read_table("invitations") == []
    states = [newsroom.state(comment.id) for comment in (published, pending, held, rejected)]
    assert states == ["published", "lost", "lost", "rejected"]
    assert [row["comment_id"] for row in newsroom.read_table("feedback")] == [rejected.id]
    owners = {row["signing_key"] for row in newsroom.read_table("member_identities")}
    assert owners == {lead_of(newsroom).signing_key}
    newsroom.purge()
    assert newsroom.read_table("expired_cells") == []


def test_until_its_link_is_opened_nothing_changes(newsroom: NewsroomHarness) -> None:
    newsroom.send("It waits.")
    desk = signed_in(newsroom)
    token = invite(desk)
    before = _destroyed(newsroom)
    setup_site.invite_first_lead(
        newsroom.database,
        newsroom.rules,
        newsroom.components.roster_pin,
        now=newsroom.now,
    )
    assert _destroyed(newsroom) == before
    assert desk.post("queue").status == 200
    assert desk.browser_of(None).post("open-invitation", token=token).status == 200
    with intake_of(newsroom) as intake:
        assert intake.send("Readers can write.").status == 200


def test_what_readers_sent_since_the_last_round_is_destroyed_with_the_next(
    newsroom: NewsroomHarness,
) -> None:
    words = "Sealed to the old epoch."
    with intake_of(newsroom) as intake:
        key = intake.post(step="send", text=words).field("idempotency_key")
        intake.post(step="confirm", text=words, idempotency_key=key, waits_for_round=True)
    add_lead(newsroom, "Ibis")
    newsroom.move_inbox()
    assert len(newsroom.read_table("envelopes")) == 1, "nobody can open it"
    reader = newsroom.components.roster_reader
    count = destroy_unopenable(
        newsroom.database, newsroom.rules, reader, now=newsroom.now, random=bytes
    )
    assert count == 1
    assert newsroom.read_table("envelopes") == []


def test_control_without_the_destruction_old_envelopes_stay(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unopenable, "destroy", lambda *_args, **_fields: 0)
    newsroom.send("It waits.")
    add_lead(newsroom, "Ibis")
    assert len(newsroom.read_table("envelopes")) == 1
