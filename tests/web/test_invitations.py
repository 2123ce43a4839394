"""Invitations, sessions and the keys of epochs, in unusual situations."""

import base64
import hashlib
import secrets
from typing import Any

import pytest

from tests.harness import SITE_ID, NewsroomHarness, add_lead
from tests.in_process_client import DeskClient
from tests.web.conftest import newcomer, signed_in
from yobal.core.schedule import DAY_SECONDS, next_slot
from yobal.core.tokens import invitation_token
from yobal.store.tables import sessions, sites

HEX, ID = "00" * 32, "a" * 26
WORDS = "Unrepeatable words"
PURGE = ("vacuum", "pragma wal_checkpoint")


def invite(desk: DeskClient, **fields: Any) -> str:
    token = invitation_token(secrets.token_bytes(32)).hex()
    body = {"role": "moderator", "token": token, "wraps": []} | fields
    response = desk.post("invite", body)
    assert response.status == 200, response.body
    assert response.json["hours"] == 24
    return token


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
