"""Signing in, signing out, recovery, and what the first lead's invitation ends."""

import base64
import re
from typing import Any

import pyrage
import pytest

from tests.harness import SITE_ID, NewsroomHarness, lead_of
from tests.in_process_client import DeskClient, Response, sign_in_body
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    challenge_of,
    finish_recovery,
    join_by_invitation,
    moderator_of,
    new_words,
    newcomer,
    prove_sheet,
    to_base64,
)
from yobal.actions import setup_site
from yobal.actions.challenges import CHALLENGE_SECONDS
from yobal.core.tokens import invitation_token
from yobal.demo.keys import NewModerator
from yobal.demo.lead import first_statements
from yobal.store import people
from yobal.web.guard import COOKIE

HEX = "00" * 32
HERON = str(pyrage.x25519.Identity.generate().to_public())


@pytest.fixture
def newsroom(sqlite_newsroom: NewsroomHarness) -> NewsroomHarness:
    """SQLite only: access does not depend on the database."""
    return sqlite_newsroom


@pytest.fixture
def desk(newsroom: NewsroomHarness) -> DeskClient:
    return signed_in(newsroom)


def test_signing_in_does_not_reveal_whether_a_pseudonym_exists(desk: DeskClient) -> None:
    existing = desk.browser_of(None).sign_in("Heron", seed=b"x" * 32)
    unknown = desk.browser_of(None).sign_in("Nobody", seed=b"x" * 32)
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
    egret = join_by_invitation(desk, "Egret", role="lead")
    response = desk.browser_of(None).sign_in(" Egret ", egret.sign_in_seed)
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


