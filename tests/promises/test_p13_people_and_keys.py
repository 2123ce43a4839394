"""P13: a person who is not a member has no key and no session, in any order of what people do, and after crashes.

A state machine runs the people of a newsroom beside a small model, and compares both after every step.
"""

import base64
import copy
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import KINDS, copied_newsroom
from tests.harness import SITE_ID, lead_of
from tests.in_process_client import DeskClient, Response
from tests.people_tables import Rows, read_people, write_people
from tests.web.desk_keys import (
    as_json,
    challenge_of,
    epoch_body,
    finish_recovery,
    invite,
    member_added,
    moderator_of,
    prove_sheet,
    register,
    removal_body,
    resumption_body,
    signed_removal,
    with_words,
)
from yobal.actions import accept_roster, remove_member, suspend
from yobal.actions.add_epoch import MemberWrap
from yobal.core.errors import RosterInvalid
from yobal.core.roster import Roster, SignedStatement
from yobal.demo.keys import NewModerator
from yobal.store import epochs, expiry, identities, people, sites, statements

NAMES = ("Avocet", "Bittern", "Curlew", "Dunlin", "Egret", "Fulmar")
PICK = st.integers(0, 1_000)
FEW, MANY = 3, 30  # the controls end at the first failure, which no few examples are sure to have
DAY_SECONDS = 86_400
WEEK = 7 * DAY_SECONDS
PENDING_SECONDS = 30 * DAY_SECONDS  # then undecided comments are destroyed
STEPS: tuple[tuple[Any, str], ...] = (
    (statements, "append"),
    (people, "deactivate"),
    (people, "delete_invitations_by"),
    (epochs, "delete_wraps"),
    (epochs, "add_wrap"),
)
# The message of each check; a control names the check that must fail.
WRAPS, SIGN_IN = "exactly the members have wraps", "exactly the members can sign in"
SEALED = "exactly what has not expired is stored"


MODEL = ("keys", "members", "suspended", "waiting", "holders", "is_due", "keyless")


class Backup(NamedTuple):
    rows: Rows
    statement_count: int
    model: dict[str, Any]
    made_at: float


class Crash(Exception):  # not an error of ours
    """The process ends here."""


