"""Moderators, invitations, registrations and sessions. `statements.py` says who is a member."""

import hashlib
from typing import Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.roles import Role
from yobal.core.schedule import Slot
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import invitations, moderators, registrations, sessions


class Moderator(msgspec.Struct, frozen=True, kw_only=True):
    """The identities of an active one are in `identities.py`."""

    site_id: str
    pseudonym: str
    signing_key: str
    is_active: bool = True
    is_suspended: bool = False
    roster_pin: bytes


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
    signing_key: str
    keys: str
    keys_signature: bytes
    roster_pin: bytes
    expires_slot: Slot


# `ended`: by its owner or a lead.
EndReason = Literal["removed", "suspended", "ended", "passkey_removed"]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, or was until `end_reason`, if the MAC is right: it covers all but label and reason."""

    token_hash: bytes
    site_id: str
    pseudonym: str
    begun_slot: Slot
    expires_slot: Slot
    is_locked: bool = False
    device_label: str = ""
    mac: bytes
    passkey_hash: str | None = None  # of the passkey that opened it
    end_reason: EndReason | None = None  # not under the MAC: a suspension is unsigned, too


_COLUMNS: Final = tuple(column for column in sessions.c if column.name != "end_reason")
_USE_CHALLENGE: Final = sa.text(
    "insert into used_challenges (challenge_hash, expires_slot)"
    " values (:challenge_hash, :expires_slot) on conflict do nothing"
)


def hash_token(token: bytes) -> bytes:
    """SHA-256. A token has 256 random bits and needs no slow hash."""
    return hashlib.sha256(token).digest()


def add(conn: Connection, moderator: Moderator) -> None:
    conn.execute(moderators.insert().values(**msgspec.structs.asdict(moderator)))


def get(conn: Connection, site_id: str, pseudonym: str) -> Moderator | None:
    """The active moderator with this pseudonym."""
    return _get_active(conn, site_id, moderators.c.pseudonym == pseudonym)


def get_by_key(conn: Connection, site_id: str, signing_key: str) -> Moderator | None:
    """The active moderator with this signing key."""
    return _get_active(conn, site_id, moderators.c.signing_key == signing_key)


def _get_active(
    conn: Connection, site_id: str, condition: sa.ColumnElement[bool]
) -> Moderator | None:
    query = sa.select(moderators).where(
        moderators.c.site_id == site_id, condition, moderators.c.is_active
    )
    return fetch_one(conn, Moderator, query)


def list_pseudonyms(conn: Connection, site_id: str) -> list[str]:
    """The pseudonyms of active and inactive moderators."""
    pseudonyms = sa.select(moderators.c.pseudonym).where(moderators.c.site_id == site_id)
    return list(conn.execute(pseudonyms).scalars())


def count_all_sessions(conn: Connection, site_id: str, *, now: float) -> int:
    return sum(count_sessions(conn, site_id, now=now).values())


def list_active(conn: Connection, site_id: str) -> list[str]:
    pseudonyms = sa.select(moderators.c.pseudonym).where(
        moderators.c.site_id == site_id, moderators.c.is_active
    )
    return list(conn.execute(pseudonyms).scalars())


def deactivate_all(conn: Connection, site_id: str) -> None:
    """Lock every moderator out. The caller deletes their identities."""
    of_site = moderators.c.site_id == site_id
    conn.execute(moderators.update().where(of_site).values(is_active=False, roster_pin=b""))
    for table in (sessions, registrations, invitations):
        conn.execute(table.delete().where(table.c.site_id == site_id))


def deactivate(conn: Connection, site_id: str, pseudonym: str) -> None:
    """Lock one moderator out. The caller deletes what their words and sheet opened."""
    conn.execute(
        moderators.update()
        .where(moderators.c.site_id == site_id, moderators.c.pseudonym == pseudonym)
        .values(is_active=False, is_suspended=False, roster_pin=b"")
    )
    end_sessions(conn, site_id, pseudonym, reason="removed")


def suspend(conn: Connection, site_id: str, pseudonym: str) -> int:
    """1 if an active moderator was not suspended before."""
    changed = _set_suspended(conn, site_id, pseudonym, is_suspended=True)
    end_sessions(conn, site_id, pseudonym, reason="suspended")
    return changed


def resume(conn: Connection, site_id: str, pseudonym: str) -> int:
    """1 if this moderator was suspended. The sessions from before stay ended."""
    conn.execute(_sessions_of(site_id, pseudonym))
    return _set_suspended(conn, site_id, pseudonym, is_suspended=False)


def _set_suspended(conn: Connection, site_id: str, pseudonym: str, *, is_suspended: bool) -> int:
    return conn.execute(
        moderators.update()
        .where(
            moderators.c.site_id == site_id,
            moderators.c.pseudonym == pseudonym,
            moderators.c.is_active,
            moderators.c.is_suspended != is_suspended,
        )
        .values(is_suspended=is_suspended)
    ).rowcount


def list_suspended(conn: Connection, site_id: str) -> list[str]:
    chosen = sa.select(moderators.c.pseudonym).where(
        moderators.c.site_id == site_id, moderators.c.is_active, moderators.c.is_suspended
    )
    return list(conn.execute(chosen.order_by(moderators.c.pseudonym)).scalars())


def end_sessions(conn: Connection, site_id: str, pseudonym: str, *, reason: EndReason) -> None:
    """At once. The rows stay until they expire, so that an open desk can say why it closes."""
    conn.execute(
        sessions.update()
        .where(sessions.c.site_id == site_id, sessions.c.pseudonym == pseudonym)
        .values(end_reason=reason)
    )


def end_sessions_of_passkey(conn: Connection, site_id: str, passkey_hash: str) -> None:
    """End the sessions that a removed passkey has signed in; the rows stay, as in `end_sessions`."""
    conn.execute(
        sessions.update()
        .where(sessions.c.site_id == site_id, sessions.c.passkey_hash == passkey_hash)
        .values(end_reason="passkey_removed")
    )


def count_sessions(conn: Connection, site_id: str, *, now: float) -> dict[str, int]:
    """Open sessions by pseudonym."""
    chosen = (
        sa.select(sessions.c.pseudonym, sa.func.count().label("session_count"))
        .where(
            sessions.c.site_id == site_id,
            sessions.c.expires_slot > now,
            sessions.c.end_reason.is_(None),
        )
        .group_by(sessions.c.pseudonym)
    )
    return {row.pseudonym: row.session_count for row in conn.execute(chosen)}


def _sessions_of(site_id: str, pseudonym: str) -> sa.Delete:
    return sessions.delete().where(sessions.c.site_id == site_id, sessions.c.pseudonym == pseudonym)


def delete_sessions(conn: Connection, site_id: str, pseudonym: str) -> None:
    """For new words: people who are signed in with the old ones must sign in again."""
    conn.execute(_sessions_of(site_id, pseudonym))


def use_challenge(conn: Connection, challenge_hash: bytes, *, expires_slot: Slot) -> int:
    """1 for the first caller, 0 for all others."""
    values = {"challenge_hash": challenge_hash, "expires_slot": expires_slot}
    return conn.execute(_USE_CHALLENGE, values).rowcount


def change_pin(conn: Connection, site_id: str, pseudonym: str, *, roster_pin: bytes) -> int:
    """1 if there is such an active moderator."""
    return conn.execute(
        moderators.update()
        .where(
            moderators.c.site_id == site_id,
            moderators.c.pseudonym == pseudonym,
            moderators.c.is_active,
        )
        .values(roster_pin=roster_pin)
    ).rowcount


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


def delete_invitations_by(conn: Connection, site_id: str, signing_key: str) -> None:
    """The links that this lead has made, and the people who have used one and wait."""
    for table in (invitations, registrations):
        conn.execute(
            table.delete().where(table.c.site_id == site_id, table.c.invited_by == signing_key)
        )


def delete_first_leads_links(conn: Connection, site_id: str) -> None:
    conn.execute(
        invitations.delete().where(
            invitations.c.site_id == site_id, invitations.c.invited_by.is_(None)
        )
    )


def add_registration(conn: Connection, registration: Registration) -> None:
    conn.execute(registrations.insert().values(**msgspec.structs.asdict(registration)))


def list_registrations(conn: Connection, site_id: str, *, now: float) -> list[Registration]:
    """Registrations that have not expired."""
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
    """A session that has not expired. Its MAC is not checked, nor whether its moderator is a member.

    A suspension counts however the session was stored: it may have been opened at the same moment.
    """
    suspended = sa.exists().where(
        moderators.c.site_id == sessions.c.site_id,
        moderators.c.pseudonym == sessions.c.pseudonym,
        moderators.c.is_suspended,
    )
    reason = sa.case((suspended, "suspended"), else_=sessions.c.end_reason)
    return fetch_one(
        conn,
        Session,
        sa.select(*_COLUMNS, reason.label("end_reason")).where(
            sessions.c.token_hash == token_hash, sessions.c.expires_slot > now
        ),
    )


def end_session(conn: Connection, token_hash: bytes) -> None:
    conn.execute(sessions.delete().where(sessions.c.token_hash == token_hash))
