"""People come to the desk: a lead invites, the invited one joins with keys made in a browser."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import pyrage

from yobal.core import ids, tokens
from yobal.core import text as texts
from yobal.core.envelope import Sealer
from yobal.core.errors import InvalidInput, InvitationInvalid
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot, last_slot
from yobal.core.site_rules import SiteRules
from yobal.core.thread import StaleFile
from yobal.store import people, stale_files, stories
from yobal.store.database import Connection, Database
from yobal.store.people import Moderator

InvitedRole = Literal["lead", "moderator"]
ROLES: Final[tuple[InvitedRole, ...]] = ("lead", "moderator")


class Wrap(msgspec.Struct, frozen=True):
    """An epoch's identity as an age file to somebody; `epoch_id` is `first` for the one made now."""

    epoch_id: str
    wrap: bytes


class InvitationContents(msgspec.Struct, frozen=True):
    """What an invitation holds for the one who opens it."""

    role: InvitedRole
    is_first: bool
    wraps: list[tuple[str, str, bytes]]  # epoch, its recipient, wrap to the invitation's key


def invite(
    database: Database,
    rules: SiteRules,
    *,
    token: bytes,
    role: str,
    wraps: Sequence[Wrap],
    now: float,
) -> Slot:
    """Keep a lead's invitation; until which slot it works. Raises InvalidInput."""
    if role not in ROLES:
        raise InvalidInput("a role is lead or moderator")
    _check_wraps(wraps)
    until = tokens.invitation_expiry(rules.schedule, now)
    token_hash = people.hash_secret(token)
    with database.writing() as conn:
        if people.invitation(conn, token_hash, now=now) is not None:
            raise InvalidInput("this invitation was made before; make another")
        people.invite(
            conn,
            token_hash=token_hash,
            site_id=rules.site_id,
            role=role,
            is_first=False,
            expires_slot=until,
        )
        for wrap in wraps:
            people.add_invitation_wrap(conn, token_hash, wrap.epoch_id, wrap.wrap)
    return until


def open_invitation(database: Database, *, token: bytes, now: float) -> InvitationContents:
    """Look into an invitation without using it up. Raises InvitationInvalid."""
    token_hash = people.hash_secret(token)
    with database.reading() as conn:
        row = people.invitation(conn, token_hash, now=now)
        if row is None:
            raise InvitationInvalid
        wraps = people.wraps_of_invitation(conn, token_hash)
    return InvitationContents(
        row.role, row.is_first, [(w.epoch_id, w.recipient, w.wrap) for w in wraps]
    )


def join(
    database: Database,
    rules: SiteRules,
    newcomer: Moderator,
    *,
    token: bytes,
    wraps: Sequence[Wrap],
    epoch_recipient: str | None,
    now: float,
    random: RandomBytes,
) -> None:
    """Use an invitation up and become a moderator.

    A first lead brings a new epoch, and whoever was before leaves. Raises InvitationInvalid,
    PseudonymTaken, InvalidInput.
    """
    _check(newcomer)
    _check_wraps(wraps)
    token_hash = people.hash_secret(token)
    with database.writing() as conn:
        invitation = people.invitation(conn, token_hash, now=now)
        if invitation is None or people.consume_invitation(conn, token_hash) == 0:
            raise InvitationInvalid
        if invitation.is_first:
            people.deactivate_all(conn, rules.site_id)
            wraps = _open_epoch(conn, rules, wraps, epoch_recipient, now, random)
        people.add(conn, msgspec.structs.replace(newcomer, role=invitation.role))
        for wrap in wraps:
            people.add_wrap(
                conn, epoch_id=wrap.epoch_id, pseudonym=newcomer.pseudonym, wrap=wrap.wrap
            )


def _open_epoch(
    conn: Connection,
    rules: SiteRules,
    wraps: Sequence[Wrap],
    recipient: str | None,
    now: float,
    random: RandomBytes,
) -> list[Wrap]:
    if recipient is None or len(wraps) != 1:
        raise InvalidInput("the first lead's browser makes one epoch and one wrap of it")
    _check_recipient(recipient)
    epoch_id = ids.new_id(random)
    people.add_epoch(
        conn,
        epoch_id=epoch_id,
        site_id=rules.site_id,
        recipient=recipient,
        first_slot=last_slot(rules.schedule, now),
    )
    for row in stories.list_all(conn, rules.site_id):  # their forms open with it
        stale_files.add(conn, rules.site_id, row.story_id, [StaleFile("newest", "", 0)])
    return [Wrap(epoch_id, wraps[0].wrap)]


def _check(newcomer: Moderator) -> None:
    if not 2 <= len(newcomer.pseudonym) <= 40 or newcomer.pseudonym != newcomer.pseudonym.strip():
        raise InvalidInput("a pseudonym has 2 to 40 letters")
    if (
        texts.is_empty(newcomer.pseudonym)
        or texts.clean_line(newcomer.pseudonym) != newcomer.pseudonym
    ):
        raise InvalidInput("a pseudonym has no invisible signs")
    for recipient in (newcomer.recipient, newcomer.recovery_recipient):
        _check_recipient(recipient)


def _check_wraps(wraps: Sequence[Wrap]) -> None:
    if len({wrap.epoch_id for wrap in wraps}) != len(wraps):
        raise InvalidInput("an epoch is wrapped twice")


def _check_recipient(recipient: str) -> None:
    """A key that cannot be sealed to would be found out when it is too late."""
    try:
        Sealer(recipient)
    except pyrage.RecipientError:
        raise InvalidInput("a key is missing") from None
