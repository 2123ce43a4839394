"""A backup from before a removal does not bring the removed person back."""

import base64
from typing import Any

import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness, lead_of
from tests.in_process_client import intake_of
from tests.people_tables import Rows, read_people, write_people
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    confirm,
    epoch_body,
    head_of,
    invite,
    join_by_invitation,
    new_words,
    register,
    removal_body,
    resumption_body,
    signed_removal,
)
from tests.web.passkey_device import Device, add_passkey, remove_passkey, sign_in_with
from yobal.actions import accept_roster, roster_reader
from yobal.adapters.roster_pin import Pin
from yobal.core import roster
from yobal.core.errors import RosterInvalid, RosterNotAccepted
from yobal.core.roster import Keys, SignedStatement
from yobal.demo.keys import NewModerator, make_moderator
from yobal.store import statements


def _restore(newsroom: NewsroomHarness, rows: Rows) -> None:
    """As on Sunday; `secrets/` is another matter. The server starts again."""
    write_people(newsroom, rows)
    newsroom.components.roster_reader._verified = None
    newsroom.components.intake_roster_reader._verified = None


class Monday:
    """Sunday: Heron leads, Egret and Ibis are members. Monday: Egret is removed, and Plover joins."""

    def __init__(self, newsroom: NewsroomHarness) -> None:
        self.newsroom, self.lead = newsroom, lead_of(newsroom)
        self.desk = signed_in(newsroom)
        self.egret = join_by_invitation(self.desk, "Egret", role="lead")
        self.ibis = join_by_invitation(self.desk, "Ibis", role="moderator")
        self.sunday = read_people(newsroom)
        members = [self.lead, self.ibis]
        body = removal_body(self.desk, self.egret, members, by=self.lead)
        assert self.desk.post("remove-member", body).status == 200
        self.plover = join_by_invitation(self.desk, "Plover", role="moderator")
        with newsroom.database.reading() as conn:
            self.held = statements.list_all(conn, SITE_ID)  # as a browser holds them
        self.newest = roster.statement_hash(self.held[-1].statement)

    @property
    def missing(self) -> list[SignedStatement]:
        return self.held[len(self.sunday["statements"]) :]

    def die(self) -> None:
        _restore(self.newsroom, self.sunday)

    def give_back(self, signed: list[SignedStatement] | None = None) -> Any:
        items = [as_json(item) for item in (self.missing if signed is None else signed)]
        return self.desk.browser_of(None).post("return-statements", statements=items)

    def can_sign_in(self, name: str) -> int:
        keys = {"Egret": self.egret, "Ibis": self.ibis, "Heron": self.lead, "Plover": self.plover}
        return self.desk.browser_of(None).sign_in(name, keys[name].sign_in_seed).status


@pytest.fixture
def monday(newsroom: NewsroomHarness) -> Monday:
    return Monday(newsroom)


def _refusal(newsroom: NewsroomHarness) -> str:
    try:
        with newsroom.database.reading() as conn:
            newsroom.components.intake_roster_reader.sealing_epoch(conn)
    except RosterInvalid as error:
        return error.rule
    return ""


def test_statements_that_a_browser_holds_come_back_and_the_removed_person_does_not(
    monday: Monday,
) -> None:
    monday.die()
    refused = monday.desk.browser_of(None).sign_in("Egret", monday.egret.sign_in_seed)
    assert (refused.status, refused.json["reason"]) == (503, "older")
    assert refused.json["statement_count"] == len(monday.sunday["statements"])
    returned = monday.give_back()
    assert (returned.status, returned.json) == (200, {"returned_count": len(monday.missing)})
    assert [monday.can_sign_in(name) for name in ("Egret", "Ibis", "Heron")] == [403, 200, 200]
    wraps = monday.newsroom.read_table("wrapped_epoch_keys")
    assert "Egret" not in {row["pseudonym"] for row in wraps}
    owners = {row["signing_key"] for row in monday.newsroom.read_table("member_identities")}
    assert monday.egret.signing_key not in owners
    assert monday.give_back().json["error"] == "roster_changed", "nothing is missing any more"


def test_nothing_is_sealed_to_an_epoch_whose_keys_were_lost(monday: Monday) -> None:
    """Its wraps were made on Monday, so no member can open it."""
    monday.die()
    assert monday.give_back().status == 200
    assert _refusal(monday.newsroom) == "lost_epoch"
    desk = monday.desk.browser_of("Heron")
    session = desk.post("session").json
    assert session["is_epoch_due"]
    assert session["without_keys"] == ["Plover"], "a lead has to invite this person again"
    members = [monday.lead, monday.ibis, monday.plover]
    begun = desk.post("begin-epoch", epoch_body(desk, members, by=monday.lead))
    assert begun.status == 200, begun.text
    assert _refusal(monday.newsroom) == ""
    assert not desk.post("session").json["is_epoch_due"]


