"""Joins a desk with keys made as a browser makes them, for tests of its routes."""

import base64
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pyrage

from tests.harness import SITE_ID, lead_of
from tests.harness import moderator_of as moderator_of  # noqa: PLC0414  # used with the others
from tests.in_process_client import DeskClient, Response
from yobal.core import ids, roster
from yobal.core.roster import (
    MemberAdded,
    MemberRemoved,
    NewEpoch,
    NewKeys,
    Resumed,
    SignedStatement,
)
from yobal.core.signed_pin import SignedPin
from yobal.demo import signing
from yobal.demo.keys import NewModerator


def to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def newcomer(moderator: NewModerator, **changed: Any) -> dict[str, Any]:
    """What `register` and `begin-roster` take."""
    return {
        "keys": moderator.keys,
        "keys_signature": to_base64(moderator.keys_signature),
        "identity": to_base64(moderator.identity),
        "recovery_identity": to_base64(moderator.recovery_identity),
        "roster_pin": to_base64(signed_pin_of(moderator)),
    } | changed


def signed_pin_of(
    moderator: NewModerator, *, first: str = "0" * 64, length: int = 1, head: str = "0" * 64
) -> bytes:
    """The server does not read it; only browsers do."""
    pin = SignedPin(site_id=SITE_ID, first=first, length=str(length), head=head)
    return signing.sign_pin(moderator.signing_seed, pin)


def as_json(signed: SignedStatement) -> dict[str, Any]:
    return {
        "statement": signed.statement,
        "signature": to_base64(signed.signature),
        "keys": signed.keys,
        "keys_signature": to_base64(signed.keys_signature) if signed.keys_signature else None,
    }


def invite(desk: DeskClient, *, role: str = "moderator") -> str:
    """The token of a lead's invitation."""
    token = secrets.token_bytes(32).hex()
    response = desk.post("invite", role=role, token=token)
    assert response.status == 200, response.body
    assert response.json["hours"] == 24
    return token


def register(desk: DeskClient, token: str, moderator: NewModerator) -> Response:
    """What the invited person's browser does with a link."""
    stranger = desk.browser_of(None)
    opened = stranger.post("open-invitation", token=token)
    if opened.status != 200:
        return opened
    head = roster.statement_hash(opened.json["statements"][-1]["statement"])
    return stranger.post("register", token=token, head=head, newcomer=newcomer(moderator))


def member_added(
    desk: DeskClient, registration: dict[str, Any], *, by: NewModerator, **changed: Any
) -> SignedStatement:
    """What a lead's browser signs to confirm a registration."""
    keys = registration["keys"]
    fields = {
        "site_id": SITE_ID,
        "previous": desk.post("session").json["roster_head"],
        "by": by.signing_key,
        "member": roster.read_keys(
            keys, base64.b64decode(registration["keys_signature"])
        ).signing_key,
        "role": registration["role"],
        "keys_hash": roster.keys_hash(keys),
    }
    signed_keys = (keys, base64.b64decode(registration["keys_signature"]))
    return signing.sign_statement(by.signing_seed, MemberAdded(**(fields | changed)), signed_keys)


def confirm(
    desk: DeskClient, registration: dict[str, Any], *, by: NewModerator, **changed: Any
) -> Response:
    """A lead has heard the right words: signs, and wraps the epoch's key."""
    signed = member_added(desk, registration, by=by, **changed)
    epoch_id = newest_epoch_id(desk)
    epoch = pyrage.x25519.Identity.from_str(str(desk.newsroom.epoch_identity(epoch_id)))
    keys = roster.read_keys(registration["keys"], base64.b64decode(registration["keys_signature"]))
    recipient = pyrage.x25519.Recipient.from_str(keys.recipient)
    wrap = to_base64(pyrage.encrypt(str(epoch).encode(), [recipient]))
    return desk.post(
        "confirm-member",
        registration_id=registration["registration_id"],
        statement=as_json(signed),
        wraps=[{"epoch_id": epoch_id, "wrap": wrap}],
    )


def join_by_invitation(desk: DeskClient, pseudonym: str, *, role: str) -> NewModerator:
    """The newsroom's lead invites; the person registers, and the lead confirms."""
    moderator = moderator_of(pseudonym)
    registered = register(desk, invite(desk, role=role), moderator)
    assert registered.status == 200, registered.text
    (registration,) = [
        item for item in desk.post("people").json["registrations"] if item["keys"] == moderator.keys
    ]
    confirmed = confirm(desk, registration, by=lead_of(desk.newsroom))
    assert confirmed.status == 200, confirmed.text
    return moderator


def newest_epoch_id(desk: DeskClient) -> str:
    epochs = sorted(desk.newsroom.read_table("epochs"), key=lambda row: row["number"])
    return str(epochs[-1]["id"])


def challenge_of(desk: DeskClient, pseudonym: str) -> Any:
    return desk.browser_of(None).post("recovery/challenge", pseudonym=pseudonym).json


def answer_of(challenge: Any, moderator: NewModerator) -> str:
    """What the sheet's key decrypts."""
    sheet = pyrage.x25519.Identity.from_str(moderator.sheet)
    return str(pyrage.decrypt(base64.b64decode(challenge["sealed"]), [sheet]).hex())


