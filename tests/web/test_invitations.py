"""Invitations, sessions and the keys of epochs, in unusual situations."""

import base64
import hashlib
import secrets
from typing import Any

import pyrage
import pytest

from tests.harness import SITE_ID, NewsroomHarness, lead_of
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    confirm,
    invite,
    join_by_invitation,
    member_added,
    moderator_of,
    newcomer,
    newest_epoch_id,
    register,
    removal_body,
)
from yobal.core.schedule import DAY_SECONDS, next_slot
from yobal.demo.keys import from_passphrase
from yobal.store.tables import sessions, sites

HEX, ID = "00" * 32, "a" * 26
WORDS = "Unrepeatable words"
PURGE = ("vacuum", "pragma wal_checkpoint")


def test_an_invitation_works_once_and_until_the_first_slot_after_a_day(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    late, used = invite(desk), invite(desk)
    assert register(desk, used, moderator_of("Egret")).status == 200
    again = register(desk, used, moderator_of("Ibis"))
    assert (again.status, again.json["error"]) == (410, "invitation_invalid")
    newsroom.now += 24 * 3_600
    assert DeskClient(newsroom).post("open-invitation", {"token": late}).status == 200
    newsroom.now = next_slot(newsroom.rules.schedule, newsroom.now)
    body = {"token": late, "head": HEX, "newcomer": newcomer(moderator_of("Ibis"))}
    for name, content in (("register", body), ("open-invitation", {"token": late})):
        expired = DeskClient(newsroom).post(name, content)
        assert (expired.status, expired.json["error"]) == (410, "invitation_invalid")
    assert signed_in(newsroom).post("people").json["registrations"] == [], "expired as well"


def test_a_registered_person_is_no_member_until_a_lead_signs(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret, sent = moderator_of("Egret"), newsroom.send("For two.")
    assert register(desk, invite(desk), egret).status == 200
    stranger = desk.browser_of(None)
    assert stranger.sign_in("Egret", egret.sign_in_seed).status == 403
    (registration,) = desk.post("people").json["registrations"]
    assert confirm(desk, registration, by=lead_of(newsroom)).status == 200
    assert stranger.sign_in("Egret", egret.sign_in_seed).status == 200
    session = stranger.post("session").json
    assert (session["role"], session["unreadable_count"]) == ("moderator", 0)
    rows = stranger.post("queue", cursor=None).json["comments"]
    assert [row["comment_id"] for row in rows] == [sent.id]
    people = desk.post("people").json
    assert (people["registrations"], people["invitations"]) == ([], [])


def test_an_altered_registration_cannot_be_confirmed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    heron = lead_of(newsroom)
    assert register(desk, invite(desk), moderator_of("Egret")).status == 200
    assert register(desk, invite(desk), moderator_of("Ibis")).status == 200
    registrations = desk.post("people").json["registrations"]
    egret, ibis = sorted(
        registrations, key=lambda registration: registration["keys"].find("Egret") < 0
    )
    wrap = [{"epoch_id": newest_epoch_id(desk), "wrap": "AAAA"}]
    statement = member_added(desk, egret, by=heron)

    def post(registration_id: str, signed: Any, wraps: Any) -> int:
        return desk.post(
            "confirm-member",
            registration_id=registration_id,
            statement=as_json(signed),
            wraps=wraps,
        ).status

    mine = egret["registration_id"]
    as_lead = member_added(desk, egret, by=heron, role="lead")
    by_stranger = member_added(desk, egret, by=moderator_of("Egret"))
    assert post(ibis["registration_id"], statement, wrap) == 422, "of another person"
    assert post(mine, as_lead, wrap) == 422, "in another role"
    assert post(mine, by_stranger, wrap) == 422, "signed by somebody else"
    assert post(mine, statement, []) == 422, "without a key"
    assert post(mine, statement, wrap * 2) == 422, "the same key twice"
    assert post(mine, statement, [wrap[0] | {"epoch_id": ID}]) == 422, "of no epoch"
    assert len(newsroom.read_table("statements")) == 2, "nothing has changed yet"
    assert post(mine, statement, wrap) == 200
    assert post(mine, statement, wrap) == 410
    assert post(ibis["registration_id"], member_added(desk, ibis, by=heron), wrap) == 200


def test_a_lead_signs_only_for_themselves(desk: DeskClient) -> None:
    egret = join_by_invitation(desk, "Egret", role="lead")
    assert register(desk, invite(desk), moderator_of("Ibis")).status == 200
    (registration,) = desk.post("people").json["registrations"]
    assert confirm(desk, registration, by=egret).status == 403, "Heron is signed in"


def test_a_discarded_registration_cannot_be_confirmed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    token = invite(desk)
    assert register(desk, token, moderator_of("Egret")).status == 200
    (registration,) = desk.post("people").json["registrations"]
    registration_id = registration["registration_id"]
    assert desk.post("discard-registration", registration_id=registration_id).status == 200
    assert confirm(desk, registration, by=lead_of(newsroom)).status == 410
    assert register(desk, token, moderator_of("Egret")).status == 410, "the link stays used"


def test_an_invitation_gives_only_the_role_it_was_made_for(desk: DeskClient) -> None:
    token = invite(desk)
    body = {"token": token, "head": HEX, "newcomer": newcomer(moderator_of("Egret"))}
    assert desk.post("register", body | {"role": "lead"}).status == 400
    assert register(desk, token, moderator_of("Egret")).status == 200
    (registration,) = desk.post("people").json["registrations"]
    assert registration["role"] == "moderator"
    assert desk.post("invite", {"role": "owner", "token": HEX}).status == 400


def test_a_pseudonym_that_is_taken_does_not_use_up_the_invitation(desk: DeskClient) -> None:
    token = invite(desk)
    taken = register(desk, token, moderator_of("Heron"))
    assert (taken.status, taken.json["error"]) == (409, "pseudonym_taken")
    assert register(desk, token, moderator_of("Egret")).status == 200


@pytest.mark.parametrize(
    "pseudonym",
    ["\u200b\u200b", "Her\u202eon", "Her\non", "\ufe0fHeron", "\u2800\u2800", " Egret"],
    ids=ascii,
)
def test_a_pseudonym_is_one_line_of_plain_text(desk: DeskClient, pseudonym: str) -> None:
    response = register(desk, invite(desk), moderator_of(pseudonym))
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
            "begun_slot": 0,
            "is_locked": False,
            "device_label": "",
            "expires_slot": 2**40,
            "mac": secrets.token_bytes(32),  # its key is in `secrets/`
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
    desk, lead = signed_in(newsroom), lead_of(newsroom)
    ibis = join_by_invitation(desk, "Ibis", role="moderator")
    removal = removal_body(desk, ibis, [lead], by=lead)  # a new epoch begins
    assert desk.post("remove-member", removal).status == 200
    new = newsroom.send("Sealed after.").id
    join_by_invitation(desk, "Egret", role="moderator")  # with the newest epoch's key only
    egret = desk.browser_of("Egret")
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
    sent, desk = newsroom.send("For two."), signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="lead")
    browser = desk.browser_of("Egret")
    session = browser.post("session").json
    assert (session["role"], session["needs_second_lead"], session["unreadable_count"]) == (
        "lead",
        False,
        0,
    )
    (epoch,) = session["epochs"]
    _, unlocking = from_passphrase(SITE_ID, "Egret", egret.passphrase)
    personal = _identity(pyrage.decrypt(egret.identity, [unlocking]))
    opened = _identity(pyrage.decrypt(base64.b64decode(epoch["wrap"]), [personal]))
    (row,) = browser.post("queue", cursor=None).json["comments"]
    assert row["comment_id"] == sent.id
    assert b"For two." in pyrage.decrypt(base64.b64decode(row["envelope"]), [opened])


def _identity(line: bytes) -> Any:
    return pyrage.x25519.Identity.from_str(line.decode().strip())
