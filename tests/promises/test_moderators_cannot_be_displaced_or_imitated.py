"""A stranger can neither displace a moderator's recovery nor join under a name that looks like theirs."""

from typing import Any, Final

import msgspec
import pytest

from tests.harness import NewsroomHarness
from tests.in_process_client import DeskClient
from tests.web.conftest import desk as desk  # noqa: PLC0414  # a fixture
from tests.web.desk_keys import (
    answer_of,
    finish_recovery,
    invite,
    join_by_invitation,
    moderator_of,
    prove_sheet,
    register,
)
from tests.web.test_desk_routes import HEX
from yobal.actions import join, recover
from yobal.core.errors import InvalidCredentials
from yobal.demo.keys import NewModerator

FLOOD: Final = 200  # 20 were enough when the server had a list of challenges
LOOK_ALIKES: Final = ("He\u200bron", "H\u0435ron", "HERON", "\uff28eron", "Heron\u2800")


def _challenge(desk: DeskClient, pseudonym: str = "Egret") -> Any:
    return desk.browser_of(None).post("recovery/challenge", {"pseudonym": pseudonym}).json


def _prove(desk: DeskClient, challenge: Any, moderator: NewModerator) -> Any:
    return prove_sheet(desk, challenge, moderator)


def _finish(desk: DeskClient, ticket: str, moderator: NewModerator, seed: bytes = b"n") -> int:
    return finish_recovery(desk, ticket, moderator, seed=seed * 32).status


def _recover_under_a_flood(desk: DeskClient) -> tuple[int, int]:
    """The statuses of the two steps that follow a challenge, each after a flood of strangers' requests."""
    egret = join_by_invitation(desk, "Egret", role="moderator")
    challenge = _challenge(desk)
    for _ in range(FLOOD):
        _challenge(desk)
    proof = _prove(desk, challenge, egret)
    for _ in range(FLOOD):
        _challenge(desk)
    return proof.status, _finish(desk, proof.json["ticket"], egret) if proof.status == 200 else 0


def test_a_flood_of_challenges_does_not_displace_a_recovery(desk: DeskClient) -> None:
    assert _recover_under_a_flood(desk) == (200, 200)


def test_control_challenges_in_a_list_of_twenty_are_displaced(
    desk: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []
    original_encode, original_check = recover._encode, recover._check

    def encode(claim: Any) -> str:
        listed.append(original_encode(claim))
        del listed[:-20]
        return listed[-1]

    def check(*arguments: Any, claim: str, mac: bytes) -> Any:
        if claim not in listed:
            raise InvalidCredentials
        return original_check(*arguments, claim=claim, mac=mac)

    monkeypatch.setattr(recover, "_encode", encode)
    monkeypatch.setattr(recover, "_check", check)
    assert _recover_under_a_flood(desk) == (403, 0)


def test_a_ticket_ends_when_the_passphrase_changes(desk: DeskClient) -> None:
    egret = join_by_invitation(desk, "Egret", role="moderator")
    challenge = _challenge(desk)
    first, second = (_prove(desk, challenge, egret).json["ticket"] for _ in range(2))
    assert _finish(desk, first, egret) == 200
    assert [_finish(desk, challenge, egret, b"o") for challenge in (first, second)] == [403, 403]
    assert _prove(desk, challenge, egret).status == 403


def test_control_a_ticket_that_is_bound_to_no_passphrase_works_twice(
    desk: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = recover._mac

    def mac(context: Any, purpose: bytes, claim: str, owner: Any) -> bytes:
        keys = msgspec.structs.replace(owner.keys, sign_in_key=HEX)
        return original(context, purpose, claim, msgspec.structs.replace(owner, keys=keys))

    monkeypatch.setattr(recover, "_mac", mac)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    ticket = _prove(desk, _challenge(desk), egret).json["ticket"]
    assert [_finish(desk, ticket, egret, seed) for seed in (b"n", b"o")] == [200, 200]


def test_a_ticket_expires_and_cannot_be_altered(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    egret, ibis = (join_by_invitation(desk, name, role="moderator") for name in ("Egret", "Ibis"))
    challenge = _challenge(desk)
    ticket = _prove(desk, challenge, egret).json["ticket"]
    other_ticket = _prove(desk, _challenge(desk, "Ibis"), ibis).json["ticket"]
    claim, mac = ticket.split(".")
    other_claim, other_mac = other_ticket.split(".")
    # Of another moderator; without a code; a challenge as a ticket, with its answer; not a claim.
    answer = answer_of(challenge, egret)
    for forged in (
        f"{other_claim}.{mac}",
        f"{claim}.{other_mac}",
        claim,
        f"{claim}.",
        f"{challenge['challenge_id']}.{answer}",
        f"AAAA.{mac}",
        f"{claim}.xyz",
    ):
        assert _finish(desk, forged, egret) == 403, forged
    body = {"challenge_id": claim, "answer": mac}
    assert desk.browser_of(None).post("recovery/prove", body).status == 403
    newsroom.now += recover.RECOVERY_SECONDS + 1
    assert _finish(desk, ticket, egret) == 403
    assert _prove(desk, challenge, egret).status == 403


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_a_pseudonym_that_looks_like_another_is_refused(desk: DeskClient, look_alike: str) -> None:
    assert _join_status(desk, look_alike) == 409


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_control_without_skeletons_a_look_alike_joins(
    desk: DeskClient, monkeypatch: pytest.MonkeyPatch, look_alike: str
) -> None:
    monkeypatch.setattr(join, "skeleton", lambda name, _prototypes: name)
    assert _join_status(desk, look_alike) == 200


def _join_status(desk: DeskClient, pseudonym: str) -> int:
    return register(desk, invite(desk, role="lead"), moderator_of(pseudonym)).status
