"""What the desk shows about its keys and its members."""

from typing import Any

from tests.harness import NewsroomHarness, lead_of
from tests.in_process_client import DeskClient
from tests.web.desk_keys import challenge_of, join_by_invitation, prove_sheet, removal_body


def _member(desk: DeskClient, pseudonym: str) -> Any:
    members = desk.post("people").json["members"]
    return next(item for item in members if item["pseudonym"] == pseudonym)


def _sheets(desk: DeskClient) -> dict[str, bool]:
    sheets = desk.post("keys").json["sheets"]
    return {item["pseudonym"]: item["is_tested"] for item in sheets}


def test_the_page_of_keys_shows_when_each_began_its_pending_comments_and_its_members(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    newsroom.send("It waits.")
    egret = join_by_invitation(desk, "Egret", role="moderator")
    before = desk.post("keys").json
    assert [epoch["wrap_count"] for epoch in before["epochs"]] == [2]
    heron = lead_of(newsroom)
    assert desk.post("remove-member", removal_body(desk, egret, [heron], by=heron)).status == 200
    newest, oldest = desk.post("keys").json["epochs"]
    assert (newest["last"], newest["pending_count"], newest["wrap_count"]) == (None, 0, 1)
    assert (oldest["last"], oldest["pending_count"]) == (newest["first"], 1)
    assert oldest["wrap_count"] == 1


def test_the_next_change_comes_epoch_days_after_the_newest_key(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    page = desk.post("keys").json
    (epoch,) = page["epochs"]
    assert page["epoch_days"] == newsroom.rules.epoch_days
    assert page["next_change"]["at"] == epoch["first"]["at"] + page["epoch_days"] * 86_400


def test_a_sheet_counts_as_tested_once_it_has_answered_a_challenge(desk: DeskClient) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    assert not _sheets(desk)["Egret"]
    answer = prove_sheet(desk, challenge_of(desk, "Egret"), egret)
    assert answer.status == 200
    assert _sheets(desk)["Egret"]


def test_a_wrong_answer_tests_no_sheet(desk: DeskClient) -> None:
    join_by_invitation(desk, "Egret", role="moderator")
    challenge = challenge_of(desk, "Egret")
    wrong = {"challenge_id": challenge["challenge_id"], "answer": "0" * 64}
    assert desk.post("recovery/prove", wrong).status == 403
    assert not _sheets(desk)["Egret"]


def test_a_member_is_listed_with_the_slot_of_joining_and_the_newest_key_at_the_last_sign_in(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    join_by_invitation(desk, "Egret", role="moderator")
    joined = _member(desk, "Egret")
    assert joined["since"]["at"] <= newsroom.now
    assert joined["opened"] is None
    desk.browser_of("Egret")
    (epoch,) = desk.post("keys").json["epochs"]
    assert _member(desk, "Egret")["opened"] == epoch["first"]


def test_nothing_about_a_removed_member_is_kept(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    desk.browser_of("Egret")
    heron = lead_of(newsroom)
    assert desk.post("remove-member", removal_body(desk, egret, [heron], by=heron)).status == 200
    assert [row["pseudonym"] for row in newsroom.read_table("member_activity")] != []
    assert "Egret" not in {row["pseudonym"] for row in newsroom.read_table("member_activity")}
