"""Moderators, their invitations and their sessions."""

import hashlib

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.roles import Role
from yobal.core.schedule import Slot
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import epochs, invitation_wraps, invitations, moderators, sessions


class Moderator(msgspec.Struct, frozen=True, kw_only=True):
    """A moderator. `identity` and `recovery_identity` are age files that the server cannot open."""

    site_id: str
    pseudonym: str
    role: Role
    is_active: bool = True
    secret_hash: bytes
    recipient: str
    identity: bytes
    recovery_recipient: str
    recovery_identity: bytes


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    token_hash: bytes
    site_id: str
    role: Role
    is_first: bool  # makes the first lead, with a new epoch
    expires_slot: Slot


class InvitationWrap(msgspec.Struct, frozen=True):
    """An epoch, and its identity sealed to the invitation's key."""

    epoch_id: str
    recipient: str
    wrap: bytes


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    site_id: str
    pseudonym: str
    role: Role


def hash_secret(secret: bytes) -> bytes:
    """SHA-256. The input has at least 90 random bits and needs no slow hash."""
    return hashlib.sha256(secret).digest()


def add(conn: Connection, moderator: Moderator) -> None:
    conn.execute(moderators.insert().values(**msgspec.structs.asdict(moderator)))


def get(conn: Connection, site_id: str, pseudonym: str) -> Moderator | None:
    """An active moderator."""
    return fetch_one(
        conn,
        Moderator,
        sa.select(moderators).where(
            moderators.c.site_id == site_id,
            moderators.c.pseudonym == pseudonym,
            moderators.c.is_active,
        ),
    )


def list_pseudonyms(conn: Connection, site_id: str) -> list[str]:
    """Of active and inactive moderators."""
    pseudonyms = sa.select(moderators.c.pseudonym).where(moderators.c.site_id == site_id)
    return list(conn.execute(pseudonyms).scalars())


def list_active(conn: Connection, site_id: str) -> list[Moderator]:
    return fetch_all(
        conn,
        Moderator,
        sa.select(moderators)
        .where(moderators.c.site_id == site_id, moderators.c.is_active)
        .order_by(moderators.c.role, moderators.c.pseudonym),
    )


def deactivate_all(conn: Connection, site_id: str) -> None:
    """Lock every moderator out: no sign-in, no session and no invitation works any more."""
    conn.execute(moderators.update().where(moderators.c.site_id == site_id).values(is_active=False))
    conn.execute(sessions.delete().where(sessions.c.site_id == site_id))
    delete_invitations(conn, site_id)


def change_secret(
    conn: Connection, moderator: Moderator, *, secret_hash: bytes, identity: bytes
) -> int:
    """Set a new passphrase if the old one is still `moderator`'s, and end all older sessions.

    Returns the number of moderators changed.
    """
    changed = conn.execute(
        moderators.update()
        .where(
            moderators.c.site_id == moderator.site_id,
            moderators.c.pseudonym == moderator.pseudonym,
            moderators.c.secret_hash == moderator.secret_hash,
            moderators.c.identity == moderator.identity,
            moderators.c.is_active,
        )
        .values(secret_hash=secret_hash, identity=identity)
    ).rowcount
    if changed:
        conn.execute(
            sessions.delete().where(
                sessions.c.site_id == moderator.site_id,
                sessions.c.pseudonym == moderator.pseudonym,
            )
        )
    return changed


def add_invitation(conn: Connection, invitation: Invitation) -> None:
    conn.execute(invitations.insert().values(**msgspec.structs.asdict(invitation)))


def add_invitation_wrap(conn: Connection, token_hash: bytes, epoch_id: str, wrap: bytes) -> None:
    conn.execute(
        invitation_wraps.insert().values(token_hash=token_hash, epoch_id=epoch_id, wrap=wrap)
    )


def get_invitation(conn: Connection, token_hash: bytes, *, now: float) -> Invitation | None:
    """An invitation that has not expired."""
    return fetch_one(
        conn,
        Invitation,
        sa.select(invitations).where(
            invitations.c.token_hash == token_hash, invitations.c.expires_slot > now
        ),
    )


def list_invitations(conn: Connection, site_id: str, *, now: float) -> list[Invitation]:
    """Invitations that have not expired."""
    return fetch_all(
        conn,
        Invitation,
        sa.select(invitations)
        .where(invitations.c.site_id == site_id, invitations.c.expires_slot > now)
        .order_by(invitations.c.expires_slot),
    )


def wraps_of_invitation(conn: Connection, token_hash: bytes) -> list[InvitationWrap]:
    return fetch_all(
        conn,
        InvitationWrap,
        sa.select(invitation_wraps.c.epoch_id, epochs.c.recipient, invitation_wraps.c.wrap)
        .join(epochs, epochs.c.id == invitation_wraps.c.epoch_id)
        .where(invitation_wraps.c.token_hash == token_hash)
        .order_by(epochs.c.number),
    )


def consume_invitation(conn: Connection, token_hash: bytes) -> int:
    """Delete it; 1 for the first caller, 0 for all others."""
    conn.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash == token_hash))
    return conn.execute(invitations.delete().where(invitations.c.token_hash == token_hash)).rowcount


def delete_invitations(conn: Connection, site_id: str) -> None:
    of_site = sa.select(invitations.c.token_hash).where(invitations.c.site_id == site_id)
    conn.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash.in_(of_site)))
    conn.execute(invitations.delete().where(invitations.c.site_id == site_id))


def add_session(
    conn: Connection, *, token_hash: bytes, site_id: str, pseudonym: str, expires_slot: Slot
) -> None:
    conn.execute(
        sessions.insert().values(
            token_hash=token_hash, site_id=site_id, pseudonym=pseudonym, expires_slot=expires_slot
        )
    )


def get_session(conn: Connection, token_hash: bytes, *, now: float) -> Session | None:
    """A session of an active moderator that has not expired."""
    return fetch_one(
        conn,
        Session,
        sa.select(moderators.c.site_id, moderators.c.pseudonym, moderators.c.role)
        .join(
            sessions,
            sa.and_(
                sessions.c.site_id == moderators.c.site_id,
                sessions.c.pseudonym == moderators.c.pseudonym,
            ),
        )
        .where(
            sessions.c.token_hash == token_hash,
            sessions.c.expires_slot > now,
            moderators.c.is_active,
        ),
    )


def end_session(conn: Connection, token_hash: bytes) -> None:
    conn.execute(sessions.delete().where(sessions.c.token_hash == token_hash))
