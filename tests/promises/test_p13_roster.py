"""Who can write the database, but not sign, changes nothing that the intake or the desk believes."""

import secrets
from typing import Any

import pyrage
import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness, add_lead, lead_of
from tests.in_process_client import DeskClient, intake_of
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    confirm,
    invite,
    join_by_invitation,
    moderator_of,
    newcomer,
    register,
    to_base64,
)
from yobal.actions import accept_roster, roster_reader
from yobal.actions.accept_roster import Accepted
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.roster_pin import Pin, RosterPin
from yobal.core import ids, roster
from yobal.core.errors import NotSignedIn, RosterInvalid, RosterNotAccepted
from yobal.core.roster import NewEpoch
from yobal.demo import signing
from yobal.demo.keys import NewModerator, make_moderator
from yobal.demo.lead import first_statements
from yobal.store import people, statements, tables
from yobal.store.people import Invitation

ATTACKER: NewModerator = make_moderator(SITE_ID, "Attacker")


def _execute(newsroom: NewsroomHarness, statement: str, **values: Any) -> None:
    with newsroom.database.writing() as conn:
        assert conn.execute(sa.text(statement), values).rowcount > 0


def _restarted(newsroom: NewsroomHarness) -> RosterReader:
    """The desk's reader after a restart of the server: it remembers nothing but `secrets/roster`."""
    return RosterReader(SITE_ID, newsroom.components.roster_pin)


def _read(newsroom: NewsroomHarness, reader: RosterReader | None = None) -> str:
    """The recipient of the newest epoch, or the rule that the roster breaks."""
    try:
        with newsroom.database.reading() as conn:
            read = (reader or _restarted(newsroom)).read(conn)
    except RosterInvalid as error:
        return error.rule
    assert read is not None
    return read.epochs[-1].recipient


def _insert_epoch(newsroom: NewsroomHarness, *, by: NewModerator, signed_with: bytes) -> None:
    """An epoch with the attacker's key, wrapped to everyone: in both tables."""
    with newsroom.database.writing() as conn:
        count, newest = statements.newest(conn, SITE_ID) or (0, "")
        epoch = NewEpoch(
            site_id=SITE_ID,
            previous=roster.statement_hash(newest),
            by=by.signing_key,
            epoch_id=ids.new_id(secrets.token_bytes),
            recipient=ATTACKER.epoch_recipient,
        )
        signed = signing.sign_statement(signed_with, epoch)
        statements.append(conn, SITE_ID, signed, number=count)
    _insert_epoch_row(newsroom, epoch.epoch_id)


def _insert_epoch_row(newsroom: NewsroomHarness, epoch_id: str) -> None:
    _execute(
        newsroom,
        "insert into epochs (id, site_id, number, is_current, first_slot)"
        " values (:id, :site_id, 9, :yes, 0)",
        id=epoch_id,
        site_id=SITE_ID,
        yes=True,
    )


# An epoch of the attacker's


@pytest.mark.parametrize("impersonated", ["a lead", "the attacker"])
def test_an_epoch_that_no_lead_signed_is_not_used_and_comments_are_refused(
    newsroom: NewsroomHarness, impersonated: str
) -> None:
    by = lead_of(newsroom) if impersonated == "a lead" else ATTACKER
    with intake_of(newsroom) as intake:
        assert intake.send("Before.").status == 200
        _insert_epoch(newsroom, by=by, signed_with=ATTACKER.signing_seed)
        answer = intake.post(step="send", text="Words that must not be lost.")
    assert answer.status == 503
    assert "Words that must not be lost." in answer.text
    assert len(newsroom.read_table("comments")) == 1
    assert _read(newsroom) in ("signature", "not_a_member")


def test_control_without_signatures_comments_are_sealed_to_the_attacker(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "is_signed", lambda *_, **__: True)
    _insert_epoch(newsroom, by=lead_of(newsroom), signed_with=ATTACKER.signing_seed)
    with intake_of(newsroom) as intake:
        assert intake.send("Read by the attacker.").status == 200
    (row,) = newsroom.read_table("envelopes")
    personal = _personal_identity(ATTACKER)
    epoch = pyrage.x25519.Identity.from_str(pyrage.decrypt(ATTACKER.wrap, [personal]).decode())
    envelope = newsroom.components.cell_file.decrypt(
        row["cell"], bytes(row["ciphertext"]), purpose="envelope", row_id=row["comment_id"]
    )
    assert envelope is not None
    assert b"Read by the attacker." in pyrage.decrypt(envelope, [epoch])


