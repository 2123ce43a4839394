"""The desk's routes for removed comments: everybody sees the list, and only a lead acts on it."""

from typing import Any

from tests.harness import NewsroomHarness, lead_of
from tests.in_process_client import DeskClient
from tests.web.desk_keys import join_by_invitation, removal_body
from yobal.actions import suspend
from yobal.core.hidden_text import REMOVALS_MAX


def _hidden(desk: DeskClient) -> Any:
    return desk.post("hidden", cursor=None).json


def _remove(desk: DeskClient, newsroom: NewsroomHarness, words: str = "Hidden words.") -> str:
    sent = newsroom.publish_new(words)
    assert desk.post("remove", comment_id=sent.id, clause="spam").status == 200
    return sent.id


def test_the_list_says_what_by_whom_and_when_it_is_destroyed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    comment_id = _remove(desk, newsroom)
    page = _hidden(desk)
    (item,) = page["comments"]
    assert (item["comment_id"], item["text"]) == (comment_id, "Hidden words.")
    assert (item["decided_by"], item["clause"]) == (newsroom.pseudonym, "spam")
    assert item["destroyed_with"]["at"] > newsroom.now
    assert (page["total"], page["waiting_for_lead"]) == (1, 0)


def test_a_lead_brings_it_back_and_the_page_shows_it_when_the_answer_comes(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    _remove(desk, newsroom)
    (item,) = _hidden(desk)["comments"]
    assert "Hidden words." not in newsroom.read_file("en/index.html")
    named = {key: item[key] for key in ("comment_id", "decision_id")}
    answer = desk.post("bring-back", comments=[named])
    assert answer.json["comment_ids"] == [item["comment_id"]]
    assert "Hidden words." in newsroom.read_file("en/index.html")
    assert _hidden(desk)["comments"] == []
    again = desk.post("bring-back", comments=[named])
    assert [failed["error"] for failed in again.json["failed"]] == ["already_undone"]


def test_a_lead_destroys_it_at_once(desk: DeskClient, newsroom: NewsroomHarness) -> None:
    comment_id = _remove(desk, newsroom)
    (row,) = newsroom.read_table("hidden_texts")
    key = newsroom.cells()[row["cell"]]
    answer = desk.post("destroy-hidden", comments=[{"comment_id": comment_id}])
    assert answer.json["comment_ids"] == [comment_id]
    assert newsroom.cells()[row["cell"]] != key
    again = desk.post("destroy-hidden", comments=[{"comment_id": comment_id}])
    assert [failed["error"] for failed in again.json["failed"]] == ["not_hidden"]


def test_a_moderator_sees_the_list_and_may_not_act(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    comment_id = _remove(desk, newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    egret = desk.browser_of("Egret")
    (item,) = _hidden(egret)["comments"]
    named = {key: item[key] for key in ("comment_id", "decision_id")}
    for route, body in (("bring-back", [named]), ("destroy-hidden", [{"comment_id": comment_id}])):
        assert egret.post(route, comments=body).json["error"] == "forbidden", route
    assert len(_hidden(egret)["comments"]) == 1


def test_texts_that_a_removed_or_suspended_member_has_hidden_wait_for_a_lead(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    members = [join_by_invitation(desk, name, role="moderator") for name in ("Egret", "Plover")]
    for name in ("Egret", "Plover"):
        _remove(desk.browser_of(name), newsroom, f"Removed by {name}.")
    heron = lead_of(newsroom)
    body = removal_body(desk, members[0], [heron, members[1]], by=heron)
    assert desk.post("remove-member", body).status == 200
    suspend.suspend(newsroom.database, newsroom.rules.site_id, pseudonym="Plover")
    assert [item["destroyed_with"] for item in _hidden(desk)["comments"]] == [None, None]
    assert desk.post("session", {}).json["hidden_waiting_count"] == 2
    newsroom.pass_slots(3)
    assert len(newsroom.hidden_texts()) == 2


def test_beyond_the_limit_the_desk_shows_it_to_every_lead(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = [newsroom.send(f"Comment {number}.") for number in range(REMOVALS_MAX + 1)]
    for comment in sent:
        newsroom.publish(comment.id)
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    for comment in sent:
        assert desk.post("remove", comment_id=comment.id, clause="spam").status == 200
    assert desk.post("session", {}).json["hidden_waiting_count"] == REMOVALS_MAX + 1


def test_a_withheld_text_is_shown_neither_in_the_history_nor_on_the_receipt_nor_as_a_parent(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = newsroom.publish_new("Perhaps forged.")
    reply = newsroom.send("A reply.", parent_id=sent.id)
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql("update published_comments set is_withheld = true")
    (entry,) = desk.post("history", cursor=None).json["entries"]
    assert (entry["text"], entry["name"], entry["is_withheld"]) == (None, None, True)
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (receipt.status.text, receipt.status.is_withheld) == (None, True)
    assert receipt.can_withdraw
    queue = desk.post("queue", cursor=None).json["comments"]
    assert [(row["comment_id"], row["parent"]) for row in queue] == [(reply.id, None)]


def test_control_the_same_text_is_shown_while_it_verifies(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = newsroom.publish_new("Genuine.")
    (entry,) = desk.post("history", cursor=None).json["entries"]
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (entry["text"], receipt.status.text) == ("Genuine.", "Genuine.")
