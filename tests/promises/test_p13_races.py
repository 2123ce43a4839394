"""What a lead does at the moment in which another removes them leaves nothing behind."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness import NewsroomHarness, lead_of
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    head_of,
    join_by_invitation,
    moderator_of,
    removal_body,
    signed_epoch,
    signed_pin_of,
    signed_removal,
)
from tests.web.desk_keys import invite as invite_by_http
from yobal.actions import begin_epoch, invite, join, remove_member
from yobal.actions.add_epoch import MemberWrap
from yobal.core.errors import YobalError
from yobal.core.roster import statement_hash
from yobal.demo.keys import NewModerator
from yobal.store import people, sites

ACTING = "acting at the same moment"
WAIT_SECONDS = 1.5  # longer than an invitation takes without waiting


def _remove_while(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]
) -> list[str]:
    """Egret's links are deleted; then Egret, or the person invited, acts before the commit. What stopped them."""
    desk, lead, egret = signed_in(newsroom), lead_of(newsroom), moderator_of("Egret")
    body = removal_body(desk, egret, [lead], by=lead)
    stopped: list[str] = []
    real: Callable[..., Any] = people.delete_invitations_by

    def run() -> None:
        try:
            act()
        except YobalError as error:
            stopped.append(type(error).__name__)

    thread = threading.Thread(target=run, name=ACTING)

    def delete_and_wait(*args: Any) -> None:
        real(*args)
        thread.start()
        thread.join(WAIT_SECONDS)

    with monkeypatch.context() as patch:
        patch.setattr(people, "delete_invitations_by", delete_and_wait)
        assert desk.post("remove-member", body).status == 200
    thread.join(30)
    assert not thread.is_alive()
    return stopped


def _invite(newsroom: NewsroomHarness) -> Callable[[], object]:
    return lambda: invite.invite(
        newsroom.database,
        newsroom.rules,
        newsroom.components.roster_reader,
        token=b"t" * 32,
        role="lead",
        invited_by="Egret",
        now=newsroom.now,
    )


def test_a_lead_who_is_removed_at_this_moment_makes_no_link(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    join_by_invitation(signed_in(newsroom), "Egret", role="lead")
    assert _remove_while(newsroom, monkeypatch, _invite(newsroom)) == ["Forbidden"]
    assert newsroom.read_table("invitations") == []


def test_control_without_the_lock_the_link_stays(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite one transaction waits for the other anyway."""
    join_by_invitation(signed_in(newsroom), "Egret", role="lead")
    real = sites.lock

    def lock(conn: Any, site_id: str) -> None:
        if threading.current_thread().name != ACTING:
            real(conn, site_id)

    monkeypatch.setattr(sites, "lock", lock)
    _remove_while(newsroom, monkeypatch, _invite(newsroom))
    assert len(newsroom.read_table("invitations")) == (0 if newsroom.database.is_sqlite else 1)


def test_a_link_of_a_lead_who_is_removed_at_this_moment_does_not_register(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="lead")
    at_egret = desk.browser_of(None)
    assert at_egret.sign_in("Egret", egret.sign_in_seed).status == 200
    token, ibis = invite_by_http(at_egret), moderator_of("Ibis")
    newest = max(newsroom.read_table("statements"), key=lambda row: int(row["number"]))
    head = statement_hash(newest["statement"])

    def register() -> None:
        join.register(
            newsroom.database,
            newsroom.components.cell_file,
            newsroom.rules,
            token=bytes.fromhex(token),
            head=head,
            newcomer=join.Newcomer(
                ibis.keys,
                ibis.keys_signature,
                ibis.identity,
                ibis.recovery_identity,
                signed_pin_of(ibis),
            ),
            now=newsroom.now,
        )

    assert _remove_while(newsroom, monkeypatch, register) == ["InvitationInvalid"]
    assert newsroom.read_table("registrations") == []


# Two leads at the same moment


def _at_once(*acts: Callable[[], object]) -> list[str]:
    """What each of them got, in alphabetical order: `done`, or the name of an error."""
    barrier, results = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except YobalError as error:
            results.append(type(error).__name__)
        else:
            results.append("done")

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(results)


def test_two_leads_who_begin_an_epoch_at_once_begin_one(newsroom: NewsroomHarness) -> None:
    desk, heron = signed_in(newsroom), lead_of(newsroom)
    egret = join_by_invitation(desk, "Egret", role="lead")
    newsroom.now += 8 * 86_400
    before = len(newsroom.read_table("epochs"))

    def begin(name: str, lead: NewModerator) -> Callable[[], object]:
        statement, wraps = signed_epoch(head_of(desk), [heron, egret], by=lead)
        return lambda: begin_epoch.begin_epoch(
            newsroom.database,
            newsroom.components.cell_file,
            newsroom.rules,
            newsroom.components.roster_reader,
            begun_by=name,
            statement=statement,
            wraps=[MemberWrap(item["member"], b"wrap") for item in wraps],
            now=newsroom.now,
        )

    assert _at_once(begin("Heron", heron), begin("Egret", egret)) == ["RosterChanged", "done"]
    epochs = newsroom.read_table("epochs")
    assert len(epochs) == before + 1
    newest = max(epochs, key=lambda row: int(row["number"]))["id"]
    wraps = [row for row in newsroom.read_table("wrapped_epoch_keys") if row["epoch_id"] == newest]
    assert sorted(row["pseudonym"] for row in wraps) == ["Egret", "Heron"]


def test_two_leads_who_remove_each_other_at_once_leave_one(newsroom: NewsroomHarness) -> None:
    desk, heron = signed_in(newsroom), lead_of(newsroom)
    egret = join_by_invitation(desk, "Egret", role="lead")

    def remove(name: str, lead: NewModerator, other: NewModerator) -> Callable[[], object]:
        removal = signed_removal(desk, other, by=lead)
        epoch, wraps = signed_epoch(statement_hash(removal.statement), [lead], by=lead)
        return lambda: remove_member.remove_member(
            newsroom.database,
            newsroom.components.cell_file,
            newsroom.rules,
            newsroom.components.roster_reader,
            removed_by=name,
            statements=[removal, epoch],
            wraps=[MemberWrap(item["member"], b"wrap") for item in wraps],
            now=newsroom.now,
            random=secrets.token_bytes,
        )

    acts = remove("Heron", heron, egret), remove("Egret", egret, heron)
    assert _at_once(*acts) == ["RosterChanged", "done"]
    active = [row["pseudonym"] for row in newsroom.read_table("moderators") if row["is_active"]]
    assert len(active) == 1
    holders = {row["pseudonym"] for row in newsroom.read_table("wrapped_epoch_keys")}
    assert holders == set(active)