def _personal_identity(moderator: NewModerator) -> Any:
    """The personal identity, opened by the recovery sheet."""
    sheet = pyrage.x25519.Identity.from_str(moderator.sheet)
    line = pyrage.decrypt(moderator.recovery_identity, [sheet]).decode()
    return pyrage.x25519.Identity.from_str(line.strip())


def test_a_row_in_epochs_alone_changes_no_recipient_and_is_shown_to_the_desk(
    newsroom: NewsroomHarness,
) -> None:
    desk, epoch_id = signed_in(newsroom), "b" * 26
    _insert_epoch_row(newsroom, epoch_id)
    assert _read(newsroom) == lead_of(newsroom).epoch_recipient
    session = desk.post("session").json
    assert epoch_id in [epoch["epoch_id"] for epoch in session["epochs"]]  # the page is red then
    with intake_of(newsroom) as intake:
        assert intake.send("Still sealed to the lead.").status == 200
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).text == "Still sealed to the lead."


# Members


@pytest.mark.parametrize(
    ("what", "change", "rule"),
    [
        ("a role", ("statement", '"role":"moderator"', '"role":"lead"'), "signature"),
        ("keys", ("keys", "Egret", "Eagle"), "keys_hash"),
    ],
)
def test_an_altered_member_is_refused_by_the_desk(
    newsroom: NewsroomHarness, what: str, change: tuple[str, str, str], rule: str
) -> None:
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    column, old, new = change
    _execute(
        newsroom,
        f"update statements set {column} = replace({column}, :old, :new) where number = 2",
        old=old,
        new=new,
    )
    assert _read(newsroom) == rule
    for response in (
        desk.post("roster"),
        desk.browser_of(None).sign_in("Egret", egret.sign_in_seed),
    ):
        assert (response.status, response.json["error"]) == (503, "roster_invalid"), what


def test_another_sign_in_key_in_the_database_does_not_sign_in(newsroom: NewsroomHarness) -> None:
    desk, attacker_key = signed_in(newsroom), signing.public_key(b"a" * 32)
    own_key = signing.public_key(lead_of(newsroom).sign_in_seed)
    _execute(
        newsroom,
        "update statements set keys = replace(keys, :old, :new) where number = 0",
        old=own_key,
        new=attacker_key,
    )
    assert desk.browser_of(None).sign_in("Heron", b"a" * 32).status == 503
    assert _read(newsroom) == "keys_hash"


def test_control_without_the_hash_of_keys_another_key_signs_in(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "is_signed", _is_signed_or_is_keys)
    monkeypatch.setattr(roster, "_require", lambda _condition, _rule: None)
    desk = DeskClient(newsroom)
    own_key = signing.public_key(lead_of(newsroom).sign_in_seed)
    _execute(
        newsroom,
        "update statements set keys = replace(keys, :old, :new) where number = 0",
        old=own_key,
        new=signing.public_key(b"a" * 32),
    )
    assert desk.sign_in("Heron", b"a" * 32).status == 200


def _is_signed_or_is_keys(message: bytes, *, by: str, **_signature: bytes) -> bool:
    is_sign_in = message.startswith(roster.SIGN_IN_DOMAIN)
    return not is_sign_in or by == signing.public_key(b"a" * 32)


def test_a_row_in_moderators_grants_no_access(newsroom: NewsroomHarness) -> None:
    _execute(
        newsroom,
        "insert into moderators (site_id, pseudonym, signing_key, is_active, roster_pin)"
        " values (:site_id, 'Attacker', :signing_key, :yes, :blank)",
        site_id=SITE_ID,
        signing_key=ATTACKER.signing_key,
        yes=True,
        blank=b"",
    )
    desk = DeskClient(newsroom)
    assert desk.sign_in("Attacker", ATTACKER.sign_in_seed).status == 403
    with pytest.raises(NotSignedIn):
        desk.browser_of("Attacker")


# An older roster, or another


def test_an_older_roster_is_refused_after_a_restart(newsroom: NewsroomHarness) -> None:
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    desk.post("session")
    _execute(newsroom, "delete from statements where number = 2")
    assert _read(newsroom) == "older"
    _execute(newsroom, "delete from statements where number >= 0")
    assert _read(newsroom) == "older"


