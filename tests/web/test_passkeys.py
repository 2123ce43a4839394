"""Passkeys on both databases: what signs in, what does not, and what an attacker tries."""

import base64
from typing import Any

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness, lead_of
from tests.in_process_client import DeskClient, sign_in_body
from tests.web.desk_keys import as_json, join_by_invitation, moderator_of, to_base64
from tests.web.passkey_device import (
    PRESENT,
    SEALED,
    VERIFIED,
    Device,
    add_passkey,
    addition,
    passkey_of,
    remove_passkey,
    sign_in_with,
    signed_change,
)
from yobal.actions import member_keys, sign_in, suspend
from yobal.actions.challenges import CHALLENGE_SECONDS
from yobal.actions.change_passkeys import PASSKEYS_MAX
from yobal.core import roster
from yobal.demo.keys import NewModerator
from yobal.store import identities, people
from yobal.store.identities import IdentityRow

REFUSED = (403, "passkey_refused")


@pytest.fixture
def owner(newsroom: NewsroomHarness) -> NewModerator:
    return lead_of(newsroom)


@pytest.fixture
def device(desk: DeskClient) -> Device:
    return Device(origin=desk.url)


@pytest.fixture
def added(desk: DeskClient, owner: NewModerator, device: Device) -> Device:
    add_passkey(desk, owner, device)
    return device


def _stranger(desk: DeskClient) -> DeskClient:
    return desk.browser_of(None)


def _answer(response: Any) -> tuple[int, str]:
    return response.status, response.json.get("error", "")


def test_a_passkey_signs_in_and_hands_out_what_it_opens(desk: DeskClient, added: Device) -> None:
    browser = _stranger(desk)
    response = sign_in_with(browser, added)
    assert response.status == 200
    assert base64.b64decode(response.json["identity"]) == SEALED
    assert response.json["session"]["pseudonym"] == "Heron"
    assert browser.post("session").status == 200
    assert SEALED not in desk.post("roster").body


def test_the_owner_sees_name_and_slot_and_others_see_a_hash(
    desk: DeskClient, owner: NewModerator, added: Device
) -> None:
    (listed,) = desk.post("passkeys").json["passkeys"]
    assert listed["passkey"] == passkey_of(owner, added)
    assert listed["since"]["at"] <= desk.newsroom.now
    join_by_invitation(desk, "Egret", role="moderator")
    egret = desk.browser_of("Egret")
    assert egret.post("passkeys").json == {"passkeys": []}
    assert b"Blue key" not in egret.post("roster").body


@pytest.mark.parametrize("counts", [True, False])
def test_several_passkeys_of_one_person_sign_in_until_each_is_removed(
    desk: DeskClient, owner: NewModerator, *, counts: bool
) -> None:
    devices = [Device(origin=desk.url, counts=counts, synced=not counts) for _ in range(2)]
    for device in devices:
        add_passkey(desk, owner, device)
    for device in devices * 2:
        assert sign_in_with(_stranger(desk), device).status == 200
    assert remove_passkey(desk, owner, devices[0]).status == 200
    assert _answer(sign_in_with(_stranger(desk), devices[0])) == REFUSED
    assert sign_in_with(_stranger(desk), devices[1]).status == 200
    assert len(desk.post("passkeys").json["passkeys"]) == 1


def test_a_removed_passkey_closes_what_it_has_opened_and_nothing_else(
    desk: DeskClient, owner: NewModerator, added: Device
) -> None:
    opened = _stranger(desk)
    assert sign_in_with(opened, added).status == 200
    assert remove_passkey(desk, owner, added).status == 200
    assert _answer(opened.post("session")) == (401, "passkey_removed")
    assert desk.post("session").status == 200, "it was opened with words"


def _read_sealed(newsroom: NewsroomHarness, row: IdentityRow) -> bytes | None:
    """What an old copy of this row opens with the cells of today."""
    return newsroom.components.cell_file.decrypt(
        row.cell,
        row.ciphertext,
        purpose="identity",
        row_id=member_keys.identity_row_id(row.signing_key, row.opened_by),
    )


