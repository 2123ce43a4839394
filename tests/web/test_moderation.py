"""The desk in unusual situations; `test_desk_routes.py` has the usual ones."""

import base64
import gzip
import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyrage
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness, add_lead
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from yobal.adapters import error_reporting
from yobal.adapters.rendering.i18n import translator_for
from yobal.core.errors import Forbidden, InvalidInput, Reason
from yobal.core.schedule import DAY_SECONDS, next_slot
from yobal.core.tokens import invitation_token
from yobal.store.tables import sessions, sites
from yobal.store.vacuum import PURGED_TABLES
from yobal.web import errors, serializers

HEX, ID = "00" * 32, "a" * 26
WORDS = "Unrepeatable words"
PURGE = ("vacuum", "pragma wal_checkpoint")


def newcomer(token: str, **fields: Any) -> dict[str, Any]:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    body: dict[str, Any] = {
        "token": token,
        "pseudonym": "Egret",
        "secret": "22" * 32,
        "recipient": recipient,
        "identity": "",
        "recovery_recipient": recipient,
        "recovery_identity": "",
        "wraps": [],
        "epoch": None,
    }
    return body | fields


def withdrawn_comment(comment_id: str) -> dict[str, Any]:
    """What the desk is told about a comment that its author withdrew."""
    nothing = {"clause": None, "edit_kind": None, "decision_id": None}
    return {"comment_id": comment_id, "decided_by": "", "verdict": "withdrawn", **nothing}


def invite(desk: DeskClient, **fields: Any) -> str:
    token = invitation_token(secrets.token_bytes(32)).hex()
    body = {"role": "moderator", "token": token, "wraps": []} | fields
    response = desk.post("invite", body)
    assert response.status == 200, response.body
    assert response.json["hours"] == 24
    return token


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


# Invitations