def test_no_statement_is_added_after_deleted_ones(newsroom: NewsroomHarness) -> None:
    """While the server runs, it remembers them: a new one would be numbered after the gap."""
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    before = newsroom.read_table("statements")
    assert register(desk, invite(desk), moderator_of("Ibis")).status == 200
    (registration,) = desk.post("people").json["registrations"]
    lead = lead_of(newsroom)
    _execute(newsroom, "delete from statements where number = 2")
    refused = confirm(desk, registration, by=lead)
    assert (refused.status, refused.json["error"]) == (503, "roster_invalid")
    with newsroom.database.writing() as conn:  # the last good copy of the table is put back
        conn.execute(sa.text("delete from statements"))
        conn.execute(tables.statements.insert(), before)
    assert confirm(desk, registration, by=lead).status == 200
    assert _read(newsroom) == lead_of(newsroom).epoch_recipient


def test_control_without_the_pin_an_older_roster_is_believed(newsroom: NewsroomHarness) -> None:
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    desk.post("session")
    pin = newsroom.components.roster_pin.read()
    _execute(newsroom, "delete from statements where number = 2")
    newsroom.components.roster_pin.update(lambda _: Pin(first=pin.first, length=1, head=pin.first))
    assert _read(newsroom) == lead_of(newsroom).epoch_recipient


def test_a_technician_can_accept_an_older_roster_after_a_restore(
    newsroom: NewsroomHarness,
) -> None:
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    desk.post("session")
    _execute(newsroom, "delete from statements where number = 2")
    first = newsroom.components.roster_pin.read().first or ""
    assert _accept(newsroom, first).missing_count == 1
    assert _read(newsroom) == "older", "a browser may still have it"
    _accept(newsroom, first, lead="Heron")
    assert _read(newsroom) == "resume", "a lead signs that it is lost: test_p13_restores.py"


def test_a_roster_that_an_attacker_wrote_is_not_accepted_on_a_new_machine(
    newsroom: NewsroomHarness,
) -> None:
    own_first = newsroom.components.roster_pin.read().first or ""
    _forget_pin(newsroom)
    _replace_roster(newsroom)
    with pytest.raises(RosterNotAccepted, match="not the fingerprint"):
        _accept(newsroom, own_first)  # what the lead reads out
    assert newsroom.components.roster_pin.read() == Pin()
    assert _read(newsroom) == "founder"