def prove_sheet(desk: DeskClient, challenge: Any, moderator: NewModerator) -> Response:
    body = {
        "challenge_id": challenge["challenge_id"],
        "answer": answer_of(challenge, moderator),
    }
    return desk.browser_of(None).post("recovery/prove", body)


def new_words(
    moderator: NewModerator, head: str, *, seed: bytes, **changed: Any
) -> SignedStatement:
    """What a member signs for new words, whose sign-in key this seed makes."""
    old = roster.read_keys(moderator.keys, moderator.keys_signature)
    fields = {"sign_in_key": signing.public_key(seed)} | changed
    keys = signing.sign_keys(moderator.signing_seed, msgspec.structs.replace(old, **fields))
    statement = NewKeys(
        site_id=SITE_ID,
        previous=head,
        by=moderator.signing_key,
        keys_hash=roster.keys_hash(keys[0]),
    )
    return signing.sign_statement(moderator.signing_seed, statement, keys)


def finish_recovery(
    desk: DeskClient, ticket: str, moderator: NewModerator, *, seed: bytes, **changed: Any
) -> Response:
    newest = max(desk.newsroom.read_table("statements"), key=lambda row: row["number"])
    head = roster.statement_hash(newest["statement"])
    statement = as_json(new_words(moderator, head, seed=seed, **changed))
    body = {"ticket": ticket, "statement": statement, "identity": to_base64(seed)}
    return desk.browser_of(None).post("recovery/finish", body)


def with_words(moderator: NewModerator, seed: bytes) -> NewModerator:
    """The same person, after `finish_recovery` with this seed."""
    old = roster.read_keys(moderator.keys, moderator.keys_signature)
    changed = msgspec.structs.replace(old, sign_in_key=signing.public_key(seed))
    keys, keys_signature = signing.sign_keys(moderator.signing_seed, changed)
    return msgspec.structs.replace(
        moderator, keys=keys, keys_signature=keys_signature, sign_in_seed=seed
    )


def resumption_body(
    desk: DeskClient,
    lost: Sequence[SignedStatement],
    removed: Iterable[NewModerator],
    stay: Iterable[NewModerator],
    *,
    by: NewModerator,
    **changed: Any,
) -> dict[str, Any]:
    """What `resume-roster` takes from the lead who says who is still a member; `lost`: all statements before."""
    fields = {
        "lost_head": roster.statement_hash(lost[-1].statement),
        "lost_length": str(len(lost)),
    } | changed
    content = Resumed(site_id=SITE_ID, previous=head_of(desk), by=by.signing_key, **fields)
    signed = [signing.sign_statement(by.signing_seed, content)]
    for member in removed:
        previous = roster.statement_hash(signed[-1].statement)
        signed.append(signed_removal(desk, member, by=by, previous=previous))
    epoch, wraps = signed_epoch(roster.statement_hash(signed[-1].statement), stay, by=by)
    return {"statements": [as_json(item) for item in [*signed, epoch]], "wraps": wraps}


def signed_removal(
    desk: DeskClient, member: NewModerator, *, by: NewModerator, previous: str = ""
) -> SignedStatement:
    statement = MemberRemoved(
        site_id=SITE_ID,
        previous=previous or head_of(desk),
        by=by.signing_key,
        member=member.signing_key,
    )
    return signing.sign_statement(by.signing_seed, statement)


def signed_epoch(
    previous: str, members: Iterable[NewModerator], *, by: NewModerator
) -> tuple[SignedStatement, list[dict[str, str]]]:
    """What a lead's browser signs for a new epoch, and its key wrapped for each member."""
    epoch = pyrage.x25519.Identity.generate()
    statement = NewEpoch(
        site_id=SITE_ID,
        previous=previous,
        by=by.signing_key,
        epoch_id=ids.new_id(secrets.token_bytes),
        recipient=str(epoch.to_public()),
    )
    wraps = [
        {"member": member.signing_key, "wrap": to_base64(_wrap_of(epoch, member))}
        for member in members
    ]
    return signing.sign_statement(by.signing_seed, statement), wraps


def _wrap_of(epoch: Any, member: NewModerator) -> bytes:
    keys = roster.read_keys(member.keys, member.keys_signature)
    recipient = pyrage.x25519.Recipient.from_str(keys.recipient)
    return bytes(pyrage.encrypt(str(epoch).encode(), [recipient]))


def head_of(desk: DeskClient) -> str:
    newest = max(desk.newsroom.read_table("statements"), key=lambda row: row["number"])
    return roster.statement_hash(newest["statement"])


def removal_body(
    desk: DeskClient, member: NewModerator, remaining: Iterable[NewModerator], *, by: NewModerator
) -> dict[str, Any]:
    """What `remove-member` takes from a lead who removes another."""
    removal = signed_removal(desk, member, by=by)
    previous = roster.statement_hash(removal.statement)
    epoch, wraps = signed_epoch(previous, remaining, by=by)
    return {"statements": [as_json(removal), as_json(epoch)], "wraps": wraps}


def epoch_body(
    desk: DeskClient, members: Iterable[NewModerator], *, by: NewModerator
) -> dict[str, Any]:
    """What `begin-epoch` takes."""
    epoch, wraps = signed_epoch(head_of(desk), members, by=by)
    return {"statement": as_json(epoch), "wraps": wraps}