class PeopleAndKeys(RuleBasedStateMachine):
    server_url: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="yobal-people-"))
        self.newsroom = copied_newsroom(self.folder, self.server_url)
        self.desk = DeskClient(self.newsroom)
        self.keys: dict[str, NewModerator] = {"Heron": lead_of(self.newsroom)}
        self.members = {"Heron": "lead"}
        self.suspended: set[str] = set()
        self.waiting: dict[str, str] = {}  # and the lead who invited them
        self.holders: list[set[str]] = [{"Heron"}]  # of each epoch
        self.is_due = False
        self.keyless: set[str] = set()  # members whose sealed keys a restore has lost
        self.former: set[str] = set()
        self.sealed: dict[str, tuple[str, float]] = {}  # comments, their epoch, when they came
        self.held: list[SignedStatement] = []
        self.backup: Backup | None = None

    def teardown(self) -> None:
        self.newsroom.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin_with_three(self) -> None:
        """Else most runs would be over before there is anybody to remove."""
        for is_lead in (True, False):
            self.register(0, 0, is_lead=is_lead)
            self.confirm(0, 0)

    # What people do

    @precondition(lambda self: self._active_leads() and self._strangers())
    @rule(by=PICK, who=PICK, is_lead=st.booleans())
    def register(self, by: int, who: int, *, is_lead: bool) -> None:
        lead, name = self._pick(self._active_leads(), by), self._pick(self._strangers(), who)
        token = invite(self._browser(lead), role="lead" if is_lead else "moderator")
        self.keys[name] = moderator_of(name)
        assert register(self.desk, token, self.keys[name]).status == 200
        self.waiting[name] = lead

    @precondition(lambda self: self.waiting and self._active_leads())
    @rule(by=PICK, who=PICK)
    def confirm(self, by: int, who: int) -> None:
        lead, name = self._pick(self._active_leads(), by), self._pick(list(self.waiting), who)
        browser = self._browser(lead)
        registration = next(
            item
            for item in browser.post("people").json["registrations"]
            if item["keys"] == self.keys[name].keys
        )
        signed = member_added(browser, registration, by=self.keys[lead])
        ids = self._epoch_ids()
        own = [number for number, holders in enumerate(self.holders) if lead in holders]
        body = {
            "registration_id": registration["registration_id"],
            "statement": as_json(signed),
            "wraps": [{"epoch_id": ids[number], "wrap": "AAAA"} for number in own],
        }
        assert browser.post("confirm-member", body).status == 200
        for number in own:
            self.holders[number].add(name)
        self.members[name] = registration["role"]
        del self.waiting[name]

    @precondition(lambda self: self._active_leads() and len(self.members) > 1)
    @rule(by=PICK, who=PICK)
    def remove(self, by: int, who: int) -> None:
        lead, name = self._lead_and_other(by, who)
        assert self._remove(lead, name).status == 200
        self._forget(name)
        self._begin_epoch()

    @precondition(lambda self: self._active_leads() and len(self.members) > 1)
    @rule(by=PICK, who=PICK, step=st.sampled_from(STEPS), is_after=st.booleans())
    def remove_and_crash(self, by: int, who: int, step: tuple[Any, str], *, is_after: bool) -> None:
        """Nothing has changed, and the server that starts again knows it."""
        lead, name = self._lead_and_other(by, who)
        body = self._removal(lead, name)
        module, function = step
        real: Callable[..., Any] = getattr(module, function)

        def crash(*args: Any, **fields: Any) -> None:
            if is_after:
                real(*args, **fields)
            raise Crash

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, function, crash)
            with pytest.raises(Crash):
                self._remove_without_http(lead, body)
        self.restart()

    @precondition(lambda self: len(self._active_leads()) > 1)
    @rule(by=PICK, who=PICK)
    def two_leads_at_once(self, by: int, who: int) -> None:
        """Both have looked at the same list; each removes somebody."""
        first, second = self._pair(self._active_leads(), by)
        target = self._pick([name for name in self.members if name != first], who)
        other = self._pick([name for name in self.members if name != second], who + 1)
        bodies = self._removal(first, target), self._removal(second, other)
        late_browser = self._browser(second)
        assert self._browser(first).post("remove-member", bodies[0]).status == 200
        late = late_browser.post("remove-member", bodies[1])
        expected = "no_longer_member" if target == second else "roster_changed"
        assert late.json["error"] == expected
        self._forget(target)
        self._begin_epoch()

    @precondition(lambda self: self._active())
    @rule(who=PICK)
    def leave(self, who: int) -> None:
        name = self._pick(self._active(), who)
        signed = signed_removal(self.desk, self.keys[name], by=self.keys[name])
        answer = self._browser(name).post("remove-member", statements=[as_json(signed)], wraps=[])
        is_last = [other for other, role in self.members.items() if role == "lead"] == [name]
        assert answer.status == (422 if is_last else 200)
        if not is_last:
            self._forget(name)
            self.is_due = True

    @rule()
    def pass_a_week(self) -> None:
        self._let_pass(WEEK)

    @precondition(lambda self: self.holders[-1])
    @rule()
    def send(self) -> None:
        sent = self.newsroom.send("Sealed.")
        self.sealed[sent.id] = (self._epoch_ids()[-1], self.newsroom.now)

    @precondition(lambda self: self.sealed)
    @rule()
    def expire(self) -> None:
        """No moderator decides for a month: every comment is destroyed, and with them the keys of all old epochs."""
        self._let_pass(PENDING_SECONDS)
        assert self.sealed == {}

    def _let_pass(self, seconds: int) -> None:
        """Day by day. The week that follows a pause of the server is for the model of comments."""
        for _ in range(seconds // DAY_SECONDS):
            with self.newsroom.database.writing() as conn:
                sites.set_first_expiry_slot(conn, SITE_ID, 0)
            self.newsroom.now += DAY_SECONDS
            self.newsroom.run_scheduler()
        self.waiting.clear()  # their registrations have expired
        self.is_due = True
        oldest = self.newsroom.now - PENDING_SECONDS
        self.sealed = {key: value for key, value in self.sealed.items() if value[1] > oldest}
        in_use = {epoch_id for epoch_id, _ in self.sealed.values()}
        for number, epoch_id in enumerate(self._epoch_ids()[:-1]):
            if epoch_id not in in_use:
                self.holders[number] = set()

    @precondition(lambda self: self._active_leads())
    @rule(by=PICK)
    def open_a_leads_desk(self, by: int) -> None:
        """It begins an epoch if one is due, and only then."""
        lead = self._pick(self._active_leads(), by)
        browser = self._browser(lead)
        assert browser.post("session").json["is_epoch_due"] == self.is_due
        members = [self.keys[name] for name in self.members]
        begun = browser.post("begin-epoch", epoch_body(self.desk, members, by=self.keys[lead]))
        assert begun.status == (200 if self.is_due else 422)
        if self.is_due:
            self._begin_epoch()

    @rule(who=PICK)
    def suspend(self, who: int) -> None:
        name = self._pick(list(self.members), who)
        suspend.suspend(self.newsroom.database, SITE_ID, pseudonym=name)
        self.suspended.add(name)

    @precondition(lambda self: self.suspended)
    @rule(who=PICK)
    def resume(self, who: int) -> None:
        name = self._pick(sorted(self.suspended), who)
        suspend.resume(self.newsroom.database, SITE_ID, pseudonym=name)
        self.suspended.discard(name)

    @rule()
    def restart(self) -> None:
        self.newsroom.components.roster_reader._verified = None
        self.newsroom.components.intake_roster_reader._verified = None

    @precondition(lambda self: self._recoverable())
    @rule(who=PICK)
    def recover(self, who: int) -> None:
        """With the sheet: new words, and the old ones open nothing."""
        name = self._pick(self._recoverable(), who)
        keys, seed = self.keys[name], secrets.token_bytes(32)
        ticket = prove_sheet(self.desk, challenge_of(self.desk, name), keys).json["ticket"]
        assert finish_recovery(self.desk, ticket, keys, seed=seed).status == 200
        assert self.desk.browser_of(None).sign_in(name, keys.sign_in_seed).status == 403
        self.keys[name] = with_words(keys, seed)

    @rule()
    def back_up(self) -> None:
        with self.newsroom.database.reading() as conn:
            held = statements.list_all(conn, SITE_ID)
        model = copy.deepcopy({name: getattr(self, name) for name in MODEL})
        self.backup = Backup(read_people(self.newsroom), len(held), model, self.newsroom.now)

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore_and_give_back(self) -> None:
        """Browsers hold what came after the backup; sealed keys were in the database only."""
        backup = self._restored()
        missing = self.held[backup.statement_count :]
        if missing:
            self._nobody_can_sign_in()
            body = {"statements": [as_json(item) for item in missing]}
            answer = self.desk.browser_of(None).post("return-statements", body)
            assert answer.json == {"returned_count": len(missing)}
        old = backup.model
        self.keyless = (self.keyless | (set(self.members) - set(old["members"]))) & set(
            self.members
        )
        self.suspended = old["suspended"] & set(self.members)
        self.waiting = {
            who: lead
            for who, lead in old["waiting"].items()
            if lead in self.members and who not in self.members and who not in self.former
        }
        count = len(old["holders"])
        self.holders = [holders & set(self.members) for holders in old["holders"]]
        self.holders += [set() for _ in range(len(self._epoch_ids()) - count)]
        self.is_due = self._is_due_after(old)
        self.backup = None

    @precondition(lambda self: self.backup is not None and self._resuming_leads())
    @rule(by=PICK)
    def restore_and_resume(self, by: int) -> None:
        """No browser has the statements that came after the backup: a lead says who is still a member."""
        lead = self._pick(self._resuming_leads(), by)
        current = set(self.members)
        backup = self._restored()
        if len(self.held) == backup.statement_count:
            self.backup = None
            for name, value in backup.model.items():
                setattr(self, name, value)
            return
        for name, value in backup.model.items():
            setattr(self, name, value)
        pin = self.newsroom.components.roster_pin
        with self.newsroom.database.reading() as conn:
            accept_roster.accept(conn, SITE_ID, pin, pin.read().first or "", lead=lead)
        self.restart()
        self._only_can_sign_in(lead)
        removed = [self.keys[name] for name in self.members if name not in current]
        stay = [self.keys[name] for name in self.members if name in current]
        body = resumption_body(self.desk, self.held, removed, stay, by=self.keys[lead])
        browser = self.desk.browser_of(None)
        assert browser.sign_in(lead, self.keys[lead].sign_in_seed).status == 200
        assert browser.post("resume-roster", body).status == 200
        for name in set(self.members) - current:
            self._forget(name)
        self._begin_epoch()
        self.backup = None

    # What must hold

    @invariant()
    def the_roster_is_the_models(self) -> None:
        names = {name: self.keys[name].signing_key for name in self.members}
        expected = {names[name]: role for name, role in self.members.items()}
        roster = self._roster()
        assert {key: member.role for key, member in roster.members.items()} == expected
        assert "lead" in self.members.values()

    @invariant()
    def exactly_the_members_can_sign_in(self) -> None:
        stranger = self.desk.browser_of(None)
        for name, keys in self.keys.items():
            answer = stranger.sign_in(name, keys.sign_in_seed)
            is_open = name in self._active()
            assert (answer.status == 200) == is_open, SIGN_IN

    @invariant()
    def exactly_the_members_have_wraps_and_identities(self) -> None:
        ids = self._epoch_ids()
        holders: list[set[str]] = [set() for _ in ids]
        for row in self.newsroom.read_table("wrapped_epoch_keys"):
            holders[ids.index(row["epoch_id"])].add(row["pseudonym"])
        assert holders == self.holders, WRAPS
        owners = [row["signing_key"] for row in self.newsroom.read_table("member_identities")]
        expected_names = (set(self.members) - self.keyless) | set(self.waiting)
        expected = {self.keys[name].signing_key for name in expected_names}
        assert set(owners) == expected, WRAPS
        assert len(owners) == 2 * len(expected), WRAPS

    @invariant()
    def exactly_what_has_not_expired_is_stored(self) -> None:
        stored = {row["comment_id"] for row in self.newsroom.read_table("envelopes")}
        assert stored == set(self.sealed), SEALED

    @invariant()
    def the_intake_seals_to_the_newest_epoch(self) -> None:
        """And to none whose keys a restore has lost."""
        reader = self.newsroom.components.intake_roster_reader
        with self.newsroom.database.reading() as conn:
            read = reader.read(conn)
            assert read is not None
            assert [epoch.epoch_id for epoch in read.epochs] == self._epoch_ids()
            if self.holders[-1]:
                assert reader.sealing_epoch(conn) == read.epochs[-1]
            else:
                with pytest.raises(RosterInvalid, match="lost_epoch"):
                    reader.sealing_epoch(conn)

    @invariant()
    def browsers_hold_every_statement(self) -> None:
        with self.newsroom.database.reading() as conn:
            self.held = statements.list_all(conn, SITE_ID)

    # Shorthand

    def _active(self) -> list[str]:
        shut_out = self.suspended | self.keyless
        return [name for name in self.members if name not in shut_out]

    def _active_leads(self) -> list[str]:
        return [name for name in self._active() if self.members[name] == "lead"]

    def _recoverable(self) -> list[str]:
        return self._active()

    def _resuming_leads(self) -> list[str]:
        """Leads now and in the backup, with the same words."""
        old = self.backup.model if self.backup is not None else {}
        return [
            name
            for name in self._active_leads()
            if old["members"].get(name) == "lead" and name not in old["suspended"] | old["keyless"]
        ]

    def _restored(self) -> Backup:
        backup = self.backup
        assert backup is not None
        write_people(self.newsroom, backup.rows)
        self.former |= set(self.keys) - set(self.members) - set(self.waiting)
        if self.newsroom.now > backup.made_at:  # by a week or more: the next slot's pass does this
            with self.newsroom.database.writing() as conn:
                expiry.delete_expired(conn, now=self.newsroom.now)
                identities.delete_ownerless(conn)
            backup.model["waiting"].clear()
        self.restart()
        return backup

    def _nobody_can_sign_in(self) -> None:
        stranger = self.desk.browser_of(None)
        for name, keys in self.keys.items():
            assert stranger.sign_in(name, keys.sign_in_seed).status in (403, 503), SIGN_IN

    def _only_can_sign_in(self, lead: str) -> None:
        stranger = self.desk.browser_of(None)
        for name, keys in self.keys.items():
            if name != lead:
                assert stranger.sign_in(name, keys.sign_in_seed).status in (403, 503), SIGN_IN

    def _is_due_after(self, old: dict[str, Any]) -> bool:
        return not self.holders[-1] or (self.is_due if self.held else bool(old["is_due"]))

    def _strangers(self) -> list[str]:
        return [name for name in NAMES if name not in self.keys]

    def _pick(self, names: list[str], which: int) -> str:
        return names[which % len(names)]

    def _pair(self, names: list[str], which: int) -> tuple[str, str]:
        return names[which % len(names)], names[(which + 1) % len(names)]

    def _lead_and_other(self, by: int, who: int) -> tuple[str, str]:
        lead = self._pick(self._active_leads(), by)
        return lead, self._pick([name for name in self.members if name != lead], who)

    def _browser(self, name: str) -> DeskClient:
        return self.desk.browser_of(name)

    def _removal(self, lead: str, name: str) -> dict[str, Any]:
        remaining = [self.keys[other] for other in self.members if other != name]
        return removal_body(self.desk, self.keys[name], remaining, by=self.keys[lead])

    def _remove(self, lead: str, name: str) -> Response:
        return self._browser(lead).post("remove-member", self._removal(lead, name))

    def _remove_without_http(self, lead: str, body: dict[str, Any]) -> None:
        """A crash must not be answered with an error of the framework."""
        signed = [
            SignedStatement(item["statement"], base64.b64decode(item["signature"]))
            for item in body["statements"]
        ]
        remove_member.remove_member(
            self.newsroom.database,
            self.newsroom.components.cell_file,
            self.newsroom.rules,
            self.newsroom.components.roster_reader,
            removed_by=lead,
            statements=signed,
            wraps=[MemberWrap(item["member"], b"") for item in body["wraps"]],
            now=self.newsroom.now,
            random=secrets.token_bytes,
        )

    def _forget(self, name: str) -> None:
        del self.members[name]
        self.suspended.discard(name)
        self.waiting = {who: lead for who, lead in self.waiting.items() if lead != name}
        for holders in self.holders:
            holders.discard(name)

    def _begin_epoch(self) -> None:
        self.holders.append(set(self.members))
        self.is_due = False

    def _epoch_ids(self) -> list[str]:
        rows = sorted(self.newsroom.read_table("epochs"), key=lambda row: int(row["number"]))
        return [str(row["id"]) for row in rows]

    def _roster(self) -> Roster:
        with self.newsroom.database.reading() as conn:
            read = self.newsroom.components.roster_reader.read(conn)
        assert read is not None
        return read


def _run(server_url: str | None, *, examples: int = FEW) -> None:
    machine = type("PeopleAndKeys", (PeopleAndKeys,), {"server_url": server_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            max_examples=examples,
            phases=(Phase.generate,),  # making a failure shorter takes minutes
            stateful_step_count=25,
        ),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_only_members_have_keys_in_any_order_of_actions(
    kind: str, examples: int, request: pytest.FixtureRequest
) -> None:
    server_url = None if kind == "sqlite" else request.getfixturevalue("postgresql")
    _run(server_url, examples=examples)


def test_control_the_model_notices_wraps_that_a_removal_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs, "delete_wraps", lambda *_: None)
    with pytest.raises(AssertionError, match=WRAPS):
        _run(None, examples=MANY)


def test_control_the_model_notices_keys_of_old_epochs_that_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs, "destroy", lambda *_args, **_fields: None)
    with pytest.raises(AssertionError, match=WRAPS):
        _run(None, examples=MANY)


def test_control_the_model_notices_a_suspension_that_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "suspend", lambda *_: 1)
    with pytest.raises(AssertionError, match=SIGN_IN):
        _run(None, examples=MANY)
