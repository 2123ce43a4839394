"""`yobal people`: the technician suspends a moderator when no lead can be reached."""

import pytest

from tests.harness import NewsroomHarness, lead_of
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    challenge_of,
    finish_recovery,
    join_by_invitation,
    prove_sheet,
    removal_body,
)
from yobal.cli import people_report
from yobal.core.errors import NoSuchMember
from yobal.store import people


def test_a_suspended_moderator_is_signed_out_and_cannot_sign_in_until_a_lead_lifts_it(
    newsroom: NewsroomHarness,
) -> None:
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    theirs = desk.browser_of("Egret")
    assert theirs.post("session").json["suspended"] == []
    ticket = prove_sheet(desk, challenge_of(desk, "Egret"), egret).json["ticket"]

    lines = people_report.suspend_member(newsroom.components, " Egret ")

    assert lines[0] == "suspended: Egret"
    assert not any("no lead" in line for line in lines)
    ended = theirs.post("session")
    assert (ended.status, ended.json["error"]) == (403, "suspended")
    stranger = desk.browser_of(None)
    refused = stranger.sign_in("Egret", egret.sign_in_seed)
    assert (refused.status, refused.json["error"]) == (403, "suspended")
    wrong = stranger.sign_in("Egret", b"w" * 32)
    unknown = stranger.sign_in("Nobody", b"w" * 32)
    assert wrong.body == unknown.body, "only the right words learn of it"
    assert finish_recovery(desk, ticket, egret, seed=b"n" * 32).status == 403
    assert desk.post("session").json["suspended"] == ["Egret"]
    assert desk.browser_of("Heron").post("lift-suspension", pseudonym="Egret").status == 200
    assert theirs.post("session").status == 401, "the old session stays ended"
    assert stranger.sign_in("Egret", egret.sign_in_seed).status == 200
    assert desk.post("session").json["suspended"] == []


def test_a_lead_confirms_a_suspension_by_removing_the_member(newsroom: NewsroomHarness) -> None:
    desk, heron = signed_in(newsroom), lead_of(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    theirs = desk.browser_of("Egret")
    people_report.suspend_member(newsroom.components, "Egret")
    removed = desk.post("remove-member", removal_body(desk, egret, [heron], by=heron))
    assert removed.status == 200
    assert desk.post("session").json["suspended"] == []
    assert theirs.post("session").json["error"] == "no_longer_member"
    with pytest.raises(NoSuchMember):
        people_report.resume_member(newsroom.components, "Egret")


def test_a_session_that_is_opened_at_the_moment_of_a_suspension_opens_nothing(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    stranger = desk.browser_of(None)
    people_report.suspend_member(newsroom.components, "Egret")
    # The check of `open_session` read the row before the suspension was stored.
    not_suspended = people.Moderator(
        site_id=newsroom.rules.site_id,
        pseudonym="Egret",
        signing_key=egret.signing_key,
        roster_pin=b"",
    )
    with monkeypatch.context() as patch:
        patch.setattr(people, "get", lambda *_: not_suspended)
        stranger.sign_in("Egret", egret.sign_in_seed)
    assert stranger.cookie, "it was opened"
    assert stranger.post("queue", cursor=None).json["error"] == "suspended"


def test_only_a_lead_lifts_a_suspension(newsroom: NewsroomHarness) -> None:
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    join_by_invitation(desk, "Ibis", role="moderator")
    people_report.suspend_member(newsroom.components, "Egret")
    at_ibis = desk.browser_of("Ibis")
    assert at_ibis.post("lift-suspension", pseudonym="Egret").status == 403
    assert desk.post("lift-suspension", pseudonym="Nobody").status == 404
    assert at_ibis.post("session").json["suspended"] == ["Egret"]


def test_members_are_listed_and_the_last_lead_can_be_suspended_with_a_warning(
    newsroom: NewsroomHarness,
) -> None:
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    desk.browser_of("Egret")
    desk.browser_of("Egret")
    assert people_report.describe(newsroom.components, now=newsroom.now) == [
        "lead: Heron, open sessions: 1",
        "moderator: Egret, open sessions: 2",
    ]
    assert any("no other lead can sign in" in line for line in _suspend(newsroom, "Heron"))
    assert _suspend(newsroom, "Heron")[0] == "Heron was suspended already"
    assert desk.post("session").json["error"] == "suspended"
    assert people_report.describe(newsroom.components, now=newsroom.now) == [
        "lead: Heron, open sessions: 0, suspended",
        "moderator: Egret, open sessions: 2",
    ]
    resumed = people_report.resume_member(newsroom.components, "Heron")
    assert resumed == "resumed: Heron can sign in again"
    assert people_report.resume_member(newsroom.components, "Heron") == "Heron is not suspended"
    assert signed_in(newsroom).post("session").status == 200
    with pytest.raises(NoSuchMember):
        _suspend(newsroom, "Nobody")


def _suspend(newsroom: NewsroomHarness, pseudonym: str) -> list[str]:
    return people_report.suspend_member(newsroom.components, pseudonym)


def test_comments_that_a_suspended_person_accepted_wait_until_it_is_lifted(
    newsroom: NewsroomHarness,
) -> None:
    """The person who took the device may have accepted it."""
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="lead")
    held = newsroom.send("Accepted on a stolen phone.")
    newsroom.publish(held.id)
    people_report.suspend_member(newsroom.components, "Heron")
    newsroom.pass_slots(5)
    assert newsroom.state(held.id) == "held"
    people_report.resume_member(newsroom.components, "Heron")
    newsroom.pass_slots()
    assert newsroom.state(held.id) == "published"


def test_control_it_would_be_released(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = newsroom.send("Accepted on a stolen phone.")
    newsroom.publish(held.id)
    people_report.suspend_member(newsroom.components, "Heron")
    monkeypatch.setattr(people, "list_suspended", lambda *_: [])
    newsroom.pass_slots(5)
    assert newsroom.state(held.id) == "published"
