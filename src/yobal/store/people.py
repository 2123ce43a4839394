"""Moderators' sealed keys, invitations, registrations and sessions. Who is a member says `statements.py`."""

import hashlib

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.roles import Role
from yobal.core.schedule import Slot
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import invitations, moderators, registrations, sessions


class Moderator(msgspec.Struct, frozen=True, kw_only=True):
    """Both identities are age files that the server cannot open."""

    site_id: str
    pseudonym: str
    is_active: bool = True
    identity: bytes
    recovery_identity: bytes


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """`invited_by` is None for the link that makes a first lead."""

    token_hash: bytes
    site_id: str
    role: Role
    invited_by: str | None
    expires_slot: Slot


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A person who has used a link and waits for a lead's confirmation."""

    token_hash: bytes
    site_id: str
    role: Role
    invited_by: str
    head: str
    keys: str
    keys_signature: bytes
    identity: bytes
    recovery_identity: bytes
    expires_slot: Slot


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, if the MAC is right: anyone who can write the database can write the rest."""

    token_hash: bytes
    site_id: str
    pseudonym: str
    expires_slot: Slot
    mac: bytes


def hash_token(token: bytes) -> bytes:
    """SHA-256. A token has 256 random bits and needs no slow hash."""
    return hashlib.sha256(token).digest()


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


def deactivate_all(conn: Connection, site_id: str) -> None:
    """Lock every moderator out, and delete what their words and sheets opened."""
    of_site = moderators.c.site_id == site_id
    nothing = {"is_active": False, "identity": b"", "recovery_identity": b""}
    conn.execute(moderators.update().where(of_site).values(**nothing))
    for table in (sessions, registrations, invitations):
        conn.execute(table.delete().where(table.c.site_id == site_id))


def change_identity(conn: Connection, moderator: Moderator, *, identity: bytes) -> int:
    """Replace `moderator`'s identity, sealed to a new passphrase, and end all older sessions.

    Returns the number of moderators changed: none if the identity is another meanwhile.
    """
    changed = conn.execute(
        moderators.update()
        .where(
            moderators.c.site_id == moderator.site_id,
            moderators.c.pseudonym == moderator.pseudonym,
            moderators.c.identity == moderator.identity,
            moderators.c.is_active,
        )
        .values(identity=identity)
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


def consume_invitation(conn: Connection, token_hash: bytes) -> int:
    """Delete it; 1 for the first caller, 0 for all others."""
    return conn.execute(invitations.delete().where(invitations.c.token_hash == token_hash)).rowcount


def delete_invitations(conn: Connection, site_id: str) -> None:
    conn.execute(invitations.delete().where(invitations.c.site_id == site_id))


def add_registration(conn: Connection, registration: Registration) -> None:
    conn.execute(registrations.insert().values(**msgspec.structs.asdict(registration)))


def list_registrations(conn: Connection, site_id: str, *, now: float) -> list[Registration]:
    """Those that have not expired."""
    return fetch_all(
        conn,
        Registration,
        sa.select(registrations)
        .where(registrations.c.site_id == site_id, registrations.c.expires_slot > now)
        .order_by(registrations.c.expires_slot, registrations.c.token_hash),
    )


def get_registration(conn: Connection, token_hash: bytes, *, now: float) -> Registration | None:
    """One that has not expired."""
    return fetch_one(
        conn,
        Registration,
        sa.select(registrations).where(
            registrations.c.token_hash == token_hash, registrations.c.expires_slot > now
        ),
    )


def delete_registration(conn: Connection, token_hash: bytes) -> int:
    """1 for the first caller, 0 for all others."""
    return conn.execute(
        registrations.delete().where(registrations.c.token_hash == token_hash)
    ).rowcount


def add_session(conn: Connection, session: Session) -> None:
    conn.execute(sessions.insert().values(**msgspec.structs.asdict(session)))


def get_session(conn: Connection, token_hash: bytes, *, now: float) -> Session | None:
    """A session that has not expired. Its MAC is not checked, nor whether its moderator is a member."""
    return fetch_one(
        conn,
        Session,
        sa.select(sessions).where(
            sessions.c.token_hash == token_hash, sessions.c.expires_slot > now
        ),
    )


def end_session(conn: Connection, token_hash: bytes) -> None:
    conn.execute(sessions.delete().where(sessions.c.token_hash == token_hash))
