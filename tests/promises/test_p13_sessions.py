"""Who can write the database, but not read `secrets/`, gains nothing from the table of sessions."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness, lead_of
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    challenge_of,
    finish_recovery,
    join_by_invitation,
    prove_sheet,
)
from yobal.actions import session_row


def _write(newsroom: NewsroomHarness, statement: str, **values: Any) -> None:
    with newsroom.database.writing() as conn:
        assert conn.execute(sa.text(statement), values).rowcount == 1


def _moderator(newsroom: NewsroomHarness) -> DeskClient:
    """Egret, in a browser of their own; the lead Heron is signed out."""
    lead = signed_in(newsroom)
    egret = join_by_invitation(lead, "Egret", role="moderator")
    lead.post("sign-out")
    desk = lead.browser_of(None)
    assert desk.sign_in("Egret", egret.sign_in_seed).status == 200
    return desk


def _become_lead(newsroom: NewsroomHarness, desk: DeskClient) -> int:
    _write(newsroom, "update sessions set pseudonym = 'Heron' where pseudonym = 'Egret'")
    return desk.post("people").status


def test_a_moderator_who_writes_another_name_into_their_session_is_not_signed_in(
    newsroom: NewsroomHarness,
) -> None:
    desk = _moderator(newsroom)
    assert desk.post("session").json["pseudonym"] == "Egret"
    assert _become_lead(newsroom, desk) == 401


def test_control_without_the_mac_a_moderator_becomes_lead(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_row, "session_mac", lambda *_: b"")
    desk = _moderator(newsroom)
    assert _become_lead(newsroom, desk) == 200
    assert desk.post("session").json["pseudonym"] == "Heron"


def test_a_session_cannot_be_prolonged_in_the_database(newsroom: NewsroomHarness) -> None:
    desk = signed_in(newsroom)
    _write(newsroom, "update sessions set expires_slot = expires_slot + 3600")
    assert desk.post("session").status == 401


def test_a_locked_session_cannot_be_opened_in_the_database(newsroom: NewsroomHarness) -> None:
    desk = signed_in(newsroom)
    desk.post("hold-device-key", device_key="1" * 64, device_label="Phone")
    desk.post("set-pin", pin_hash="2" * 64)
    desk.post("lock")
    assert desk.post("session").status == 423
    _write(newsroom, "update sessions set is_locked = false")
    assert desk.post("session").status == 401


def test_the_row_of_another_session_fits_no_other_token(newsroom: NewsroomHarness) -> None:
    """The lead's row, with the hash of the moderator's token."""
    moderator = _moderator(newsroom)
    (own_row,) = newsroom.read_table("sessions")
    lead = moderator.browser_of("Heron")
    assert lead.post("session").status == 200
    _write(newsroom, "delete from sessions where pseudonym = 'Egret'")
    _write(newsroom, "update sessions set token_hash = :own", own=own_row["token_hash"])
    assert moderator.post("session").status == 401


def test_a_session_ends_with_the_key_that_signed_in(newsroom: NewsroomHarness) -> None:
    """An attacker puts the row back that a recovery has deleted."""
    desk, lead = signed_in(newsroom), lead_of(newsroom)
    (row,) = newsroom.read_table("sessions")
    ticket = prove_sheet(desk, challenge_of(desk, "Heron"), lead).json["ticket"]
    assert finish_recovery(desk, ticket, lead, seed=b"n" * 32).status == 200
    assert desk.post("session").status == 401
    _write(
        newsroom,
        "insert into sessions (token_hash, site_id, pseudonym, begun_slot, expires_slot, is_locked,"
        " device_label, mac) values (:token_hash, :site_id, :pseudonym, :begun_slot, :expires_slot,"
        " :is_locked, :device_label, :mac)",
        **row,
    )
    assert desk.post("session").status == 401