def test_the_cell_of_a_removed_passkeys_identity_is_overwritten(
    desk: DeskClient, owner: NewModerator, added: Device, newsroom: NewsroomHarness
) -> None:
    passkey_hash = roster.passkey_hash(passkey_of(owner, added))
    with newsroom.database.reading() as conn:
        copied = identities.get(conn, owner.signing_key, passkey_hash)
    assert copied is not None
    assert SEALED not in copied.ciphertext
    assert _read_sealed(newsroom, copied) == SEALED, "control: before"
    assert remove_passkey(desk, owner, added).status == 200
    newsroom.run_scheduler()
    assert _read_sealed(newsroom, copied) is None
    with newsroom.database.reading() as conn:
        assert identities.get(conn, owner.signing_key, passkey_hash) is None
        assert identities.get(conn, owner.signing_key, identities.WORDS) is not None


def test_a_passkey_whose_cell_is_missing_says_so(
    desk: DeskClient, owner: NewModerator, added: Device, newsroom: NewsroomHarness
) -> None:
    passkey_hash = roster.passkey_hash(passkey_of(owner, added))
    with newsroom.database.writing() as conn:
        assert identities.delete(conn, owner.signing_key, passkey_hash) == 1
    assert _answer(sign_in_with(_stranger(desk), added)) == (409, "keys_missing")
    opened = desk.post("passkeys/open", added.sign(desk.challenge()))
    assert _answer(opened) == (409, "keys_missing")


def test_a_member_who_is_signed_in_gets_the_identity_without_another_session(
    desk: DeskClient, added: Device
) -> None:
    cookie, body = desk.cookie, added.sign(desk.challenge())
    opened = desk.post("passkeys/open", body)
    assert base64.b64decode(opened.json["identity"]) == SEALED
    assert desk.cookie == cookie
    assert _answer(desk.post("passkeys/open", body)) == REFUSED, "once"
    join_by_invitation(desk, "Egret", role="moderator")
    egret = desk.browser_of("Egret")
    assert _answer(egret.post("passkeys/open", added.sign(desk.challenge()))) == REFUSED
    assert _stranger(desk).post("passkeys/open", added.sign(desk.challenge())).status == 401


def test_an_unlocked_session_replaces_the_one_before(desk: DeskClient, added: Device) -> None:
    browser = _stranger(desk)
    assert sign_in_with(browser, added).status == 200
    before = browser.cookie
    assert sign_in_with(browser, added, pseudonym="Heron").status == 200
    assert browser.cookie != before
    assert desk.post("session", headers={"cookie": before}).status == 401