def test_a_person_whose_keys_were_lost_is_removed_and_invited_again(monday: Monday) -> None:
    monday.die()
    assert monday.give_back().status == 200
    desk = monday.desk.browser_of("Heron")
    body = removal_body(desk, monday.plover, [monday.lead, monday.ibis], by=monday.lead)
    assert desk.post("remove-member", body).status == 200
    again = make_moderator(SITE_ID, "Plover")
    assert register(desk, invite(desk), again).status == 200
    (registration,) = desk.post("people").json["registrations"]
    assert confirm(desk, registration, by=monday.lead).status == 200
    assert desk.post("session").json["without_keys"] == []


@pytest.mark.parametrize("change", ["fewer", "more", "other", "none_missing", "unsigned"])
def test_only_what_this_server_has_verified_before_comes_back(monday: Monday, change: str) -> None:
    """Also a lead who was removed on Monday can sign another Monday."""
    monday.die()
    other = signed_removal(monday.desk, monday.ibis, by=monday.egret)
    returned = {
        "fewer": monday.missing[:-1],
        "more": [*monday.missing, monday.missing[0]],
        "other": [other],
        "none_missing": monday.held,
        "unsigned": [
            SignedStatement(item.statement, bytes(64), item.keys, item.keys_signature)
            for item in monday.missing
        ],
    }[change]
    answer = monday.give_back(returned)
    assert answer.status == (200 if change == "more" else 422), answer.text
    rows = len(monday.newsroom.read_table("statements"))
    assert rows == len(monday.held if change == "more" else monday.sunday["statements"])


