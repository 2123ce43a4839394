"""A lead's invitation: a token that the invited person's browser spends. It carries no key."""

from yobal.actions.roster_reader import RosterReader
from yobal.core import tokens
from yobal.core.errors import Forbidden, InvalidInput, InvitationInvalid
from yobal.core.roles import ROLES, Role
from yobal.core.roster import SignedStatement
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.store import people, sites
from yobal.store.database import Database
from yobal.store.people import Invitation


def invite(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    token: bytes,
    role: Role,
    invited_by: str,
    now: float,
) -> Slot:
    """Store it, for the lead with this pseudonym; returns the slot with which it expires.

    Raises InvalidInput, Forbidden.
    """
    if role not in ROLES:
        raise InvalidInput("a role is lead or moderator")
    expires_slot = tokens.invitation_expiry(rules.schedule, now)
    token_hash = people.hash_token(token)
    with database.writing() as conn:
        sites.lock(conn, rules.site_id)  # a removal deletes the links that it can see
        roster = roster_reader.read(conn)
        lead = roster.named(invited_by) if roster is not None else None
        if lead is None:  # removed since the request began
            raise Forbidden
        if people.get_invitation(conn, token_hash, now=now) is not None:
            raise InvalidInput("this invitation exists already, so make another")
        people.add_invitation(
            conn,
            Invitation(
                token_hash=token_hash,
                site_id=rules.site_id,
                role=role,
                invited_by=lead.signing_key,
                expires_slot=expires_slot,
            ),
        )
    return expires_slot


def cancel(database: Database, *, invitation_id: bytes) -> None:
    """The link opens nothing from now on. Cancelling one that was used or has expired changes nothing."""
    with database.writing() as conn:
        people.consume_invitation(conn, invitation_id)


def open_invitation(
    database: Database, roster_reader: RosterReader, *, token: bytes, now: float
) -> tuple[Invitation, tuple[SignedStatement, ...]]:
    """Read an invitation without using it, and the roster to join. Raises InvitationInvalid.

    A link that is stolen shows who signs, but neither a pseudonym nor a key that opens anything.
    """
    with database.reading() as conn:
        invitation = people.get_invitation(conn, people.hash_token(token), now=now)
        if invitation is None:
            raise InvitationInvalid
        if invitation.invited_by is None:
            return invitation, ()
        _, signed = roster_reader.read_all(conn)
    return invitation, tuple(SignedStatement(item.statement, item.signature) for item in signed)
