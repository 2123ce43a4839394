"""Decisions, removals and undos in unusual situations; `test_desk_routes.py` has the usual ones."""

import base64
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyrage
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from yobal.web import serializers

HEX, ID = "00" * 32, "a" * 26
WORDS = "Unrepeatable words"
PURGE = ("vacuum", "pragma wal_checkpoint")


def withdrawn_comment(comment_id: str) -> dict[str, Any]:
    """What the desk is told about a comment that its author withdrew."""
    nothing = {"clause": None, "edit_kind": None, "decision_id": None}
    return {"comment_id": comment_id, "decided_by": "", "verdict": "withdrawn", **nothing}


@contextmanager
def counting(newsroom: NewsroomHarness, prefix: tuple[str, ...] | str) -> Iterator[list[str]]:
    """Collects every statement with this prefix that is sent to the database."""
    statements: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lower().startswith(prefix):
            statements.append(statement)

    sa.event.listen(newsroom.database.engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        sa.event.remove(newsroom.database.engine, "before_cursor_execute", record)


@contextmanager
def failing(
    newsroom: NewsroomHarness, prefix: tuple[str, ...] | str, *, after: int = 0
) -> Iterator[None]:
    """Makes the database fail at statements with this prefix, from the one after `after` on."""
    remaining = after

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal remaining
        if statement.lower().startswith(prefix):
            remaining -= 1
            if remaining < 0:
                raise OperationalError(statement, {}, Exception("disk full"))

    sa.event.listen(newsroom.database.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        sa.event.remove(newsroom.database.engine, "before_cursor_execute", fail)


def test_a_removed_text_is_in_no_file_when_the_response_is_sent(newsroom: NewsroomHarness) -> None:
    root = newsroom.publish_new(f"{WORDS}, root.", name="Somebody known")
    reply = newsroom.publish_new(f"{WORDS}, reply.", parent_id=root.id)
    desk = signed_in(newsroom)
    for at, sent in enumerate((reply, root)):
        response = desk.post("remove", comment_id=sent.id, clause="threats")
        assert response.status == 200
        assert response.json["state"] == "removed"
        remaining = f"{WORDS}, root." if at == 0 else WORDS
        files = [
            gzip.decompress(raw) if key.endswith(".gz") else raw
            for key, raw in newsroom.read_all_files().items()
        ]
        removed = f"{WORDS}, reply." if at == 0 else WORDS
        assert not any(removed.encode() in raw for raw in files)
        assert any(remaining.encode() in raw for raw in files) is (at == 0)
    assert not any(b"Somebody known" in raw for raw in files)
    again = desk.post("remove", comment_id=root.id, clause="threats")
    assert again.status in (404, 409)
    assert all(row["text"] is None for row in desk.post("history", cursor=None).json["entries"])


def test_rejecting_many_lists_comments_that_were_decided_or_withdrawn_before(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    waiting, held, withdrawn = newsroom.send(), newsroom.send(), newsroom.send()
    edited = newsroom.publish_edited(held.id, "Call ▮▮▮▮▮▮▮▮.", decided_by="Egret")
    newsroom.request_withdrawal(withdrawn.code)
    newsroom.run_scheduler()
    ids = [waiting.id, held.id, withdrawn.id, "b" * 26]
    response = desk.post("reject-many", comment_ids=ids, clause="spam").json
    assert [item["comment_id"] for item in response["decided"]] == [waiting.id]
    assert response["already_decided"] == [
        {
            "comment_id": held.id,
            "decided_by": "Egret",
            "verdict": "publish_edited",
            "clause": "personal-data",
            "edit_kind": "masked",
            "decision_id": edited.decision_id,
        },
        withdrawn_comment(withdrawn.id),
        withdrawn_comment("b" * 26),
    ]
    assert response["not_stored"] == []
    assert (newsroom.state(held.id), newsroom.state(withdrawn.id)) == ("held", "withdrawn")
    assert desk.post("reject-many", comment_ids=[], clause="spam").status == 400
    assert desk.post("reject-many", comment_ids=[ID] * 51, clause="spam").status == 400


def test_an_undone_text_is_deleted_when_the_response_is_sent(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = newsroom.send(WORDS)
    decided = newsroom.publish(sent.id)
    assert [row["text"] for row in desk.post("history", cursor=None).json["entries"]] == [WORDS]
    assert desk.post("undo", decision_id=decided.decision_id).json == {
        "comment_id": sent.id,
        "state": "pending",
    }
    assert newsroom.read_table("held_texts") == []
    again = desk.post("undo", decision_id=decided.decision_id)
    assert (again.status, again.json["error"]) == (409, "already_undone")
    assert again.json["undone_by"] == "Heron"
    assert all(row["text"] is None for row in desk.post("history", cursor=None).json["entries"])


def test_already_decided_lists_what_others_decided_with_their_names(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    waiting, held, withdrawn = newsroom.send(), newsroom.send(), newsroom.send()
    published = newsroom.publish(held.id, decided_by="Egret")
    newsroom.request_withdrawal(withdrawn.code)
    newsroom.run_scheduler()
    response = desk.post("already-decided", comment_ids=[waiting.id, held.id, withdrawn.id]).json
    assert response["already_decided"] == [
        {
            "comment_id": held.id,
            "decided_by": "Egret",
            "verdict": "publish",
            "clause": None,
            "edit_kind": None,
            "decision_id": published.decision_id,
        },
        withdrawn_comment(withdrawn.id),
    ]
    desk.post("undo", decision_id=published.decision_id)
    assert [
        item["comment_id"]
        for item in desk.post("already-decided", comment_ids=[held.id, withdrawn.id]).json[
            "already_decided"
        ]
    ] == [withdrawn.id]


def test_already_decided_names_who_undid_or_removed_what_a_moderator_decided(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = [newsroom.send() for _ in range(5)]
    undone, decided_again, in_force, removed, withdrawn = sent
    results = [newsroom.publish(undone.id), newsroom.reject(decided_again.id)]
    for result in results:
        newsroom.undo(result, decided_by="Egret")
    decided_by_egret = newsroom.publish(decided_again.id, decided_by="Egret").decision_id
    results += [newsroom.publish(comment.id) for comment in (in_force, removed, withdrawn)]
    decided = {result.comment_id: result.decision_id for result in results}
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    newsroom.remove(removed.id, clause="threats", decided_by="Egret")
    newsroom.remove(decided_again.id, clause="spam", decided_by="Dara")
    newsroom.request_withdrawal(withdrawn.code)
    newsroom.run_scheduler()

    ids = [*decided.values(), decided_by_egret, "b" * 26]
    response = desk.post("already-decided", comment_ids=[], decision_ids=ids).json
    assert {
        item["decision_id"]: (item["comment_id"], item["verdict"], item["decided_by"])
        for item in response["superseded"]
    } == {
        decided[undone.id]: (undone.id, "undo", "Egret"),
        decided[removed.id]: (removed.id, "remove", "Egret"),
        decided[withdrawn.id]: (withdrawn.id, "withdrawn", ""),
        decided[decided_again.id]: (decided_again.id, "undo", "Egret"),
        decided_by_egret: (decided_again.id, "remove", "Dara"),
    }
    clauses = {item["decision_id"]: item["clause"] for item in response["superseded"]}
    assert (clauses[decided[removed.id]], clauses[decided[undone.id]]) == ("threats", None)


def test_an_undo_in_the_history_names_what_it_reversed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    rejected = newsroom.reject(newsroom.send().id, clause="spam")
    desk.post("undo", decision_id=rejected.decision_id)
    entries = desk.post("history", comment_id=rejected.comment_id).json["entries"]
    by_verdict = {entry["verdict"]: entry for entry in entries}
    assert by_verdict["undo"]["undoes"] == {
        "verdict": "reject",
        "clause": "spam",
        "edit_kind": None,
    }
    assert by_verdict["reject"]["undoes"] is None


def test_rejecting_many_lists_what_was_not_stored_when_the_database_failed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    ids = [newsroom.send().id for _ in range(4)]
    with failing(newsroom, "insert into decisions", after=2):
        response = desk.post("reject-many", comment_ids=ids, clause="spam")
    assert response.status == 200
    assert [item["comment_id"] for item in response.json["decided"]] == ids[:2]
    assert response.json["not_stored"] == ids[2:]
    assert [newsroom.state(comment_id) for comment_id in ids] == [
        "rejected",
        "rejected",
        "pending",
        "pending",
    ]
    again = desk.post("reject-many", comment_ids=ids, clause="spam").json
    assert [item["comment_id"] for item in again["decided"]] == ids[2:]
    assert [
        (item["decided_by"], item["verdict"], item["decision_id"])
        for item in again["already_decided"]
    ] == [("Heron", "reject", item["decision_id"]) for item in response.json["decided"]]


def test_undoing_many_destroys_their_keys_and_gives_a_result_for_each(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    decided = [newsroom.publish(newsroom.send(WORDS).id).decision_id for _ in range(3)]
    desk.post("undo", decision_id=decided[0])
    with counting(newsroom, PURGE) as purges:
        response = desk.post("undo-many", decision_ids=[*decided, ID]).json
    assert purges == [], "without its key, what the files hold of a text is noise"
    assert [item["decision_id"] for item in response["undone"]] == decided[1:]
    assert {
        item["decision_id"]: (item["error"], item["undone_by"]) for item in response["failed"]
    } == {decided[0]: ("already_undone", "Heron"), ID: ("no_such_decision", None)}
    assert response["not_stored"] == []
    assert newsroom.read_table("held_texts") == newsroom.read_table("expired_cells") == []


def test_undoing_many_lists_what_was_not_stored_when_the_database_failed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    decided = [newsroom.publish(newsroom.send().id).decision_id for _ in range(3)]
    with failing(newsroom, "insert into decisions", after=1):
        response = desk.post("undo-many", decision_ids=decided).json
    assert [item["decision_id"] for item in response["undone"]] == decided[:1]
    assert response["not_stored"] == decided[1:]


def test_a_purge_that_fails_after_a_change_says_that_the_change_is_done(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent, held = newsroom.publish_new(WORDS), newsroom.publish(newsroom.send(WORDS).id)
    with failing(newsroom, "delete from expired_cells"):
        undone = desk.post("undo", decision_id=held.decision_id)
    with failing(newsroom, PURGE):
        removed = desk.post("remove", comment_id=sent.id, clause="threats")
    for response in (undone, removed):
        assert (response.status, response.json["error"]) == (503, "purge_pending")
        assert response.json["message"].startswith("Done,")
    assert (newsroom.state(held.comment_id), newsroom.state(sent.id)) == ("pending", "removed")


def test_a_broken_rule_is_explained_in_words_and_not_in_codes(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = newsroom.send()
    body = {
        "verdict": "publish_edited",
        "comment_id": sent.id,
        "name": "n" * 61,
        "edit_kind": "reworded",
        "clause": "facts",
        "lang": "en",
    }
    for text, message in {
        "": "Nothing was changed: the comment is empty; the name has 61 characters and the limit is 60.",
        "a" + "\u0300" * 20_000: "a character of the comment has too many combining marks",
    }.items():
        response = desk.post("decide", body | {"text": text})
        assert (response.status, response.json["error"]) == (422, "invalid")
        assert message in response.json["message"]
        assert "_" not in response.json["message"]


def test_the_history_of_one_comment_has_only_its_decisions(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    first, other = newsroom.send(WORDS), newsroom.send()
    newsroom.undo(newsroom.reject(first.id))
    newsroom.publish(first.id)
    newsroom.publish(other.id)
    rows = desk.post("history", cursor=None, comment_id=first.id).json["entries"]
    assert {row["comment_id"] for row in rows} == {first.id}
    assert sorted(row["verdict"] for row in rows) == ["publish", "reject", "undo"]
    assert desk.post("history", cursor=None, comment_id=ID).json == {
        "entries": [],
        "next_cursor": None,
    }
    assert desk.post("history", cursor=None, comment_id="c-1").status == 400
    assert len(desk.post("history", cursor=None).json["entries"]) == 4


def test_the_label_of_a_slot_has_the_day_only_if_it_is_a_day_away(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    evening = 1_900_000_800
    near = serializers.slot_with_label(sqlite_newsroom.rules, evening + 3_600, now=evening)
    far = serializers.slot_with_label(sqlite_newsroom.rules, evening + 30 * 3_600, now=evening)
    assert re.fullmatch(r"\d\d:\d\d", near.label)
    assert re.fullmatch(r"2030-03-\d\d \d\d:\d\d", far.label)


def test_a_queue_row_has_the_fields_of_the_comments_row(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    root = newsroom.publish_new("Root.", name="Dara")
    sent = newsroom.send("Answer.", parent_id=root.id, edition="km", receipt=False)
    (row,) = desk.post("queue", cursor=None).json["comments"]
    plain = pyrage.decrypt(
        base64.b64decode(row["envelope"]), [newsroom.epoch_identity(row["epoch_id"])]
    )
    assert b'"Answer."' in plain
    assert (row["comment_id"], row["site_id"], row["story_id"], row["edition"]) == (
        sent.id,
        SITE_ID,
        STORY_ID,
        "km",
    )
    assert (row["root_id"], row["parent_id"], row["recipients"], row["age_days"]) == (
        root.id,
        root.id,
        [],
        0,
    )
    assert row["parent"] == {"name": "Dara", "text": "Root.", "lang": "en"}