def test_a_removed_or_suspended_members_passkeys_stop_at_once(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    device = Device(origin=desk.url)
    add_passkey(desk.browser_of("Egret"), egret, device)
    opened = _stranger(desk)
    assert sign_in_with(opened, device).status == 200
    suspend.suspend(newsroom.database, newsroom.rules.site_id, pseudonym="Egret")
    assert opened.post("session").json["error"] == "suspended"
    assert _answer(sign_in_with(_stranger(desk), device)) == (403, "suspended")
    suspend.resume(newsroom.database, newsroom.rules.site_id, pseudonym="Egret")
    assert sign_in_with(opened, device).status == 200
    newsroom.remove_member("Egret")
    assert opened.post("session").status == 401
    assert _answer(sign_in_with(_stranger(desk), device)) == REFUSED


def test_every_refusal_is_the_same(desk: DeskClient, owner: NewModerator, added: Device) -> None:
    unknown, removed = Device(origin=desk.url), Device(origin=desk.url)
    add_passkey(desk, owner, removed)
    remove_passkey(desk, owner, removed)
    browser = _stranger(desk)
    answers = [
        sign_in_with(browser, unknown),
        sign_in_with(browser, removed),
        sign_in_with(browser, added, signature=to_base64(b"x" * 70)),
        sign_in_with(browser, added, pseudonym="Egret"),
        sign_in_with(browser, added, client_data=to_base64(b"[]")),
    ]
    assert {answer.status for answer in answers} == {403}
    assert len({(answer.body, tuple(answer.headers)) for answer in answers}) == 1


# Attacks, each with what works


def test_a_signature_signs_in_once(desk: DeskClient, owner: NewModerator) -> None:
    device = Device(origin=desk.url, counts=False)
    add_passkey(desk, owner, device)
    body = device.sign(desk.challenge())
    assert _stranger(desk).post("sign-in/passkey", body).status == 200
    assert _answer(_stranger(desk).post("sign-in/passkey", body)) == REFUSED


def test_control_without_memory_of_challenges_a_copied_signature_signs_in(
    desk: DeskClient, owner: NewModerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "use_challenge", lambda *_args, **_options: 1)
    device = Device(origin=desk.url, counts=False)
    add_passkey(desk, owner, device)
    body = device.sign(desk.challenge())
    answers = [_stranger(desk).post("sign-in/passkey", body).status for _ in range(2)]
    assert answers == [200, 200]


def test_a_signature_of_words_signs_in_once_too(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    body = sign_in_body(desk.challenge(), "Heron", lead_of(newsroom).sign_in_seed)
    answers = [_answer(_stranger(desk).post("sign-in", body)) for _ in range(2)]
    assert answers == [(200, ""), (403, "invalid_credentials")]


def test_only_the_desks_own_address_counts(desk: DeskClient, added: Device) -> None:
    browser = _stranger(desk)
    host = desk.url.partition("://")[2]
    for origin in ("https://evil.example", f"https://{host}.evil.example", f"{desk.url}0"):
        added.origin = origin
        assert _answer(sign_in_with(browser, added)) == REFUSED, origin
    added.origin, added.rp_id = desk.url, "evil.example"
    assert _answer(sign_in_with(browser, added)) == REFUSED
    added.rp_id = host.partition(":")[0]
    assert sign_in_with(browser, added).status == 200


def test_a_signature_over_another_challenge_or_after_five_minutes_is_refused(
    desk: DeskClient, added: Device, newsroom: NewsroomHarness
) -> None:
    browser, challenge = _stranger(desk), desk.challenge()
    body = added.sign(desk.challenge()) | {"challenge": challenge}
    assert _answer(browser.post("sign-in/passkey", body)) == REFUSED
    late = added.sign(challenge)
    newsroom.now += CHALLENGE_SECONDS + 1
    assert _answer(browser.post("sign-in/passkey", late)) == REFUSED
    assert sign_in_with(browser, added).status == 200


def test_a_touch_without_a_fingerprint_or_pin_is_not_enough(
    desk: DeskClient, added: Device
) -> None:
    for flags in (PRESENT, VERIFIED):
        added.flags = flags
        assert _answer(sign_in_with(_stranger(desk), added)) == REFUSED
    added.flags = PRESENT | VERIFIED
    assert sign_in_with(_stranger(desk), added).status == 200


def _write(newsroom: NewsroomHarness, statement: str, **values: Any) -> None:
    """As someone can who has the database."""
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(statement), values)


def _store_identity(newsroom: NewsroomHarness, owner: NewModerator, passkey_hash: str) -> None:
    """As someone can who has `secrets/cells` as well."""
    cell_file = newsroom.components.cell_file
    with (
        member_keys.allocating(newsroom.database, cell_file) as allocate,
        newsroom.database.writing() as conn,
    ):
        age_files = {passkey_hash: SEALED}
        member_keys.store_identities(conn, allocate, owner.signing_key, age_files)


def _forge(newsroom: NewsroomHarness, owner: NewModerator, device: Device) -> None:
    """What someone who can write the database and the cells does to sign in as another person."""
    passkey = passkey_of(owner, device)
    _write(
        newsroom,
        "insert into passkeys values (:site_id, :hash, 'Heron', :id, :passkey, 0, 0)",
        site_id=newsroom.rules.site_id,
        hash=roster.passkey_hash(passkey),
        id=device.credential_id,
        passkey=passkey,
    )
    _store_identity(newsroom, owner, roster.passkey_hash(passkey))


def test_a_row_without_a_statement_does_not_sign_in_and_is_not_listed(
    desk: DeskClient, owner: NewModerator, newsroom: NewsroomHarness
) -> None:
    forged = Device(origin=desk.url)
    _forge(newsroom, owner, forged)
    assert _answer(sign_in_with(_stranger(desk), forged)) == REFUSED
    assert desk.post("passkeys").json == {"passkeys": []}
    signed = signed_change(desk, owner, passkey_of(owner, forged))
    with newsroom.database.writing() as conn:
        newsroom.components.roster_reader.append(conn, signed)
    assert sign_in_with(_stranger(desk), forged).status == 200, "with a statement, it would"


def test_control_without_the_roster_a_forged_row_would_sign_in(
    desk: DeskClient,
    owner: NewModerator,
    newsroom: NewsroomHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forged = Device(origin=desk.url)
    _forge(newsroom, owner, forged)

    def from_row(_roster: object, row: Any) -> Any:
        keys = roster.read_keys(owner.keys, owner.keys_signature)
        return roster.read_passkey(row.passkey), keys

    monkeypatch.setattr(sign_in, "_signed_passkey", from_row)
    monkeypatch.setattr(sign_in, "_check_is_present", lambda *_args: None)
    assert sign_in_with(_stranger(desk), forged).status == 200


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    "change",
    [
        "update passkeys set credential_id = :id",
        "update passkeys set credential_id = :id, passkey = :passkey",
    ],
)
def test_a_row_that_was_changed_to_another_key_does_not_sign_in(
    desk: DeskClient,
    owner: NewModerator,
    newsroom: NewsroomHarness,
    change: str,
) -> None:
    attacker = Device(origin=desk.url)
    passkey = passkey_of(owner, attacker)
    values = {"id": attacker.credential_id, "passkey": passkey}
    _write(newsroom, change, **{key: value for key, value in values.items() if f":{key}" in change})
    assert _answer(sign_in_with(_stranger(desk), attacker)) == REFUSED


def test_a_passkey_of_one_member_opens_nothing_of_anothers(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    device = Device(origin=desk.url)
    browser = desk.browser_of("Egret")
    add_passkey(browser, egret, device)
    _write(newsroom, "update passkeys set pseudonym = 'Heron'")
    assert _answer(sign_in_with(_stranger(desk), device, pseudonym="Heron")) == REFUSED
    assert sign_in_with(browser, device).json["session"]["pseudonym"] == "Egret"
    session = newsroom.read_table("sessions")
    _write(newsroom, "update sessions set pseudonym = 'Heron' where passkey_hash is not null")
    assert any(row["passkey_hash"] for row in session)
    assert browser.post("session").status == 401, "the MAC covers whose session it is"


def test_a_session_cannot_be_moved_from_a_removed_passkey_to_words(
    desk: DeskClient, owner: NewModerator, added: Device, newsroom: NewsroomHarness
) -> None:
    browser = _stranger(desk)
    sign_in_with(browser, added)
    remove_passkey(desk, owner, added)
    _write(newsroom, "update sessions set end_reason = null")
    assert _answer(browser.post("session")) == (401, "passkey_removed"), "the roster says so"
    _write(newsroom, "update sessions set passkey_hash = null")
    assert browser.post("session").status == 401


def test_a_counter_that_has_gone_back_is_refused_and_says_so(
    desk: DeskClient, added: Device
) -> None:
    browser = _stranger(desk)
    assert sign_in_with(browser, added).status == 200
    added.counter -= 1  # as a copy would count
    assert _answer(sign_in_with(browser, added)) == (403, "passkey_copied")
    assert sign_in_with(browser, added).status == 200, "the counter goes on"
    added.counter, added.counts = 0, False
    assert _answer(sign_in_with(browser, added)) == (403, "passkey_copied")


def test_a_counter_may_be_as_large_as_an_authenticator_can_send(
    desk: DeskClient, added: Device
) -> None:
    added.counter = 2**32 - 2  # the next is the largest of 32 bits
    assert sign_in_with(_stranger(desk), added).status == 200


# Adding one


def test_the_signed_facts_about_a_passkey_are_those_that_the_device_made(
    desk: DeskClient, owner: NewModerator, device: Device
) -> None:
    other = Device(origin=desk.url)
    egret = moderator_of("Egret")
    for changed in (
        {"member": egret.signing_key},
        {"credential_id": other.credential_id.hex()},
        {"public_key": other.public_key.hex()},
        {"is_synced": "yes"},
        {"site_id": "other"},
    ):
        answer = _answer(desk.post("passkeys/add", addition(desk, owner, device, **changed)))
        assert answer == (422, "invalid"), changed
    assert desk.newsroom.read_table("passkeys") == []
    add_passkey(desk, owner, device)


def test_only_the_member_who_is_signed_in_adds_or_removes_a_passkey(
    desk: DeskClient, owner: NewModerator, added: Device
) -> None:
    egret = join_by_invitation(desk, "Egret", role="lead")
    browser, device = desk.browser_of("Egret"), Device(origin=desk.url)
    assert _answer(browser.post("passkeys/add", addition(desk, owner, device))) == (
        403,
        "forbidden",
    )
    assert _answer(remove_passkey(browser, owner, added)) == (403, "forbidden")
    assert _answer(remove_passkey(browser, egret, added))[0] == 422, "not even a lead"
    assert sign_in_with(_stranger(desk), added).status == 200
    assert _stranger(desk).post("passkeys").status == 401


def test_nothing_is_half_added_if_anything_is_wrong(
    desk: DeskClient, owner: NewModerator, added: Device
) -> None:
    statements = len(desk.newsroom.read_table("statements"))
    new = Device(origin=desk.url)
    good = addition(desk, owner, new)
    other = as_json(signed_change(desk, owner, passkey_of(owner, new, name="Another")))
    evil = Device(origin="https://evil.example")
    for label, body in {
        "a statement about another": good | {"statement": other},
        "made for another address": good | evil.make(good["challenge"]),
        "a challenge nobody gave out": good | {"challenge": "9.9.9"},
        "not made by anything": good | {"attestation_object": to_base64(b"\x00" * 40)},
        "unreadable": good | {"passkey": "{}"},
    }.items():
        assert desk.post("passkeys/add", body).status in (403, 422), label
    again = addition(desk, owner, added, name="Twice")
    assert _answer(desk.post("passkeys/add", again)) == (422, "invalid")
    assert len(desk.newsroom.read_table("statements")) == statements
    assert len(desk.newsroom.read_table("passkeys")) == 1


def test_a_member_has_at_most_ten_passkeys(desk: DeskClient, owner: NewModerator) -> None:
    for _ in range(PASSKEYS_MAX):
        add_passkey(desk, owner, Device(origin=desk.url))
    body = addition(desk, owner, Device(origin=desk.url))
    assert _answer(desk.post("passkeys/add", body)) == (422, "invalid")


def test_a_statement_that_came_too_late_is_signed_again(
    desk: DeskClient, owner: NewModerator, device: Device
) -> None:
    body = addition(desk, owner, device)
    add_passkey(desk, owner, Device(origin=desk.url))
    assert _answer(desk.post("passkeys/add", body)) == (409, "roster_changed")
    body["statement"] = as_json(signed_change(desk, owner, body["passkey"]))
    assert desk.post("passkeys/add", body).status == 200, "the same touch is enough"
