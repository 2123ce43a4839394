"""Moderators, invitations, sessions, and the wraps through which they hold an epoch's key."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.errors import PseudonymTaken
from yobal.core.schedule import Slot
from yobal.store.tables import (
    epochs,
    invitation_wraps,
    invitations,
    moderators,
    sessions,
    wrapped_epoch_keys,
)


class Moderator(msgspec.Struct, kw_only=True, frozen=True):
    """A moderator and the public half of their keys; `identity` and its twin are age files."""

    site_id: str
    pseudonym: str
    role: str
    secret_hash: bytes
    recipient: str
    identity: bytes
    recovery_recipient: str
    recovery_identity: bytes


def hash_secret(secret: bytes) -> bytes:
    """SHA-256: what is hashed has at least 90 random bits, which needs no slow hash."""
    return hashlib.sha256(secret).digest()


def add(conn: Connection, moderator: Moderator) -> None:
    """Raises PseudonymTaken."""
    if get_including_inactive(conn, moderator.site_id, moderator.pseudonym) is not None:
        raise PseudonymTaken(moderator.pseudonym)
    conn.execute(moderators.insert().values(is_active=True, **msgspec.structs.asdict(moderator)))


def get(conn: Connection, site_id: str, pseudonym: str) -> Row[*tuple[Any, ...]] | None:
    """An active moderator."""
    row = get_including_inactive(conn, site_id, pseudonym)
    return row if row is not None and row.is_active else None


def get_including_inactive(
    conn: Connection, site_id: str, pseudonym: str
) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(
        sa.select(moderators).where(
            moderators.c.site_id == site_id, moderators.c.pseudonym == pseudonym
        )
    ).one_or_none()


def active(conn: Connection, site_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    return conn.execute(
        sa.select(moderators)
        .where(moderators.c.site_id == site_id, moderators.c.is_active)
        .order_by(moderators.c.role, moderators.c.pseudonym)
    ).all()


def deactivate_all(conn: Connection, site_id: str) -> None:
    """A new beginning: nobody of before may sign in, no session or invitation of before lives."""
    conn.execute(moderators.update().where(moderators.c.site_id == site_id).values(is_active=False))
    conn.execute(sessions.delete().where(sessions.c.site_id == site_id))
    drop_invitations(conn, site_id)


def drop_invitations(conn: Connection, site_id: str) -> None:
    of_site = sa.select(invitations.c.token_hash).where(invitations.c.site_id == site_id)
    conn.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash.in_(of_site)))
    conn.execute(invitations.delete().where(invitations.c.site_id == site_id))


def change_secret(
    conn: Connection, site_id: str, pseudonym: str, *, secret_hash: bytes, identity: bytes
) -> int:
    """A new passphrase; every session under the old one ends."""
    conn.execute(
        sessions.delete().where(sessions.c.site_id == site_id, sessions.c.pseudonym == pseudonym)
    )
    return conn.execute(
        moderators.update()
        .where(
            moderators.c.site_id == site_id,
            moderators.c.pseudonym == pseudonym,
            moderators.c.is_active,
        )
        .values(secret_hash=secret_hash, identity=identity)
    ).rowcount


def invite(
    conn: Connection,
    *,
    token_hash: bytes,
    site_id: str,
    role: str,
    is_first: bool,
    expires_slot: Slot,
) -> None:
    conn.execute(
        invitations.insert().values(
            token_hash=token_hash,
            site_id=site_id,
            role=role,
            is_first=is_first,
            expires_slot=expires_slot,
        )
    )


def add_invitation_wrap(conn: Connection, token_hash: bytes, epoch_id: str, wrap: bytes) -> None:
    conn.execute(
        invitation_wraps.insert().values(token_hash=token_hash, epoch_id=epoch_id, wrap=wrap)
    )


def invitation(conn: Connection, token_hash: bytes, *, now: float) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(
        sa.select(invitations).where(
            invitations.c.token_hash == token_hash, invitations.c.expires_slot > now
        )
    ).one_or_none()


def list_invitations(
    conn: Connection, site_id: str, *, now: float
) -> Sequence[Row[*tuple[Any, ...]]]:
    return conn.execute(
        sa.select(invitations)
        .where(invitations.c.site_id == site_id, invitations.c.expires_slot > now)
        .order_by(invitations.c.expires_slot)
    ).all()


def wraps_of_invitation(conn: Connection, token_hash: bytes) -> Sequence[Row[*tuple[Any, ...]]]:
    return conn.execute(
        sa.select(invitation_wraps.c.epoch_id, epochs.c.recipient, invitation_wraps.c.wrap)
        .join(epochs, epochs.c.id == invitation_wraps.c.epoch_id)
        .where(invitation_wraps.c.token_hash == token_hash)
        .order_by(epochs.c.number)
    ).all()


def consume_invitation(conn: Connection, token_hash: bytes) -> int:
    """Use it up: 1 for the one who was first, 0 for everybody after."""
    conn.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash == token_hash))
    return conn.execute(invitations.delete().where(invitations.c.token_hash == token_hash)).rowcount


def add_epoch(
    conn: Connection, *, epoch_id: str, site_id: str, recipient: str, first_slot: Slot
) -> None:
    """The newest epoch, to which intake seals from now on."""
    newest = sa.select(sa.func.coalesce(sa.func.max(epochs.c.number), 0)).where(
        epochs.c.site_id == site_id
    )
    number = conn.execute(newest).scalar_one() + 1
    conn.execute(
        epochs.update()
        .where(epochs.c.site_id == site_id, epochs.c.last_slot.is_(None))
        .values(last_slot=first_slot)
    )
    conn.execute(
        epochs.insert().values(
            id=epoch_id,
            site_id=site_id,
            number=number,
            recipient=recipient,
            first_slot=first_slot,
            last_slot=None,
        )
    )


def add_wrap(conn: Connection, *, epoch_id: str, pseudonym: str, wrap: bytes) -> None:
    conn.execute(
        wrapped_epoch_keys.insert().values(epoch_id=epoch_id, pseudonym=pseudonym, wrap=wrap)
    )


def epochs_for(conn: Connection, site_id: str, pseudonym: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every epoch, newest first, with this moderator's wrap or null."""
    mine = sa.and_(
        wrapped_epoch_keys.c.epoch_id == epochs.c.id, wrapped_epoch_keys.c.pseudonym == pseudonym
    )
    return conn.execute(
        sa.select(epochs.c.id.label("epoch_id"), epochs.c.recipient, wrapped_epoch_keys.c.wrap)
        .outerjoin(wrapped_epoch_keys, mine)
        .where(epochs.c.site_id == site_id)
        .order_by(epochs.c.number.desc())
    ).all()


def add_session(
    conn: Connection, *, token_hash: bytes, site_id: str, pseudonym: str, expires_slot: Slot
) -> None:
    conn.execute(
        sessions.insert().values(
            token_hash=token_hash, site_id=site_id, pseudonym=pseudonym, expires_slot=expires_slot
        )
    )


def session(conn: Connection, token_hash: bytes, *, now: float) -> Row[*tuple[Any, ...]] | None:
    """The active moderator behind a session that has not ended."""
    return conn.execute(
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
        )
    ).one_or_none()


def end_session(conn: Connection, token_hash: bytes) -> None:
    conn.execute(sessions.delete().where(sessions.c.token_hash == token_hash))
