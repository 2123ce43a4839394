"""Locking, PINs, what the server remembers of a session, and the list of sessions: on both databases."""

import secrets
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness
from tests.in_process_client import DeskClient
from tests.web.desk_keys import invite, join_by_invitation, moderator_of, register
from yobal.actions import session_lock, suspend
from yobal.adapters.device_keys import IDLE_GRACE_SECONDS, DeviceKeys
from yobal.server.scheduler.maintenance import run_once
from yobal.store import sessions

PIN = "ab" * 32
WRONG = "cd" * 32
IDLE_SECONDS = 600 + IDLE_GRACE_SECONDS


def _hold(desk: DeskClient, *, pin: str | None = None) -> str:
    """What the page does after signing in; the device key."""
    device_key = secrets.token_hex(32)
    held = desk.post("hold-device-key", device_key=device_key, device_label="Computer")
    assert held.status == 200
    if pin is not None:
        assert desk.post("set-pin", pin_hash=pin).status == 200
    return device_key


class Later:
    """The monotonic clock of the server's memory of sessions, moved by hand."""

    def __init__(self, newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        self._seconds = 1_000.0
        keys: Any = newsroom.components.device_keys
        monkeypatch.setattr(keys, "_clock", lambda: self._seconds)
        monkeypatch.setattr(keys, "_started_at", self._seconds)

    def wait(self, seconds: float) -> None:
        self._seconds += seconds


@pytest.fixture
def later(newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(newsroom, monkeypatch)


# What the server remembers


def test_a_browser_gets_the_key_back_that_it_gave(desk: DeskClient) -> None:
    assert desk.post("device-key").json == {"device_key": None}
    device_key = _hold(desk)
    assert desk.post("device-key").json == {"device_key": device_key}
    assert desk.browser_of("Heron").post("device-key").json == {"device_key": None}


def test_a_device_key_is_in_no_file(
    newsroom: NewsroomHarness, tmp_path: Path, desk: DeskClient
) -> None:
    device_key = bytes.fromhex(_hold(desk, pin=PIN))
    newsroom.database.close()
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        assert device_key not in content, path
        assert bytes.fromhex(PIN) not in content, path


@pytest.mark.parametrize("end", ["sign-out", "lock"])
def test_the_key_is_gone_when_the_session_ends(
    newsroom: NewsroomHarness, desk: DeskClient, end: str
) -> None:
    _hold(desk)
    cookie = desk.cookie
    assert desk.post(end).status == 200
    desk.cookie = cookie
    assert desk.post("device-key").status == 401
    assert newsroom.components.device_keys.is_empty


def test_after_a_restart_the_session_goes_on_but_the_key_is_gone(
    newsroom: NewsroomHarness, desk: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold(desk, pin=PIN)
    monkeypatch.setattr(newsroom.components.device_keys, "_sessions", {})
    assert desk.post("session").status == 200
    assert desk.post("device-key").json == {"device_key": None}
    assert desk.post("set-pin", pin_hash=PIN).status == 422


def test_a_lock_outlasts_a_restart_and_then_only_words_open_the_desk(
    newsroom: NewsroomHarness, desk: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold(desk, pin=PIN)
    desk.post("lock")
    monkeypatch.setattr(newsroom.components.device_keys, "_sessions", {})
    assert desk.post("lock-state").json == {"pseudonym": "Heron", "pin_tries_left": 0}
    refused = desk.post("unlock", pin_hash=PIN)
    assert (refused.status, refused.json["tries_left"]) == (403, 0)
    assert desk.post("session").status == 401


@pytest.mark.parametrize("how", ["expired", "suspended"])
def test_maintenance_forgets_the_keys_of_sessions_that_ended_elsewhere(
    newsroom: NewsroomHarness, desk: DeskClient, how: str
) -> None:
    _hold(desk, pin=PIN)
    run_once(newsroom.components, now=newsroom.now)
    assert not newsroom.components.device_keys.is_empty
    if how == "suspended":
        suspend.suspend(newsroom.database, newsroom.rules.site_id, pseudonym="Heron")
    else:
        newsroom.now += 2 * 24 * 3_600
    run_once(newsroom.components, now=newsroom.now, is_clock_trusted=True)
    assert newsroom.components.device_keys.is_empty


# Locking


def test_without_a_pin_a_lock_ends_the_session(desk: DeskClient) -> None:
    _hold(desk)
    cookie = desk.cookie
    desk.post("lock")
    assert desk.cookie.partition("=")[2].strip('"') == ""
    desk.cookie = cookie
    assert desk.post("session").status == 401
    assert desk.post("lock-state").json == {"pseudonym": None, "pin_tries_left": 0}


def test_a_roster_that_does_not_verify_keeps_no_desk_open(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    _hold(desk, pin=PIN)
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("update statements set statement = statement || ' '"))
    assert desk.post("lock").status == 200
    assert newsroom.components.device_keys.is_empty
    assert newsroom.read_table("sessions") == []


def test_a_locked_session_opens_nothing_until_its_pin(desk: DeskClient) -> None:
    device_key = _hold(desk, pin=PIN)
    assert desk.post("lock").status == 200
    for route in ("session", "device-key", "queue", "roster", "people", "sessions"):
        refused = desk.post(route, {"cursor": None} if route == "queue" else {})
        assert (refused.status, refused.json["error"]) == (423, "session_locked"), route
    assert desk.post("set-pin", pin_hash=None).status == 423
    assert desk.post("lock-state").json == {"pseudonym": "Heron", "pin_tries_left": 5}
    assert desk.post("unlock", pin_hash=PIN).status == 200
    assert desk.post("device-key").json == {"device_key": device_key}


def test_the_server_counts_the_tries_and_ends_the_session_after_the_fifth(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    _hold(desk, pin=PIN)
    desk.post("lock")
    tries_left = [desk.post("unlock", pin_hash=WRONG).json["tries_left"] for _ in range(5)]
    assert tries_left == [4, 3, 2, 1, 0]
    assert desk.post("unlock", pin_hash=PIN).status == 403
    assert desk.post("session").status == 401
    assert newsroom.read_table("sessions") == []
    assert newsroom.components.device_keys.is_empty


def test_locking_again_gives_no_new_tries(desk: DeskClient) -> None:
    _hold(desk, pin=PIN)
    for expected in (4, 3):
        desk.post("lock")
        assert desk.post("unlock", pin_hash=WRONG).json["tries_left"] == expected


def test_a_suspended_member_cannot_unlock(newsroom: NewsroomHarness, desk: DeskClient) -> None:
    _hold(desk, pin=PIN)
    desk.post("lock")
    suspend.suspend(newsroom.database, newsroom.rules.site_id, pseudonym="Heron")
    assert desk.post("unlock", pin_hash=PIN).status == 401
    assert desk.post("session").status == 403


# Idle


def test_a_session_that_is_not_heard_of_is_locked(desk: DeskClient, later: Later) -> None:
    _hold(desk, pin=PIN)
    for _ in range(3):  # a page that is open asks every minute
        later.wait(IDLE_SECONDS)
        assert desk.post("session").status == 200
    later.wait(IDLE_SECONDS + 1)
    assert desk.post("session").status == 423
    assert desk.post("unlock", pin_hash=PIN).status == 200
    assert desk.post("session").status == 200


def test_a_session_that_begins_on_a_server_that_has_run_for_long_is_open(
    newsroom: NewsroomHarness, later: Later
) -> None:
    later.wait(24 * 3_600)
    desk = DeskClient(newsroom)
    assert desk.sign_in().status == 200
    device_key = _hold(desk)
    run_once(newsroom.components, now=newsroom.now)
    assert desk.post("device-key").json == {"device_key": device_key}


def test_a_session_that_begins_while_maintenance_looks_at_the_others_is_not_forgotten(
    newsroom: NewsroomHarness, desk: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold(desk)
    phone = desk.browser_of(None)
    list_open, phones_keys = sessions.list_open, []

    def sign_in_after_listing(*arguments: Any, **options: Any) -> list[Any]:
        listed = list_open(*arguments, **options)
        monkeypatch.setattr(sessions, "list_open", list_open)
        assert phone.sign_in().status == 200
        phones_keys.append(_hold(phone))
        return listed

    monkeypatch.setattr(sessions, "list_open", sign_in_after_listing)
    components = newsroom.components
    session_lock.forget_device_keys(
        components.database, components.device_keys, newsroom.rules.site_id, now=newsroom.now
    )
    assert phone.post("device-key").json == {"device_key": phones_keys[0]}


def test_without_a_pin_it_ends_and_its_key_is_gone_even_without_a_request(
    newsroom: NewsroomHarness, desk: DeskClient, later: Later
) -> None:
    _hold(desk)
    later.wait(IDLE_SECONDS + 1)
    run_once(newsroom.components, now=newsroom.now)
    assert newsroom.components.device_keys.is_empty
    assert desk.post("session").status == 401


def test_control_without_the_idle_check_a_stolen_cookie_works_for_hours(
    desk: DeskClient, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    device_key = _hold(desk)
    later.wait(IDLE_SECONDS + 1)
    monkeypatch.setattr(DeviceKeys, "_is_idle", lambda *_: False)
    assert desk.post("device-key").json == {"device_key": device_key}


# The list


def test_sessions_are_listed_with_slot_and_label_and_ended_one_by_one(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    _hold(desk)
    phone = desk.browser_of(None)
    newsroom.now += 60
    assert phone.sign_in().status == 200
    phone.post("hold-device-key", device_key="1" * 64, device_label="Red phone")
    listed = phone.post("sessions").json["own"]
    assert {(row["device_label"], row["is_current"]) for row in listed} == {
        ("Computer", False),
        ("Red phone", True),
    }
    begun = {row["begun"]["at"] for row in listed}
    assert len(begun) == 1  # both in one slot: the minute between them is not stored
    assert newsroom.now not in begun
    (other,) = [row["session_id"] for row in listed if not row["is_current"]]
    assert phone.post("end-session", session_id=other).status == 200
    ended = desk.post("session")
    assert (ended.status, ended.json["error"]) == (401, "session_ended")
    assert len(phone.post("sessions").json["own"]) == 1


def test_ending_all_other_sessions_leaves_this_one_and_those_of_colleagues(
    desk: DeskClient,
) -> None:
    join_by_invitation(desk, "Egret", role="moderator")
    egret, phone, laptop = (desk.browser_of(name) for name in ("Egret", "Heron", "Heron"))
    _hold(phone)
    assert laptop.post("end-other-sessions").status == 200
    assert [browser.post("session").status for browser in (laptop, egret)] == [200, 200]
    for browser in (desk, phone):
        ended = browser.post("session")
        assert (ended.status, ended.json["error"]) == (401, "session_ended")


def test_sessions_with_the_same_label_get_numbers(desk: DeskClient) -> None:
    second, third = (desk.browser_of("Heron") for _ in range(2))
    for browser in (desk, second, third, second):
        _hold(browser)
    assert _labels(desk) == {"Computer", "Computer 2", "Computer 3"}
    second.post("sign-out")
    _hold(desk.browser_of("Heron"))
    assert _labels(desk) == {"Computer", "Computer 2", "Computer 3"}
    third.post("label-device", device_label="Red phone")
    assert _labels(desk) == {"Computer", "Computer 2", "Red phone"}


def test_a_label_with_a_number_is_short_enough_to_be_stored_again(desk: DeskClient) -> None:
    second = desk.browser_of("Heron")
    for browser in (desk, second):
        assert browser.post("label-device", device_label="x" * 60).status == 200
    (numbered,) = (label for label in _labels(desk) if label.endswith(" 2"))
    assert second.post("label-device", device_label=numbered).status == 200
    assert numbered in _labels(desk)


def _labels(desk: DeskClient) -> set[str]:
    return {row["device_label"] for row in desk.post("sessions").json["own"]}


def test_a_moderator_ends_no_session_of_others_and_a_lead_all_of_one(desk: DeskClient) -> None:
    join_by_invitation(desk, "Egret", role="moderator")
    egret = desk.browser_of("Egret")
    (heron,) = desk.post("sessions").json["own"]
    assert egret.post("sessions").json["others"] == []
    assert egret.post("end-session", session_id=heron["session_id"]).status == 200
    assert desk.post("session").status == 200
    assert desk.post("sessions").json["others"] == [{"pseudonym": "Egret", "session_count": 1}]
    assert desk.post("end-sessions", pseudonym="Egret").status == 200
    assert egret.post("session").json["error"] == "session_ended"
    assert desk.browser_of("Egret").post("session").status == 200  # they may sign in again


def test_the_label_is_the_owners_and_nothing_of_the_browser_is_stored(
    newsroom: NewsroomHarness,
) -> None:
    desk = DeskClient(newsroom)
    agent = "Mozilla/5.0 (Marker)"
    desk.post("session", headers={"user-agent": agent})
    assert desk.sign_in().status == 200
    desk.post("label-device", {"device_label": "Kitchen"}, headers={"user-agent": agent})
    (row,) = newsroom.read_table("sessions")
    assert row["device_label"] == "Kitchen"
    assert not any("Mozilla" in str(value) for value in row.values())


def test_signing_in_again_replaces_the_session_of_this_browser(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    first = newsroom.read_table("sessions")
    assert desk.sign_in().status == 200
    assert len(newsroom.read_table("sessions")) == 1
    assert newsroom.read_table("sessions") != first


def test_a_lead_cancels_an_invitation(desk: DeskClient) -> None:
    token = invite(desk)
    (listed,) = desk.post("people").json["invitations"]
    assert desk.post("cancel-invitation", invitation_id=listed["invitation_id"]).status == 200
    assert desk.post("people").json["invitations"] == []
    assert register(desk, token, moderator_of("Egret")).status == 410