def test_control_without_the_fingerprint_the_server_seals_to_the_attacker(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_first = newsroom.components.roster_pin.read().first or ""
    monkeypatch.setattr(roster, "is_fingerprint_of", lambda _hash, _typed: True)
    _forget_pin(newsroom)
    _replace_roster(newsroom)
    _accept(
        newsroom, own_first, lead=roster.read_keys(ATTACKER.keys, ATTACKER.keys_signature).pseudonym
    )
    pin = newsroom.components.roster_pin.read()
    assert pin.resumption is not None
    assert pin.resumption.by == ATTACKER.signing_key


def test_a_server_that_has_verified_a_roster_accepts_no_other(newsroom: NewsroomHarness) -> None:
    before = newsroom.components.roster_pin.read()
    _replace_roster(newsroom)
    with newsroom.database.reading() as conn:
        written = accept_roster.read_unpinned(conn, SITE_ID)
    assert written is not None
    with pytest.raises(RosterNotAccepted, match="yobal init --new-epoch"):
        _accept(newsroom, written.first)
    assert newsroom.components.roster_pin.read() == before


def test_a_link_that_waits_for_a_first_lead_stays_valid_when_a_roster_is_accepted(
    newsroom: NewsroomHarness,
) -> None:
    newsroom.components.roster_pin.expect_founder(b"k" * 32)
    _accept(newsroom, newsroom.components.roster_pin.read().first or "")
    assert newsroom.components.roster_pin.read().founder_key == (b"k" * 32).hex()


def _accept(newsroom: NewsroomHarness, typed: str, lead: str = "") -> Accepted:
    with newsroom.database.reading() as conn:
        accepted = accept_roster.accept(
            conn, SITE_ID, newsroom.components.roster_pin, typed, lead=lead
        )
    assert accepted is not None
    return accepted


def _forget_pin(newsroom: NewsroomHarness) -> None:
    """As on a new machine: `secrets/` is in no backup."""
    (newsroom.components.settings.secrets_dir / "roster").unlink()


def test_a_whole_roster_of_the_attackers_is_refused(newsroom: NewsroomHarness) -> None:
    _replace_roster(newsroom)
    assert _read(newsroom) == "founder"


def test_control_without_the_mac_a_whole_roster_of_the_attackers_is_believed(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_reader, "_is_expected_founder", lambda _pin, _roster: True)
    _replace_roster(newsroom)
    assert _read(newsroom) == ATTACKER.epoch_recipient


def _replace_roster(newsroom: NewsroomHarness) -> None:
    with newsroom.database.writing() as conn:
        statements.delete_all(conn, SITE_ID)
        for number, signed in enumerate(first_statements(SITE_ID, ATTACKER, secret=b"s" * 32)):
            statements.append(conn, SITE_ID, signed, number=number)


def test_an_invitation_of_a_first_lead_in_the_database_makes_no_lead(
    newsroom: NewsroomHarness,
) -> None:
    assert _begin_as_attacker(newsroom) == 422
    assert _read(newsroom) == lead_of(newsroom).epoch_recipient


def test_control_without_the_mac_the_attacker_becomes_the_first_lead(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_reader, "_is_expected_founder", lambda _pin, _roster: True)
    assert _begin_as_attacker(newsroom) == 200


def _begin_as_attacker(newsroom: NewsroomHarness) -> int:
    token = secrets.token_bytes(32)
    invitation = Invitation(
        token_hash=people.hash_token(token),
        site_id=SITE_ID,
        role="lead",
        invited_by=None,
        expires_slot=2**40,
    )
    with newsroom.database.writing() as conn:
        people.add_invitation(conn, invitation)
    signed = first_statements(SITE_ID, ATTACKER, secret=b"s" * 32)
    return (
        DeskClient(newsroom)
        .post(
            "begin-roster",
            token=token.hex(),
            statements=[as_json(item) for item in signed],
            newcomer=newcomer(ATTACKER),
            wrap=to_base64(ATTACKER.wrap),
        )
        .status
    )


# Invitations


def test_an_invitations_link_opens_nothing(newsroom: NewsroomHarness) -> None:
    newsroom.send("For members only.")
    desk = signed_in(newsroom)
    token = invite(desk)
    eavesdropper = desk.browser_of(None)
    opened = eavesdropper.post("open-invitation", token=token)
    assert set(opened.json) == {"is_first", "statements"}
    assert {item["keys"] for item in opened.json["statements"]} == {None}
    assert "Heron" not in opened.text
    assert "YWdlLWVuY3J5cHRpb24" not in opened.text, "no age file"
    thief = moderator_of("Egret")
    assert register(desk, token, thief).status == 200
    assert eavesdropper.sign_in("Egret", thief.sign_in_seed).status == 403
    assert {row["pseudonym"] for row in newsroom.read_table("wrapped_epoch_keys")} == {"Heron"}
    assert eavesdropper.post("queue").status == 401
    spent = eavesdropper.post("open-invitation", token=token)
    assert spent.status == 410, "the invited person notices, and so does the lead"


# The pin


def test_an_old_roster_is_refused_once_a_new_one_was_accepted(
    newsroom: NewsroomHarness,
) -> None:
    with newsroom.database.reading() as conn:
        old = statements.list_all(conn, SITE_ID)
    assert _read(newsroom) == lead_of(newsroom).epoch_recipient
    add_lead(newsroom, "Egret")
    assert _read(newsroom) == lead_of(newsroom).epoch_recipient
    with newsroom.database.writing() as conn:
        statements.delete_all(conn, SITE_ID)
        for number, signed in enumerate(old):
            statements.append(conn, SITE_ID, signed, number=number)
    assert _read(newsroom) == "founder"


def test_the_pin_file_is_replaced_atomically(newsroom: NewsroomHarness) -> None:
    pin = RosterPin(newsroom.components.settings.secrets_dir)
    before = pin.read()
    assert before.founder_key is None
    pin.expect_founder(b"k" * 32)
    assert pin.read() == Pin(
        founder_key=(b"k" * 32).hex(), first=before.first, length=before.length, head=before.head
    )