def test_an_invitation_works_once_and_until_the_first_slot_after_a_day(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    late, used = invite(desk), invite(desk)
    assert desk.post("join", newcomer(used)).status == 200
    again = DeskClient(newsroom).post("join", newcomer(used, pseudonym="Ibis"))
    assert (again.status, again.json["error"]) == (410, "invitation_invalid")
    newsroom.now += 24 * 3_600
    assert DeskClient(newsroom).post("open-invitation", {"token": late}).status == 200
    newsroom.now = next_slot(newsroom.rules.schedule, newsroom.now)
    for name, body in (
        ("join", newcomer(late, pseudonym="Ibis")),
        ("open-invitation", {"token": late}),
    ):
        expired = DeskClient(newsroom).post(name, body)
        assert (expired.status, expired.json["error"]) == (410, "invitation_invalid")
    assert {item["pseudonym"] for item in newsroom.read_table("moderators")} == {"Egret", "Heron"}


def test_an_invitation_gives_only_the_role_it_was_made_for(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    token = invite(desk)
    assert desk.post("join", newcomer(token, role="lead")).status == 400
    joined = DeskClient(newsroom).post("join", newcomer(token))
    assert joined.json["role"] == "moderator"
    assert desk.post("invite", {"role": "owner", "token": HEX, "wraps": []}).status == 400


def test_a_pseudonym_that_is_taken_does_not_use_up_the_invitation(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    token, other = invite(desk), DeskClient(newsroom)
    taken = other.post("join", newcomer(token, pseudonym=" Heron "))
    assert (taken.status, taken.json["error"], other.cookie) == (409, "pseudonym_taken", "")
    assert other.post("join", newcomer(token)).status == 200


@pytest.mark.parametrize(
    "pseudonym",
    ["\u200b\u200b", "Her\u202eon", "Her\non", "\ufe0fHeron", "\u2800\u2800"],
    ids=ascii,
)
def test_a_pseudonym_is_one_line_of_plain_text(desk: DeskClient, pseudonym: str) -> None:
    response = desk.post("join", newcomer(invite(desk), pseudonym=pseudonym))
    assert (response.status, response.json["error"]) == (422, "invalid")


# Sessions


def test_a_session_ends_with_a_slot_and_a_forged_cookie_is_refused(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    assert desk.post("session").status == 200
    mine = desk.cookie
    for forged in (
        mine[:-1] + ("0" if mine[-1] != "0" else "1"),
        mine.upper()[:5],
        mine + "00",
        "__Host-yobal=",
        "__Host-yobal=zz",
        "yobal=" + mine.split("=")[1],
        "",
    ):
        desk.cookie = forged
        assert desk.post("session").status == 401, forged
    desk.cookie = mine
    (row,) = newsroom.read_table("sessions")
    assert row["expires_slot"] % 21_600 == 0
    newsroom.now = row["expires_slot"] - 1
    assert desk.post("session").status == 200
    newsroom.now += 1
    ended = desk.post("session")
    assert (ended.status, ended.json["error"]) == (401, "not_signed_in")


def test_a_session_cannot_be_forged_by_writing_to_the_database(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    token = secrets.token_bytes(32)
    for stored in (token, hashlib.sha256(token).digest()):
        row = {
            "token_hash": stored,
            "site_id": SITE_ID,
            "pseudonym": "Heron",
            "expires_slot": 2**40,
        }
        with newsroom.database.writing() as conn:
            conn.execute(sessions.insert().values(**row))
    desk.cookie = f"__Host-yobal={token.hex()}"
    assert desk.post("session").status == 401


def test_signing_out_ends_the_session_on_the_server(desk: DeskClient) -> None:
    mine = desk.cookie
    out = desk.post("sign-out")
    assert "Max-Age=0" in (out.header("set-cookie") or "")
    desk.cookie = mine
    assert desk.post("session").status == 401


# Epochs


def test_the_queue_lists_what_a_moderator_can_decrypt_and_counts_the_rest(
    newsroom: NewsroomHarness,
) -> None:
    old = newsroom.send("Sealed before.").id
    add_lead(newsroom, "Egret")
    new = newsroom.send("Sealed after.").id
    egret = signed_in(newsroom)
    queue = egret.post("queue", cursor=None).json
    assert [row["comment_id"] for row in queue["comments"]] == [new]
    assert queue["pending_count"] == 1
    session = egret.post("session").json
    assert (session["unreadable_count"], session["pending_count"]) == (1, 1)
    assert [item["wrap"] is None for item in session["epochs"]] == [False, True]
    assert session["needs_second_lead"]
    assert {row["id"] for row in newsroom.read_table("comments")} == {old, new}


def test_the_session_says_that_the_clock_is_not_trusted(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    newsroom.publish(newsroom.send("Held.").id)
    assert desk.post("session").json["is_clock_trusted"]
    with newsroom.database.writing() as conn:
        conn.execute(sites.update().values(released_slot=newsroom.now + DAY_SECONDS))
    assert not desk.post("session").json["is_clock_trusted"]


def test_two_leads_can_decrypt_an_epoch_that_is_wrapped_to_both(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("For two.").id
    heron, epoch_id = signed_in(newsroom), newsroom.read_table("epochs")[0]["id"]
    wrap = {"epoch_id": epoch_id, "wrap": base64.b64encode(b"an age file").decode()}
    token = invite(heron, role="lead", wraps=[wrap])
    egret = DeskClient(newsroom)
    joined = egret.post("join", newcomer(token, wraps=[wrap])).json
    assert (joined["role"], joined["needs_second_lead"], joined["unreadable_count"]) == (
        "lead",
        False,
        0,
    )
    assert [row["comment_id"] for row in egret.post("queue", cursor=None).json["comments"]] == [
        sent
    ]
    assert {item["pseudonym"] for item in egret.post("people").json["people"]} == {"Heron", "Egret"}


# Removing, undoing and rejecting


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


def test_undoing_many_purges_once_and_gives_a_result_for_each(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    decided = [newsroom.publish(newsroom.send(WORDS).id).decision_id for _ in range(3)]
    desk.post("undo", decision_id=decided[0])
    with counting(newsroom, PURGE) as purges:
        response = desk.post("undo-many", decision_ids=[*decided, ID]).json
    assert len(purges) == (1 if newsroom.database.is_sqlite else len(PURGED_TABLES))
    assert [item["decision_id"] for item in response["undone"]] == decided[1:]
    assert {
        item["decision_id"]: (item["error"], item["undone_by"]) for item in response["failed"]
    } == {decided[0]: ("already_undone", "Heron"), ID: ("no_such_decision", None)}
    assert response["not_stored"] == []
    assert newsroom.read_table("held_texts") == []


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
    with failing(newsroom, PURGE):
        for response in (
            desk.post("undo", decision_id=held.decision_id),
            desk.post("remove", comment_id=sent.id, clause="threats"),
        ):
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


# Malformed requests and errors


def odd_requests(epoch_id: str) -> dict[str, tuple[str, Any]]:
    wrap = {"epoch_id": epoch_id, "wrap": ""}
    invited = {"role": "moderator", "token": HEX, "wraps": [wrap]}
    secret = WORDS.encode()
    return {
        "a cursor that is too large": ("queue", {"cursor": "9" * 30 + f".{ID}"}),
        "a cursor in other digits": ("history", {"cursor": f"٣.{ID}"}),
        "a cursor with a NUL": ("history", {"cursor": "1.\0"}),
        "a name with a NUL": ("sign-in", {"pseudonym": "a\0b", "secret": HEX}),
        "a challenge with a NUL": ("recovery/challenge", {"pseudonym": "\0"}),
        "half a surrogate": ("sign-in", b'{"pseudonym":"\\ud800","secret":"' + b"0" * 64 + b'"}'),
        "an epoch twice": ("invite", invited | {"wraps": [wrap, wrap]}),
        "an invalid epoch": ("invite", invited | {"wraps": [wrap | {"epoch_id": "\0"}]}),
        "an epoch twice in a join": ("join", newcomer(HEX, wraps=[wrap, wrap])),
        "a wrap that is too large": (
            "invite",
            invited | {"wraps": [wrap | {"wrap": "A" * 16_384}]},
        ),
        "a hundred thousand brackets": ("queue", b"[" * 100_000),
        "no JSON": ("queue", secret),
        "truncated JSON": ("decide", b'{"verdict":"publish","text":"' + secret),
        "an unknown verdict": ("decide", {"verdict": WORDS, "comment_id": ID}),
        "an unknown field": ("queue", {"cursor": None, WORDS: WORDS}),
        "a number instead of a string": ("sign-in", {"pseudonym": 7, "secret": HEX}),
        "a string instead of a list": ("reject-many", {"comment_ids": WORDS, "clause": "spam"}),
    }


def test_a_malformed_request_is_refused_without_quoting_it(
    desk: DeskClient, newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    before = [newsroom.read_table(table) for table in ("invitations", "moderators", "decisions")]
    for label, (name, body) in odd_requests(newsroom.read_table("epochs")[0]["id"]).items():
        response = desk.post(name, body)
        assert (response.status, response.json["error"]) == (400, "bad_request"), label
        assert set(response.json) == {"error", "message"}, label
        assert WORDS.encode() not in response.body, label
    assert [
        newsroom.read_table(table) for table in ("invitations", "moderators", "decisions")
    ] == before
    output = capfd.readouterr()
    assert output.out + output.err == ""


def test_an_unexpected_error_shows_neither_a_traceback_nor_the_text(
    desk: DeskClient, newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    sent = newsroom.send(WORDS)
    envelope = newsroom.decrypt(sent.id)
    body = {
        "verdict": "publish",
        "comment_id": sent.id,
        "text": WORDS,
        "name": "",
        "nonce": envelope.nonce,
        "lang": "en",
    }
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql("alter table decisions rename to decisions_away")
    try:
        error_reporting.flush()  # drop the errors of other tests
        capfd.readouterr()
        response = desk.post("decide", body)
        desk.post("decide", body)  # reported once
    finally:
        with newsroom.database.writing() as conn:
            conn.exec_driver_sql("alter table decisions_away rename to decisions")
    assert response.status in (500, 503)
    assert set(response.json) == {"error", "message"}
    output = capfd.readouterr()
    for text_shown in (response.body.decode(), output.out, output.err):
        assert WORDS not in text_shown
        assert "Traceback" not in text_shown
    reason = r"( \(the database cannot be used: [^()\n]+\))?"  # a fixed sentence for each kind
    assert re.fullmatch(rf"yobal: \w+{reason} at [\w.]+:\d+( < [\w.]+:\d+)*\n", output.err)
    assert "decisions.py:" in output.err or "DatabaseUnavailable" in output.err  # where it happened
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.read_table("held_texts") == []


def test_a_body_over_256_kib_is_refused(desk: DeskClient) -> None:
    response = desk.post("queue", b'{"cursor":"' + b"a" * 300_000)
    assert (response.status, response.json["error"]) == (413, "too_large")
    assert "Nothing was changed" in response.json["message"]
    chunked = desk.post("queue", b'{"cursor":"' + b"a" * 300_000, headers={"content-length": None})
    assert (chunked.status, chunked.json["error"]) == (413, "too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/desk/nothing",
        "/assets/../desk.html",
        "/assets/desk.html",
        "/x",
        "/docs",
        "/schema",
        "/schema/openapi.json",
    ],
)
def test_an_address_that_is_not_a_route_is_not_found(sqlite_desk: DeskClient, path: str) -> None:
    response = sqlite_desk.get(path)
    assert response.status in (404, 405)
    if path.startswith("/api/"):
        assert response.json["error"] == "not_found"
    else:  # a person reads it
        assert "The desk has nothing at this address" in response.text
    assert response.header("cache-control") == "no-store"


def test_over_tls_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    desk = DeskClient(sqlite_newsroom, desk_url="https://desk.example")
    response = desk.sign_in()
    assert response.status == 200
    parts = {part.strip().lower() for part in (response.header("set-cookie") or "").split(";")[1:]}
    assert parts == {"httponly", "secure", "samesite=strict", "path=/"}
    assert (response.header("set-cookie") or "").startswith("__Host-yobal=")
    for wrong in (
        {"host": "desk.example:8443"},
        {"host": "evil.example"},
        {"host": None},
        {"origin": "https://desk.example:8443"},
        {"origin": "http://desk.example"},
        {"origin": "null"},
        {"origin": "https://desk.example.evil.example"},
    ):
        response = desk.post("session", headers=wrong)
        assert (response.status, response.json["error"]) == (403, "origin_mismatch"), wrong
    assert desk.post("session").status == 200


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
    assert (row["root_id"], row["parent_id"], row["has_receipt"], row["age_days"]) == (
        root.id,
        root.id,
        False,
        0,
    )
    assert row["parent"] == {"name": "Dara", "text": "Root.", "lang": "en"}


def test_the_site_name_comes_from_the_current_settings(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    renamed = DeskClient(newsroom, site_name="The Lake Post")
    renamed.cookie = desk.cookie
    assert renamed.post("session").json["site_name"] == "The Lake Post"
    assert "The Lake Post" in renamed.get("/").text


def test_errors_are_told_in_the_desks_language(monkeypatch: pytest.MonkeyPatch) -> None:
    translations = {
        "Nothing was changed: %(reasons)s.": "Rien n'a changé : %(reasons)s.",
        "a note has at most %(limit)s characters": "une note a au plus %(limit)s caractères",
        "Only a lead can do this.": "Réservé aux responsables.",
        "The desk has nothing at this address.": "Rien à cette adresse.",
    }
    french = translator_for("en")
    monkeypatch.setattr(french, "gettext", lambda message: translations.get(message, message))
    note = InvalidInput(Reason("a note has at most %(limit)s characters", {"limit": 300}), "x")
    assert errors.to_response(note)[1].message == (
        "Rien n'a changé : une note a au plus 300 caractères; x."
    )
    assert errors.to_response(Forbidden())[1].message == "Réservé aux responsables."
    assert errors.framework_error(404).message == "Rien à cette adresse."


def test_what_a_moderator_sends_is_never_read_as_a_placeholder(desk: DeskClient) -> None:
    assert desk.sign_in().status == 200
    refused = desk.post("remove", comment_id="a" * 26, clause="%(limit)s %s {detail}")
    assert refused.status == 422
    assert "“%(limit)s %s {detail}”" in refused.json["message"]