def test_control_without_the_pinned_hash_a_removed_lead_signs_another_monday(
    monday: Monday, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday.die()
    count = len(monday.sunday["statements"]) + 1
    other = signed_removal(monday.desk, monday.lead, by=monday.egret)
    head = roster.statement_hash(other.statement)
    monkeypatch.setattr(roster_reader, "_lost_end", lambda _pin: (count, head))
    monday.give_back([other])
    assert len(monday.newsroom.read_table("statements")) == count


def test_all_statements_come_back_to_an_empty_table(monday: Monday) -> None:
    with monday.newsroom.database.writing() as conn:
        statements.delete_all(conn, SITE_ID)
    monday.newsroom.components.roster_reader._verified = None
    assert monday.give_back(monday.held).status == 200
    assert [monday.can_sign_in(name) for name in ("Egret", "Plover")] == [403, 200]
    assert not monday.desk.browser_of("Heron").post("session").json["is_epoch_due"]


# No browser holds them


def _accept(monday: Monday, lead: str = "Heron") -> Any:
    first = monday.newsroom.components.roster_pin.read().first or ""
    with monday.newsroom.database.reading() as conn:
        pin = monday.newsroom.components.roster_pin
        accepted = accept_roster.accept(conn, SITE_ID, pin, first, lead=lead)
    monday.newsroom.components.roster_reader._verified = None
    monday.newsroom.components.intake_roster_reader._verified = None
    return accepted


def _resume(monday: Monday, *removed: Any, by: Any = None, **changed: Any) -> Any:
    """What the lead's browser signs on the page that asks who is still a member."""
    lead = by or monday.lead
    stay = [item for item in (monday.lead, monday.egret, monday.ibis) if item not in removed]
    body = resumption_body(monday.desk, monday.held, removed, stay, by=lead, **changed)
    return monday.desk.browser_of(None), lead, body


def test_a_lead_whom_the_technician_named_resumes_the_roster_without_the_removed(
    monday: Monday,
) -> None:
    monday.die()
    accepted = _accept(monday)
    assert accepted.resumption.lost_head == monday.newest
    assert _refusal(monday.newsroom) == "resume"
    assert [monday.can_sign_in(name) for name in ("Egret", "Ibis", "Heron")] == [503, 503, 200]
    browser, lead, body = _resume(monday, monday.egret)
    assert browser.sign_in("Heron", lead.sign_in_seed).status == 200
    session = browser.post("session").json
    lost = {"lost_head": monday.newest, "lost_length": len(monday.held)}
    assert session["resumption"] == lost
    assert browser.post("queue").status == 503, "nothing but the question who is a member"
    resumed = browser.post("resume-roster", body)
    assert resumed.status == 200, resumed.text
    assert _refusal(monday.newsroom) == ""
    assert [monday.can_sign_in(name) for name in ("Egret", "Ibis", "Heron")] == [403, 200, 200]
    assert browser.post("queue").status == 200
    monday.newsroom.components.roster_reader._verified = None
    assert monday.can_sign_in("Ibis") == 200, "also after a restart"


def test_only_the_named_lead_resumes_the_roster(monday: Monday) -> None:
    """A lead who was removed on Monday is a lead in the backup."""
    monday.die()
    _accept(monday)
    browser, lead, body = _resume(monday, monday.lead, by=monday.egret)
    assert browser.sign_in("Egret", lead.sign_in_seed).status == 503
    signed = [
        SignedStatement(item["statement"], base64.b64decode(item["signature"]))
        for item in body["statements"]
    ]
    with monday.newsroom.database.writing() as conn:  # nor by writing the database
        for number, item in enumerate(signed, start=len(monday.sunday["statements"])):
            statements.append(conn, SITE_ID, item, number=number)
    assert _refusal(monday.newsroom) == "resume"
    assert monday.can_sign_in("Egret") == 503


def test_control_without_a_named_lead_a_removed_one_resumes_it(
    monday: Monday, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_reader, "_is_resumed", lambda _signed, _resumption: True)
    monkeypatch.setattr(roster_reader.RosterReader, "check_access", lambda _self, _member: None)
    monday.die()
    _accept(monday)
    browser, lead, body = _resume(monday, monday.lead, by=monday.egret)
    assert browser.sign_in("Egret", lead.sign_in_seed).status == 200
    assert browser.post("resume-roster", body).status == 200


@pytest.mark.parametrize(
    "changed", [{"lost_head": None, "lost_length": None}, {"lost_head": "0" * 64}]
)
def test_the_resumed_roster_names_what_was_lost(monday: Monday, changed: Any) -> None:
    monday.die()
    _accept(monday)
    browser, lead, body = _resume(monday, **changed)
    assert browser.sign_in("Heron", lead.sign_in_seed).status == 200
    assert browser.post("resume-roster", body).status == 403


def test_lost_statements_can_still_come_back(monday: Monday) -> None:
    monday.die()
    _accept(monday)
    assert monday.give_back().status == 200
    assert [monday.can_sign_in(name) for name in ("Egret", "Ibis")] == [403, 200]


# What outlives the machine


def test_a_restored_backup_is_refused_where_nothing_says_how_it_went_on(monday: Monday) -> None:
    monday.die()
    pin = monday.newsroom.components.roster_pin
    (monday.newsroom.components.settings.secrets_dir / "roster").unlink()
    count = len(monday.sunday["statements"])
    first, head = (roster.statement_hash(monday.held[n].statement) for n in (0, count - 1))
    pin.update(lambda _: Pin(first=first, length=count, head=head))  # Sunday's secrets
    with monday.newsroom.database.reading() as conn:
        accept_roster.mark_restored(conn, SITE_ID, pin)
    assert _refusal(monday.newsroom) == "restored"
    assert monday.can_sign_in("Egret") == 503
    with pytest.raises(RosterNotAccepted, match="--lead"):
        _accept(monday, lead="")
    assert _accept(monday).resumption.lost_head is None
    browser, lead, body = _resume(monday, monday.egret, lost_head=None, lost_length=None)
    assert browser.sign_in("Heron", lead.sign_in_seed).status == 200
    assert browser.post("resume-roster", body).status == 200
    assert [monday.can_sign_in(name) for name in ("Egret", "Ibis")] == [403, 200]


# The intake


def _send(newsroom: NewsroomHarness) -> int:
    with intake_of(newsroom) as intake:
        return intake.post(step="send", text="To whom is it sealed?").status


def test_the_intake_refuses_a_database_that_was_rolled_back_by_some_statements(
    monday: Monday,
) -> None:
    """Sunday's epoch opens for Egret, who was removed on Monday; `secrets/` knows the newest statement."""
    monday.die()
    assert _refusal(monday.newsroom) == "older"
    assert _send(monday.newsroom) == 503
    assert monday.newsroom.read_table("comments") == []


def test_control_without_the_newest_head_it_seals_to_the_removed_members_epoch(
    monday: Monday, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_reader, "_check_goes_on", lambda *_: None)
    monday.die()
    assert _send(monday.newsroom) == 200
    with monday.newsroom.database.reading() as conn:
        epoch = monday.newsroom.components.intake_roster_reader.sealing_epoch(conn)
    holders = {
        row["pseudonym"]
        for row in monday.newsroom.read_table("wrapped_epoch_keys")
        if epoch is not None and row["epoch_id"] == epoch.epoch_id
    }
    assert "Egret" in holders


def test_a_lead_who_resumes_ends_the_epochs_that_no_member_signs(monday: Monday) -> None:
    """Only statements were deleted: Monday's epoch and its wraps are still in the database."""
    with monday.newsroom.database.writing() as conn:
        count = len(monday.sunday["statements"])
        conn.execute(sa.text(f"delete from statements where number >= {count}"))
    monday.newsroom.components.roster_reader._verified = None
    monday.newsroom.components.intake_roster_reader._verified = None
    _accept(monday)
    browser, lead, body = _resume(monday, monday.egret)
    assert browser.sign_in("Heron", lead.sign_in_seed).status == 200
    assert browser.post("resume-roster", body).status == 200
    signed = {epoch["epoch_id"] for epoch in browser.post("session").json["epochs"]}
    with monday.newsroom.database.reading() as conn:
        read = monday.newsroom.components.roster_reader.read(conn)
    assert read is not None
    assert signed == {epoch.epoch_id for epoch in read.epochs}


# Where the whole machine was put back, and nothing elsewhere knows more


def _put_back_the_machine(monday: Monday) -> None:
    """`secrets/` is from Sunday, too."""
    monday.die()
    count = len(monday.sunday["statements"])
    first, head = (roster.statement_hash(monday.held[n].statement) for n in (0, count - 1))
    pin = Pin(first=first, length=count, head=head)
    monday.newsroom.components.roster_pin.update(lambda _: pin)


def _extend(monday: Monday, by: str, signed: list[SignedStatement]) -> int:
    items = [as_json(item) for item in signed]
    return monday.desk.browser_of(by).post("extend-roster", statements=items).status


def test_a_leads_browser_returns_what_the_server_knows_nothing_of(monday: Monday) -> None:
    _put_back_the_machine(monday)
    assert monday.can_sign_in("Egret") == 200, "the limit: until a lead's browser is at the desk"
    assert monday.give_back().json["error"] == "roster_changed", "a stranger's cannot"
    assert _extend(monday, "Ibis", monday.missing) == 403, "nor a moderator's"
    assert _extend(monday, "Heron", monday.missing) == 200
    assert monday.can_sign_in("Egret") == 403
    assert monday.desk.browser_of("Heron").post("session").json["is_epoch_due"]


def test_statements_that_no_desk_would_have_taken_are_not_returned(
    monday: Monday,
) -> None:
    """A moderator signs keys with another name, and a lead's browser is made to hold them."""
    _put_back_the_machine(monday)
    renamed = new_words(monday.ibis, head_of(monday.desk), seed=b"n" * 32, pseudonym="Heroṅ")
    assert _extend(monday, "Heron", [renamed]) == 422
    words = new_words(monday.ibis, head_of(monday.desk), seed=b"n" * 32)
    assert _extend(monday, "Heron", [words]) == 200


def test_a_new_sheet_comes_back_with_the_rest_and_nothing_else_in_keys_does(monday: Monday) -> None:
    """What `renew-sheet` takes, and a sheet to which no challenge could be sealed."""
    _put_back_the_machine(monday)
    words_and_sheet = {"recovery_recipient": _keys_of(monday.plover).recovery_recipient}
    both = new_words(monday.ibis, head_of(monday.desk), seed=b"n" * 32, **words_and_sheet)
    assert _extend(monday, "Heron", [both]) == 422, "no desk changes both at once"
    unusable = _new_sheet(monday, "age1" + "q" * 58)
    assert _extend(monday, "Heron", [unusable]) == 422
    assert (
        _extend(monday, "Heron", [_new_sheet(monday, _keys_of(monday.plover).recovery_recipient)])
        == 200
    )


def _keys_of(moderator: NewModerator) -> Keys:
    return roster.read_keys(moderator.keys, moderator.keys_signature)


def _new_sheet(monday: Monday, recipient: str) -> SignedStatement:
    own = {"sign_in_key": _keys_of(monday.ibis).sign_in_key, "recovery_recipient": recipient}
    return new_words(monday.ibis, head_of(monday.desk), seed=b"n" * 32, **own)


@pytest.mark.parametrize("route", ["return-statements", "extend-roster"])
def test_a_passkey_whose_removal_comes_back_leaves_no_row(
    newsroom: NewsroomHarness, route: str
) -> None:
    """Its row holds keys that only the removed device opens."""
    desk, lead = signed_in(newsroom), lead_of(newsroom)
    device = Device(origin=desk.url)
    add_passkey(desk, lead, device)
    sunday = read_people(newsroom)
    remove_passkey(desk, lead, device)
    with newsroom.database.reading() as conn:
        held = statements.list_all(conn, SITE_ID)
    _restore(newsroom, sunday)
    count = len(sunday["statements"])
    if route == "extend-roster":
        first, head = (roster.statement_hash(held[n].statement) for n in (0, count - 1))
        pin = Pin(first=first, length=count, head=head)
        newsroom.components.roster_pin.update(lambda _: pin)
    assert len(newsroom.read_table("passkeys")) == 1
    browser = desk.browser_of("Heron" if route == "extend-roster" else None)
    assert browser.post(route, statements=[as_json(item) for item in held[count:]]).status == 200
    assert newsroom.read_table("passkeys") == []
    assert {row["opened_by"] for row in newsroom.read_table("member_identities")} == {
        "words",
        "sheet",
    }
    assert sign_in_with(desk.browser_of(None), device).status == 403
