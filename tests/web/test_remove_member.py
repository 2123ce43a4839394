"""A lead removes a member, or a member leaves: at once, for good, and all or nothing."""

import base64
import time
from typing import Any

import msgspec
import pytest

from tests.harness import SITE_ID, NewsroomHarness, lead_of
from tests.in_process_client import DeskClient, intake_of
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    challenge_of,
    epoch_body,
    head_of,
    invite,
    join_by_invitation,
    moderator_of,
    newest_epoch_id,
    prove_sheet,
    register,
    removal_body,
    signed_epoch,
    signed_removal,
)
from yobal.actions import add_epoch, member_keys, remove_member
from yobal.actions.member_keys import NewWrap
from yobal.actions.roster_reader import RosterReader
from yobal.core import roster
from yobal.core.roster import Roster
from yobal.demo import signing
from yobal.store import epochs, people, statements


def _remove(desk: DeskClient, member: Any, *remaining: Any) -> Any:
    heron = lead_of(desk.newsroom)
    return desk.post("remove-member", removal_body(desk, member, [heron, *remaining], by=heron))


def _leave(desk: DeskClient, member: Any) -> Any:
    removal = as_json(signed_removal(desk, member, by=member))
    return desk.post("remove-member", statements=[removal], wraps=[])


def _roster(newsroom: NewsroomHarness, reader: RosterReader | None = None) -> Roster:
    with newsroom.database.reading() as conn:
        read = (reader or newsroom.components.roster_reader).read(conn)
    assert read is not None
    return read


