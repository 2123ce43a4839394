"""Signing in, signing out, recovery, and what the first lead's invitation ends."""

import base64
import hashlib
import re
from typing import Any

import pyrage
import pytest

from tests.harness import NewsroomHarness
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from tests.web.desk_keys import join_by_invitation, make_keys, to_base64
from yobal.actions import setup_site
from yobal.core.tokens import invitation_token
from yobal.store import people
from yobal.web.guard import COOKIE

HEX = "00" * 32


@pytest.fixture
def newsroom(sqlite_newsroom: NewsroomHarness) -> NewsroomHarness:
    """SQLite only: access does not depend on the database."""
    return sqlite_newsroom


@pytest.fixture
def desk(newsroom: NewsroomHarness) -> DeskClient:
    return signed_in(newsroom)


def test_signing_in_does_not_reveal_whether_a_pseudonym_exists(desk: DeskClient) -> None:
    existing = desk.browser_of(None).post("sign-in", {"pseudonym": "Heron", "secret": HEX})
    unknown = desk.browser_of(None).post("sign-in", {"pseudonym": "Nobody", "secret": HEX})
    assert (existing.status, existing.body, existing.headers) == (
        unknown.status,
        unknown.body,
        unknown.headers,
    )
    assert existing.status == 403
    shapes_by_name: dict[str, set[tuple[bytes, int]]] = {"Heron": set(), "Nobody": set()}
    for name, listed in shapes_by_name.items():
        for _ in range(10):
            challenge = desk.browser_of(None).post("recovery/challenge", {"pseudonym": name})
            assert (challenge.status, set(challenge.json)) == (200, {"challenge_id", "sealed"})
            listed.add(_shape(base64.b64decode(challenge.json["sealed"])))
    assert shapes_by_name["Heron"] == shapes_by_name["Nobody"]
    assert len(shapes_by_name["Heron"]) == 1


def _shape(sealed: bytes) -> tuple[bytes, int]:
    """The kinds of an age file's recipients, and the length of its content.

    The length of the whole file varies: age adds a random stanza, called grease.
    """
    header, _, rest = sealed.partition(b"\n--- ")
    kinds = [kind for kind in re.findall(rb"(?m)^-> (\S+)", header) if b"-grease" not in kind]
    return b" ".join(kinds), len(rest.partition(b"\n")[2])


def test_signing_in_sets_a_cookie_for_this_host_and_signing_out_ends_it(
    desk: DeskClient,
) -> None:
    join_by_invitation(desk, "Egret", role="lead", secret=b"k" * 32)
    response = desk.browser_of(None).post(
        "sign-in", {"pseudonym": " Egret ", "secret": (b"k" * 32).hex()}
    )
    assert response.status == 200
    cookie = response.header("set-cookie") or ""
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE}=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    own_wrap = {"cookie": cookie.split(";")[0]}
    assert desk.post("session", headers=own_wrap).json["pseudonym"] == "Egret"
    desk.post("sign-out", headers=own_wrap)
    assert desk.post("session", headers=own_wrap).status == 401


def test_recovery_sets_a_new_passphrase_and_ends_old_sessions(
    desk: DeskClient,
) -> None:
    sheet = join_by_invitation(desk, "Egret", role="moderator", secret=b"o" * 32)
    old = {"cookie": desk.browser_of("Egret").cookie}
    challenge = desk.browser_of(None).post("recovery/challenge", {"pseudonym": "Egret"}).json
    answer = pyrage.decrypt(base64.b64decode(challenge["sealed"]), [sheet]).hex()
    body = {"challenge_id": challenge["challenge_id"], "answer": answer}
    proved = desk.browser_of(None).post("recovery/prove", body).json
    personal = pyrage.decrypt(base64.b64decode(proved["identity"]), [sheet])
    assert personal.startswith(b"AGE-SECRET-KEY-1")
    new = {"ticket": proved["ticket"], "secret": (b"n" * 32).hex(), "identity": to_base64(b"new")}
    assert desk.browser_of(None).post("recovery/finish", new).json["pseudonym"] == "Egret"
    assert desk.browser_of(None).post("recovery/finish", new).status == 403, "used once"
    assert desk.browser_of(None).post("recovery/prove", body).status == 403, (
        "the passphrase changed"
    )
    assert desk.post("session", headers=old).status == 401
    for secret, status in ((b"o", 403), (b"n", 200)):
        credentials = {"pseudonym": "Egret", "secret": (secret * 32).hex()}
        assert desk.browser_of(None).post("sign-in", credentials).status == status


