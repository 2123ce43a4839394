"""A member stores what their browser has verified of the roster: signed, and for themselves only."""

import pytest

from tests.harness import NewsroomHarness
from tests.web.conftest import signed_in
from tests.web.desk_keys import join_by_invitation, signed_pin_of, to_base64


def test_a_member_stores_their_own_pin_and_gets_it_with_the_session(
    newsroom: NewsroomHarness,
) -> None:
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    at_egret = desk.browser_of("Egret")
    pin = to_base64(signed_pin_of(egret, length=3, head="ab" * 32))
    assert at_egret.post("store-pin", roster_pin=pin).status == 200
    assert at_egret.post("session").json["roster_pin"] == pin
    assert desk.browser_of("Heron").post("session").json["roster_pin"] != pin


@pytest.mark.parametrize("change", ["another", "unsigned", "longer", "short"])
def test_a_member_stores_only_a_pin_that_they_have_signed(
    newsroom: NewsroomHarness, change: str
) -> None:
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    ibis = join_by_invitation(desk, "Ibis", role="moderator")
    own = signed_pin_of(egret)
    changed = {
        "another": signed_pin_of(ibis),
        "unsigned": bytes(64) + own[64:],
        "longer": own + b" ",
        "short": own[:64],
    }[change]
    at_egret = desk.browser_of("Egret")
    before = at_egret.post("session").json["roster_pin"]
    assert at_egret.post("store-pin", roster_pin=to_base64(changed)).status == 422
    assert at_egret.post("session").json["roster_pin"] == before


def test_a_stranger_stores_nothing(newsroom: NewsroomHarness) -> None:
    desk = signed_in(newsroom).browser_of(None)
    pin = to_base64(signed_pin_of(join_by_invitation(signed_in(newsroom), "Ibis", role="lead")))
    assert desk.post("store-pin", roster_pin=pin).status == 401


def test_a_roster_that_does_not_wait_for_a_lead_cannot_be_resumed(
    newsroom: NewsroomHarness,
) -> None:
    desk = signed_in(newsroom)
    statement = {"statement": "{}", "signature": to_base64(bytes(64))}
    answer = desk.post("resume-roster", statements=[statement, statement], wraps=[])
    assert answer.json["error"] == "roster_changed"
    nothing_missing = desk.browser_of(None).post("return-statements", statements=[statement])
    assert nothing_missing.json["error"] == "roster_changed"