def test_a_removed_member_opens_nothing_any_more(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    theirs = desk.browser_of("Egret")
    before, old_epoch = newsroom.send("Sealed before."), newest_epoch_id(desk)
    challenge = challenge_of(desk, "Egret")
    assert theirs.post("queue", cursor=None).status == 200

    assert _remove(desk, egret).status == 200

    for route, body in (("session", {}), ("queue", {"cursor": None}), ("roster", {})):
        ended = theirs.post(route, body)
        assert (ended.status, ended.json["error"]) == (401, "no_longer_member"), route
        assert ended.json["message"].startswith("You are no longer a member of this desk")
    stranger = desk.browser_of(None)
    refused = stranger.sign_in("Egret", egret.sign_in_seed)
    unknown = stranger.sign_in("Nobody", egret.sign_in_seed)
    assert (refused.status, refused.body) == (unknown.status, unknown.body)
    assert prove_sheet(desk, challenge, egret).status == 403, "nor by the sheet"
    owners = {row["signing_key"] for row in newsroom.read_table("member_identities")}
    assert owners == {lead_of(newsroom).signing_key}
    wraps = newsroom.read_table("wrapped_epoch_keys")
    assert {wrap["pseudonym"] for wrap in wraps} == {"Heron"}
    after = newsroom.send("Sealed after.")
    sealed_to = {sent.id: newsroom.comment_row(sent.id)["epoch_id"] for sent in (before, after)}
    assert sealed_to == {before.id: old_epoch, after.id: newest_epoch_id(desk)}
    assert sealed_to[after.id] != old_epoch
    assert [newsroom.decrypt(sent.id).text for sent in (before, after)] == [
        "Sealed before.",
        "Sealed after.",
    ]
    taken = register(desk, invite(desk), moderator_of("Egret"))
    assert taken.json["error"] == "pseudonym_taken", "nobody can pass for them later"


def test_the_intake_seals_to_the_new_epoch_as_the_statement_names_it(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    with intake_of(newsroom) as intake:
        assert intake.send("Before.").status == 200
        assert _remove(desk, egret).status == 200
        newsroom.now += 2  # the intake looks once a second
        assert intake.send("After.").status == 200
    newest = _roster(newsroom).epochs[-1]
    texts = {newsroom.decrypt(row["id"]).text: row for row in newsroom.read_table("comments")}
    assert texts["After."]["epoch_id"] == newest.epoch_id
    assert texts["Before."]["epoch_id"] != newest.epoch_id


def test_comments_that_a_removed_member_accepted_return_to_the_queue(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    theirs, own = newsroom.send("Accepted by Egret."), newsroom.send("Accepted by Heron.")
    undone, released = newsroom.send("Accepted twice."), newsroom.send("Out before.")
    newsroom.publish(released.id, decided_by="Egret")
    newsroom.pass_slots()
    desk.sign_in()
    newsroom.publish(theirs.id, decided_by="Egret")
    newsroom.publish(own.id)
    newsroom.undo(newsroom.publish(undone.id, decided_by="Egret"))
    newsroom.publish(undone.id)

    assert _remove(desk, egret).json == {"returned_count": 1}

    newsroom.pass_slots()
    states = [newsroom.state(sent.id) for sent in (theirs, own, undone, released)]
    assert states == ["pending", "published", "published", "published"]
    assert "Accepted by Egret." not in newsroom.read_file("en/index.html")
    assert newsroom.decrypt(theirs.id).text == "Accepted by Egret.", "it can be decided on again"
    desk.sign_in()
    entries = desk.post("history", {}).json["entries"]
    (undo,) = [item for item in entries if item["comment_id"] == theirs.id and item["undoes"]]
    assert undo["decided_by"] == "Heron"
    assert newsroom.read_table("expired_cells") == [], "the text's cell is overwritten"


def test_the_links_of_a_removed_lead_end(desk: DeskClient) -> None:
    egret = join_by_invitation(desk, "Egret", role="lead")
    at_egrets = desk.browser_of("Egret")
    unused, used, herons = invite(at_egrets), invite(at_egrets), invite(desk)
    assert register(desk, used, moderator_of("Ibis")).status == 200
    assert _remove(desk, egret).status == 200
    stranger = desk.browser_of(None)
    assert stranger.post("open-invitation", token=unused).status == 410
    assert desk.post("people").json["registrations"] == []
    assert stranger.post("open-invitation", token=herons).status == 200


def test_any_member_can_leave_and_the_next_lead_begins_the_epoch(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    theirs, old_epoch = desk.browser_of("Egret"), newest_epoch_id(desk)
    assert not desk.post("session").json["is_epoch_due"]
    assert _leave(theirs, egret).status == 200
    assert theirs.post("session").json["error"] == "no_longer_member"
    assert desk.post("session").json["is_epoch_due"]
    heron = lead_of(newsroom)
    assert desk.post("begin-epoch", epoch_body(desk, [heron], by=heron)).status == 200
    assert newest_epoch_id(desk) != old_epoch
    assert not desk.post("session").json["is_epoch_due"]


def test_the_last_lead_cannot_be_removed(desk: DeskClient, newsroom: NewsroomHarness) -> None:
    heron = lead_of(newsroom)
    ibis = join_by_invitation(desk, "Ibis", role="moderator")
    last = _leave(desk, heron)
    assert (last.status, "last_lead" in last.json["message"]) == (422, True)
    egret = join_by_invitation(desk, "Egret", role="lead")
    assert _leave(desk, heron).status == 200
    at_egrets = desk.browser_of("Egret")
    body = removal_body(at_egrets, ibis, [egret], by=egret)
    assert at_egrets.post("remove-member", body).status == 200


def test_a_removal_is_taken_only_as_it_must_be(desk: DeskClient, newsroom: NewsroomHarness) -> None:
    heron = lead_of(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    ibis = join_by_invitation(desk, "Ibis", role="moderator")
    good = removal_body(desk, egret, [heron, ibis], by=heron)
    first, second = good["statements"]
    by_moderator = removal_body(desk, ibis, [heron, egret], by=egret)
    impostor = removal_body(desk, egret, [heron, ibis], by=ibis)
    at_ibis = desk.browser_of("Ibis")
    refused: dict[str, tuple[DeskClient, Any, int]] = {
        "no new epoch": (desk, {"statements": [first], "wraps": []}, 422),
        "no wraps": (desk, good | {"wraps": []}, 422),
        "a member left out": (desk, good | {"wraps": good["wraps"][:1]}, 422),
        "the removed member's wrap": (
            desk,
            removal_body(desk, egret, [heron, ibis, egret], by=heron),
            422,
        ),
        "a member twice": (desk, good | {"wraps": [*good["wraps"], good["wraps"][0]]}, 422),
        "the epoch first": (desk, good | {"statements": [second, first]}, 409),
        "no removal": (
            desk,
            {"statements": [epoch_body(desk, [], by=heron)["statement"]], "wraps": []},
            422,
        ),
        "by a moderator": (desk.browser_of("Egret"), by_moderator, 422),
        "signed by another": (at_ibis, good, 403),
        "by another moderator": (desk, impostor, 422),
        "not signed in": (desk.browser_of(None), good, 401),
        "no statement": (
            desk,
            {"statements": [{"statement": "{}", "signature": first["signature"]}], "wraps": []},
            422,
        ),
        "of nobody": (desk, removal_body(desk, moderator_of("Swift"), [heron], by=heron), 422),
        "with a recipient that is none": (desk, _with_bad_recipient(good, heron), 422),
    }
    for label, (browser, body, status) in refused.items():
        answer = browser.post("remove-member", body)
        assert answer.status == status, (label, answer.text)
    assert set(_roster(newsroom).members) == {
        person.signing_key for person in (heron, egret, ibis)
    }, "nothing has changed yet"
    assert at_ibis.post("session").status == 200
    assert desk.post("remove-member", good).status == 200


def _with_bad_recipient(good: dict[str, Any], by: Any) -> dict[str, Any]:
    epoch = roster.decode_statement(good["statements"][1]["statement"])
    bad = msgspec.structs.replace(epoch, recipient="age1" + "q" * 58)
    signed = as_json(signing.sign_statement(by.signing_seed, bad))
    return good | {"statements": [good["statements"][0], signed]}


def test_the_second_of_two_leads_at_once_learns_that_the_roster_changed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    heron, egret = lead_of(newsroom), join_by_invitation(desk, "Egret", role="lead")
    ibis = join_by_invitation(desk, "Ibis", role="moderator")
    at_egrets = desk.browser_of("Egret")
    of_heron = removal_body(desk, egret, [heron, ibis], by=heron)
    of_egret = removal_body(desk, heron, [egret, ibis], by=egret)
    also_ibis = removal_body(desk, ibis, [heron, egret], by=heron)
    assert desk.post("remove-member", of_heron).status == 200
    assert at_egrets.post("remove-member", of_egret).json["error"] == "no_longer_member"
    late = desk.post("remove-member", also_ibis)
    assert (late.status, late.json["error"]) == (409, "roster_changed")
    assert set(_roster(newsroom).members) == {heron.signing_key, ibis.signing_key}


STEPS = (
    (statements, "append"),
    (people, "deactivate"),
    (people, "delete_invitations_by"),
    (epochs, "delete_wraps"),
    (epochs, "add"),
    (epochs, "add_wrap"),
    (add_epoch, "check_recipient"),
)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("module", "step"), STEPS, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_crash_at_any_step_leaves_the_old_roster(
    newsroom: NewsroomHarness,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    step: str,
    *,
    is_after: bool,
) -> None:
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    theirs, real = desk.browser_of("Egret"), getattr(module, step)
    newsroom.publish(newsroom.send("Held.").id, decided_by="Egret")
    body = removal_body(desk, egret, [lead_of(newsroom)], by=lead_of(newsroom))
    before = _everything(newsroom)

    def crash(*args: Any, **fields: Any) -> Any:
        if is_after:
            real(*args, **fields)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, crash)
        with pytest.raises(KeyboardInterrupt):
            _remove_without_http(newsroom, body)
    assert _everything(newsroom) == before
    restarted = RosterReader(newsroom.rules.site_id, newsroom.components.roster_pin)
    assert egret.signing_key in _roster(newsroom, restarted).members
    assert theirs.post("session").status == 200
    assert desk.post("remove-member", body).status == 200, "the same signatures still do it"
    assert egret.signing_key not in _roster(newsroom, restarted).members


def _remove_without_http(newsroom: NewsroomHarness, body: dict[str, Any]) -> None:
    """A crash must not be answered with an error of the framework."""
    remove_member.remove_member(
        newsroom.database,
        newsroom.components.cell_file,
        newsroom.rules,
        newsroom.components.roster_reader,
        removed_by="Heron",
        statements=[_signed(item) for item in body["statements"]],
        wraps=[add_epoch.MemberWrap(item["member"], b"") for item in body["wraps"]],
        now=newsroom.now,
        random=newsroom.random,
    )


def _everything(newsroom: NewsroomHarness) -> dict[str, Any]:
    tables = (
        "statements",
        "moderators",
        "member_identities",
        "epochs",
        "wrapped_epoch_keys",
        "sessions",
        "comments",
    )
    pin = newsroom.components.roster_pin.read()
    return {table: newsroom.read_table(table) for table in tables} | {"pin": pin}


def _signed(item: dict[str, Any]) -> roster.SignedStatement:
    return roster.SignedStatement(item["statement"], base64.b64decode(item["signature"]))


def test_control_a_second_look_inside_the_transaction_pins_what_a_crash_takes_back(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the statements are added together: each alone would read the one before it, and pin it."""
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    together = RosterReader.append

    def one_by_one(self: RosterReader, conn: Any, *signed: Any) -> Any:
        return [together(self, conn, item) for item in signed][-1]

    monkeypatch.setattr(RosterReader, "append", one_by_one)
    monkeypatch.setattr(people, "deactivate", _interrupt)
    body = removal_body(desk, egret, [lead_of(newsroom)], by=lead_of(newsroom))
    with pytest.raises(KeyboardInterrupt):
        _remove_without_http(newsroom, body)
    length = newsroom.components.roster_pin.read().length
    assert length > len(newsroom.read_table("statements"))


def _interrupt(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


# Rotation


def test_an_epoch_is_due_after_a_week_and_any_lead_begins_it_once(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    heron, egret = lead_of(newsroom), join_by_invitation(desk, "Egret", role="lead")
    ibis = join_by_invitation(desk, "Ibis", role="moderator")
    early = desk.post("begin-epoch", epoch_body(desk, [heron, egret, ibis], by=heron))
    assert (early.status, early.json["error"]) == (422, "invalid")
    newsroom.now += newsroom.rules.epoch_days * 86_400
    desk.sign_in()
    at_egrets, at_ibis = desk.browser_of("Egret"), desk.browser_of("Ibis")
    assert desk.post("session").json["is_epoch_due"]
    body = epoch_body(desk, [heron, egret, ibis], by=heron)
    also = epoch_body(desk, [heron, egret, ibis], by=egret)
    assert (
        at_ibis.post("begin-epoch", epoch_body(desk, [heron, egret, ibis], by=ibis)).status == 403
    )
    assert desk.post("begin-epoch", body | {"wraps": body["wraps"][:2]}).status == 422
    removal = as_json(signed_removal(desk, ibis, by=heron))
    assert desk.post("begin-epoch", body | {"statement": removal}).status == 422
    assert at_egrets.post("begin-epoch", body).status == 403, "signed by Heron"
    assert desk.post("begin-epoch", body).status == 200
    late = at_egrets.post("begin-epoch", also)
    assert (late.status, late.json["error"]) == (409, "roster_changed")
    again = at_egrets.post("begin-epoch", epoch_body(desk, [heron, egret, ibis], by=egret))
    assert again.status == 422, "not due any more"
    newest = newest_epoch_id(desk)
    for browser in (desk, at_egrets, at_ibis):
        session = browser.post("session").json
        assert not session["is_epoch_due"]
        assert session["epochs"][0]["epoch_id"] == newest
        assert session["epochs"][0]["wrap"] is not None
    rows = sorted(newsroom.read_table("epochs"), key=lambda row: row["number"])
    assert [row["last_slot"] is None for row in rows] == [False, True]
    sent = newsroom.send("Sealed to the second epoch.")
    assert newsroom.comment_row(sent.id)["epoch_id"] == newest
    assert newsroom.decrypt(sent.id).text == "Sealed to the second epoch."


def test_a_new_epoch_names_the_statement_before_it(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    heron = lead_of(newsroom)
    newsroom.now += newsroom.rules.epoch_days * 86_400
    desk.sign_in()
    first = _roster(newsroom).first
    statement, wraps = signed_epoch(first, [heron], by=heron)
    late = desk.post("begin-epoch", statement=as_json(statement), wraps=wraps)
    assert late.json["error"] == "roster_changed"
    statement, wraps = signed_epoch(head_of(desk), [heron], by=heron)
    assert desk.post("begin-epoch", statement=as_json(statement), wraps=wraps).status == 200


def test_a_member_with_a_years_keys_is_removed_within_two_seconds(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    """And when the answer comes, the keys of their wraps are overwritten. `bench/removing.py` has figures."""
    egret, heron = join_by_invitation(desk, "Egret", role="moderator"), lead_of(newsroom)
    allocating = member_keys.allocating(newsroom.database, newsroom.components.cell_file)
    with allocating as allocate, newsroom.database.writing() as conn:
        ids = [f"{number:026}" for number in range(51)]
        for epoch_id in ids:
            epochs.add(conn, epoch_id=epoch_id, site_id=SITE_ID, first_slot=0)
        wraps = [NewWrap(epoch_id, "Egret", egret.wrap) for epoch_id in ids]
        member_keys.store_wraps(conn, allocate, wraps)
    rows = newsroom.read_table("wrapped_epoch_keys")
    own = [row["cell"] for row in rows if row["pseudonym"] == "Egret"]
    assert len(own) == 52
    before, body = newsroom.cells(), removal_body(desk, egret, [heron], by=heron)
    began = time.perf_counter()
    assert desk.post("remove-member", body).status == 200
    assert time.perf_counter() - began <= 2
    assert all(newsroom.cells()[number] != before[number] for number in own)