def test_a_moderator_who_was_deactivated_meanwhile_cannot_recover(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sheet = join_by_invitation(desk, "Egret", role="moderator")
    challenge = desk.browser_of(None).post("recovery/challenge", {"pseudonym": "Egret"}).json
    answer = pyrage.decrypt(base64.b64decode(challenge["sealed"]), [sheet]).hex()
    body = {"challenge_id": challenge["challenge_id"], "answer": answer}
    ticket = desk.browser_of(None).post("recovery/prove", body).json["ticket"]
    with newsroom.database.writing() as conn:
        people.deactivate_all(conn, newsroom.rules.site_id)
    new = {"ticket": ticket, "secret": HEX, "identity": ""}
    assert desk.browser_of(None).post("recovery/finish", new).status == 403
    assert newsroom.read_table("sessions") == []


def test_a_wrong_answer_or_an_unknown_pseudonym_cannot_recover(desk: DeskClient) -> None:
    for name in ("Heron", "Nobody"):
        challenge = desk.browser_of(None).post("recovery/challenge", {"pseudonym": name}).json
        wrong = {"challenge_id": challenge["challenge_id"], "answer": HEX}
        assert desk.browser_of(None).post("recovery/prove", wrong).status == 403
    finish = {"ticket": challenge["challenge_id"], "secret": HEX, "identity": ""}
    assert desk.browser_of(None).post("recovery/finish", finish).status == 403


def test_the_first_leads_invitation_deactivates_everyone_before(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    old = {"cookie": desk.cookie}
    token = setup_site.invite_first_lead(newsroom.database, newsroom.rules, now=newsroom.now)
    token = invitation_token(base64.urlsafe_b64decode(token + "=")).hex()
    envelope = desk.browser_of(None).post("open-invitation", {"token": token}).json
    assert envelope == {"role": "lead", "is_first": True, "wraps": []}
    _, recipient = make_keys()
    joined = {
        "token": token,
        "pseudonym": "Egret",
        "secret": HEX,
        "recipient": recipient,
        "identity": "",
        "recovery_recipient": recipient,
        "recovery_identity": "",
        "wraps": [{"epoch_id": "first", "wrap": to_base64(b"w")}],
        "epoch": {"recipient": recipient},
    }
    wrong: dict[str, dict[str, Any]] = {
        "no epoch": {"epoch": None},
        "no wrap": {"wraps": []},
        "no key": {"recipient": "age1nothing"},
        "no sheet": {"recovery_recipient": "age1nothing"},
        "no recipient": {"epoch": {"recipient": "age1nothing"}},
        "a name with signs": {"pseudonym": "Eg\u202eret"},
        "a short name": {"pseudonym": "E"},
    }
    for what, changed in wrong.items():
        assert desk.browser_of(None).post("join", joined | changed).status == 422, what
    assert desk.post("session", headers=old).status == 200, "nothing has changed yet"
    taken = desk.browser_of(None).post("join", joined | {"pseudonym": "Heron"})
    assert (taken.status, taken.json["error"]) == (409, "pseudonym_taken")
    assert desk.browser_of(None).post("join", joined).status == 200
    assert desk.post("session", headers=old).status == 401
    assert desk.browser_of(None).post("join", joined).status == 410
    epochs = sorted(newsroom.read_table("epochs"), key=lambda row: row["number"])
    assert [row["recipient"] == recipient for row in epochs] == [False, True]


def test_the_database_has_only_hashes_of_secrets_and_session_tokens(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    join_by_invitation(desk, "Egret", role="moderator", secret=b"k" * 32)
    hashes = {bytes(row["secret_hash"]) for row in newsroom.read_table("moderators")}
    assert hashlib.sha256(b"k" * 32).digest() in hashes
    cookie = desk.browser_of("Egret").cookie.partition("=")[2]
    assert bytes.fromhex(cookie) not in {
        bytes(row["token_hash"]) for row in newsroom.read_table("sessions")
    }