def test_a_sign_in_is_a_signature_over_a_fresh_challenge_of_this_server(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    seed, stranger = lead_of(newsroom).sign_in_seed, desk.browser_of(None)
    challenge = stranger.challenge()
    good = sign_in_body(challenge, "Heron", seed)
    other = sign_in_body(stranger.challenge(), "Heron", seed)
    claim, _, mac = challenge.rpartition(".")
    expiry, _, nonce = claim.partition(".")
    forged = f"{int(expiry) + 60}.{nonce}.{mac}"
    for label, body in {
        "the signature of another challenge": good | {"signature": other["signature"]},
        "for another name": sign_in_body(challenge, "Egret", seed),
        "by another key": sign_in_body(challenge, "Heron", b"x" * 32),
        "a challenge that lives longer": sign_in_body(forged, "Heron", seed),
        "a challenge that nobody gave out": sign_in_body("9" * 10, "Heron", seed),
    }.items():
        assert stranger.post("sign-in", body).status == 403, label
    newsroom.now += CHALLENGE_SECONDS + 1
    assert stranger.post("sign-in", good).status == 403, "too late"
    assert stranger.sign_in("Heron", seed).status == 200


def test_recovery_sets_a_new_passphrase_and_ends_old_sessions(
    desk: DeskClient,
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    old = {"cookie": desk.browser_of("Egret").cookie}
    challenge = challenge_of(desk, "Egret")
    proved = prove_sheet(desk, challenge, egret).json
    sheet = pyrage.x25519.Identity.from_str(egret.sheet)
    personal = pyrage.decrypt(base64.b64decode(proved["identity"]), [sheet])
    assert personal.startswith(b"AGE-SECRET-KEY-1")
    ticket = proved["ticket"]
    for changed in ({"recipient": HERON}, {"recovery_recipient": HERON}, {"pseudonym": "Ibis"}):
        refused = finish_recovery(desk, ticket, egret, seed=b"n" * 32, **changed)
        assert refused.status == 422, changed
    assert finish_recovery(desk, ticket, egret, seed=b"n" * 32).json["pseudonym"] == "Egret"
    assert finish_recovery(desk, ticket, egret, seed=b"m" * 32).status == 403, "used once"
    assert prove_sheet(desk, challenge, egret).status == 403, "the passphrase changed"
    assert desk.post("session", headers=old).status == 401
    for seed, status in ((egret.sign_in_seed, 403), (b"n" * 32, 200)):
        assert desk.browser_of(None).sign_in("Egret", seed).status == status


def test_new_words_that_were_signed_before_another_statement_are_signed_again(
    desk: DeskClient,
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    challenge = challenge_of(desk, "Egret")
    proved = prove_sheet(desk, challenge, egret).json
    join_by_invitation(desk, "Ibis", role="moderator")
    statement = as_json(new_words(egret, proved["head"], seed=b"n" * 32))
    body = {"ticket": proved["ticket"], "statement": statement, "identity": ""}
    late = desk.browser_of(None).post("recovery/finish", body)
    assert (late.status, late.json["error"]) == (409, "roster_changed")
    again = prove_sheet(desk, challenge, egret).json
    body["statement"] = as_json(new_words(egret, again["head"], seed=b"n" * 32))
    assert desk.browser_of(None).post("recovery/finish", body).status == 200


def test_a_moderator_who_was_deactivated_meanwhile_cannot_recover(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    ticket = prove_sheet(desk, challenge_of(desk, "Egret"), egret).json["ticket"]
    with newsroom.database.writing() as conn:
        people.deactivate_all(conn, newsroom.rules.site_id)
    assert finish_recovery(desk, ticket, egret, seed=b"n" * 32).status == 403
    assert newsroom.read_table("sessions") == []


def test_a_wrong_answer_or_an_unknown_pseudonym_cannot_recover(desk: DeskClient) -> None:
    for name in ("Heron", "Nobody"):
        challenge = challenge_of(desk, name)
        wrong = {"challenge_id": challenge["challenge_id"], "answer": HEX}
        assert desk.browser_of(None).post("recovery/prove", wrong).status == 403
    heron = lead_of(desk.newsroom)
    assert finish_recovery(desk, challenge["challenge_id"], heron, seed=b"n" * 32).status == 403


def test_the_first_leads_invitation_deactivates_everyone_before(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    old = {"cookie": desk.cookie}
    pin = newsroom.components.roster_pin
    link = setup_site.invite_first_lead(newsroom.database, newsroom.rules, pin, now=newsroom.now)
    secret = base64.urlsafe_b64decode(link + "=")
    token = invitation_token(secret).hex()
    opened = desk.browser_of(None).post("open-invitation", {"token": token}).json
    assert opened == {"is_first": True, "statements": []}
    egret, ibis = moderator_of("Egret"), moderator_of("Ibis")

    def begin(lead: NewModerator, *, secret: bytes = secret, **changed: Any) -> Response:
        statements = first_statements(SITE_ID, lead, secret=secret)
        body = {
            "token": token,
            "statements": [as_json(statement) for statement in statements],
            "newcomer": newcomer(lead),
            "wrap": to_base64(lead.wrap),
        }
        return desk.browser_of(None).post("begin-roster", body | changed)

    first, epoch = (
        as_json(statement) for statement in first_statements(SITE_ID, egret, secret=secret)
    )
    wrong: dict[str, Response] = {
        "no epoch": begin(egret, statements=[first, first]),
        "an epoch by nobody": begin(egret, statements=[epoch, epoch]),
        "keys of another person": begin(egret, newcomer=newcomer(ibis)),
        "of an older link": begin(egret, secret=b"x" * 32),
        "a name with signs": begin(moderator_of("Eg\u202eret")),
        "a short name": begin(moderator_of("E")),
    }
    assert {label: response.status for label, response in wrong.items()} == dict.fromkeys(
        wrong, 422
    )
    assert desk.post("session", headers=old).status == 200, "nothing has changed yet"
    taken = begin(lead_of(newsroom))
    assert (taken.status, taken.json["error"]) == (409, "pseudonym_taken")
    assert desk.post("session", headers=old).status == 200, "nothing has changed yet"
    assert begin(egret).status == 200
    assert desk.post("session", headers=old).status == 401
    assert begin(ibis).status == 410, "used once"
    with newsroom.database.reading() as conn:
        roster = newsroom.components.roster_reader.read(conn)
    assert roster is not None
    assert [epoch.recipient for epoch in roster.epochs] == [egret.epoch_recipient]
    assert newsroom.read_table("wrapped_epoch_keys")[0]["pseudonym"] == "Egret"
    opened = {name: newsroom.sealed_identity(name) for name in ("Heron", "Egret")}
    assert opened == {"Heron": None, "Egret": egret.identity}, "the old words open nothing"
    owners = {row["signing_key"] for row in newsroom.read_table("member_identities")}
    assert owners == {egret.signing_key}


def test_the_database_holds_no_sign_in_secret(desk: DeskClient, newsroom: NewsroomHarness) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    cookie = desk.browser_of("Egret").cookie.partition("=")[2]
    stored = repr({table: newsroom.read_table(table) for table in ("moderators", "statements")})
    assert egret.sign_in_seed.hex() not in stored
    assert repr(egret.sign_in_seed)[2:-1] not in stored
    assert bytes.fromhex(cookie) not in {
        bytes(row["token_hash"]) for row in newsroom.read_table("sessions")
    }
