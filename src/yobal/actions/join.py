"""A lead invites people; an invited person joins with keys that their browser made."""

from collections.abc import Sequence

import msgspec
import pyrage

from yobal.adapters.confusables import prototypes
from yobal.core import ids, tokens
from yobal.core import stale_files as stale
from yobal.core import text as texts
from yobal.core.envelope import Sealer
from yobal.core.errors import InvalidInput, InvitationInvalid, PseudonymTaken
from yobal.core.ids import RandomBytes
from yobal.core.roles import ROLES, Role
from yobal.core.schedule import Slot, last_slot
from yobal.core.site_rules import SiteRules
from yobal.core.skeleton import skeleton
from yobal.store import epochs, people, sites, stale_files, stories
from yobal.store.database import Connection, Database
from yobal.store.people import Invitation, InvitationWrap, Moderator


class Wrap(msgspec.Struct, frozen=True):
    """An epoch's identity as an age file. `epoch_id` is `first` for the epoch made by a first lead."""

    epoch_id: str
    wrap: bytes


class InvitationContents(msgspec.Struct, frozen=True):
    """What an invitation offers. The wraps are sealed to the invitation's key."""

    role: Role
    is_first: bool
    wraps: list[InvitationWrap]


def invite(
    database: Database,
    rules: SiteRules,
    *,
    token: bytes,
    role: Role,
    wraps: Sequence[Wrap],
    now: float,
) -> Slot:
    """Store a lead's invitation; returns the slot with which it expires. Raises InvalidInput."""
    if role not in ROLES:
        raise InvalidInput("a role is lead or moderator")
    _check_wraps(wraps)
    expires_slot = tokens.invitation_expiry(rules.schedule, now)
    token_hash = people.hash_secret(token)
    with database.writing() as conn:
        if people.get_invitation(conn, token_hash, now=now) is not None:
            raise InvalidInput("this invitation exists already, so make another")
        people.add_invitation(
            conn,
            Invitation(
                token_hash=token_hash,
                site_id=rules.site_id,
                role=role,
                is_first=False,
                expires_slot=expires_slot,
            ),
        )
        for wrap in wraps:
            people.add_invitation_wrap(conn, token_hash, wrap.epoch_id, wrap.wrap)
    return expires_slot


def open_invitation(database: Database, *, token: bytes, now: float) -> InvitationContents:
    """Read an invitation without using it. Raises InvitationInvalid."""
    token_hash = people.hash_secret(token)
    with database.reading() as conn:
        invitation = people.get_invitation(conn, token_hash, now=now)
        if invitation is None:
            raise InvitationInvalid
        wraps = people.wraps_of_invitation(conn, token_hash)
    return InvitationContents(invitation.role, invitation.is_first, wraps)


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
    """Use an invitation and become a moderator, in the invitation's role.

    A first lead brings a new epoch, and all earlier moderators become inactive. Raises
    InvitationInvalid, PseudonymTaken, InvalidInput.
    """
    _check_moderator(newcomer)
    _check_wraps(wraps)
    token_hash = people.hash_secret(token)
    with database.writing() as conn:
        invitation = people.get_invitation(conn, token_hash, now=now)
        if invitation is None or people.consume_invitation(conn, token_hash) == 0:
            raise InvitationInvalid
        if invitation.is_first:
            people.deactivate_all(conn, rules.site_id)
            wraps = _add_epoch(conn, rules, wraps, epoch_recipient, now, random)
        _check_pseudonym_is_free(conn, newcomer)
        people.add(conn, msgspec.structs.replace(newcomer, role=invitation.role))
        for wrap in wraps:
            epochs.add_wrap(
                conn, epoch_id=wrap.epoch_id, pseudonym=newcomer.pseudonym, wrap=wrap.wrap
            )


def _check_pseudonym_is_free(conn: Connection, newcomer: Moderator) -> None:
    """It must not look like any other moderator's, even an inactive one's. Raises PseudonymTaken."""
    sites.lock(conn, newcomer.site_id)  # two people who join at once take turns
    own = skeleton(newcomer.pseudonym, prototypes())
    for pseudonym in people.list_pseudonyms(conn, newcomer.site_id):
        if skeleton(pseudonym, prototypes()) == own:
            raise PseudonymTaken(newcomer.pseudonym)


def _add_epoch(
    conn: Connection,
    rules: SiteRules,
    wraps: Sequence[Wrap],
    recipient: str | None,
    now: float,
    random: RandomBytes,
) -> list[Wrap]:
    if recipient is None or len(wraps) != 1:
        raise InvalidInput("a first lead needs one new epoch and one wrap of its key")
    _check_recipient(recipient)
    epoch_id = ids.new_id(random)
    epochs.add(
        conn,
        epoch_id=epoch_id,
        site_id=rules.site_id,
        recipient=recipient,
        first_slot=last_slot(rules.schedule, now),
    )
    for story in stories.list_all(conn, rules.site_id):  # their forms can open now
        stale_files.add(conn, rules.site_id, story.story_id, stale.after_first_epoch())
    return [Wrap(epoch_id, wraps[0].wrap)]


def _check_moderator(newcomer: Moderator) -> None:
    pseudonym = newcomer.pseudonym
    if not 2 <= len(pseudonym) <= 40 or pseudonym != pseudonym.strip():
        raise InvalidInput("a pseudonym has 2 to 40 characters")
    plain_name = texts.normalize(texts.clean_line(pseudonym))
    if texts.is_empty(pseudonym) or plain_name != pseudonym:
        raise InvalidInput("a pseudonym cannot contain invisible characters")
    if texts.has_stacked_marks(pseudonym):
        raise InvalidInput("a character of the pseudonym has too many combining marks")
    for recipient in (newcomer.recipient, newcomer.recovery_recipient):
        _check_recipient(recipient)


def _check_wraps(wraps: Sequence[Wrap]) -> None:
    if len({wrap.epoch_id for wrap in wraps}) != len(wraps):
        raise InvalidInput("there are two wraps for one epoch")


def _check_recipient(recipient: str) -> None:
    """Check now: an unusable key would lock its owner out later."""
    try:
        Sealer(recipient)
    except pyrage.RecipientError:
        raise InvalidInput("a public key is not valid") from None
