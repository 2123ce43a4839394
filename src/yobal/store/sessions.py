"""Open sessions: listing, locking, naming and ending them. `people.py` adds and reads the one of a request."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.store.people import Session
from yobal.store.rows import fetch_all
from yobal.store.tables import sessions


def list_open(
    conn: Connection, site_id: str, *, pseudonym: str | None, now: float
) -> list[Session]:
    """The sessions of one moderator, or with None of all, ordered by the slot in which they began."""
    of_owner = (sessions.c.pseudonym == pseudonym,) if pseudonym is not None else ()
    return fetch_all(
        conn,
        Session,
        sa.select(sessions)
        .where(*_open(site_id, now), *of_owner)
        .order_by(sessions.c.begun_slot, sessions.c.token_hash),
    )


def set_locked(conn: Connection, token_hash: bytes, *, is_locked: bool, mac: bytes) -> int:
    """1 if the session was in the other state. `mac` is that of the changed row."""
    return conn.execute(
        sessions.update()
        .where(
            sessions.c.token_hash == token_hash,
            sessions.c.is_locked != is_locked,
            sessions.c.end_reason.is_(None),
        )
        .values(is_locked=is_locked, mac=mac)
    ).rowcount


def set_label(conn: Connection, token_hash: bytes, device_label: str) -> None:
    conn.execute(
        sessions.update()
        .where(sessions.c.token_hash == token_hash)
        .values(device_label=device_label)
    )


def end(conn: Connection, site_id: str, token_hashes: Sequence[bytes]) -> None:
    """At once. The rows stay until they expire, so that an open desk can say why it closes."""
    conn.execute(
        sessions.update()
        .where(
            sessions.c.site_id == site_id,
            sessions.c.token_hash.in_(token_hashes),
            sessions.c.end_reason.is_(None),
        )
        .values(end_reason="ended")
    )


def _open(site_id: str, now: float) -> tuple[Any, ...]:
    return (
        sessions.c.site_id == site_id,
        sessions.c.expires_slot > now,
        sessions.c.end_reason.is_(None),
    )
