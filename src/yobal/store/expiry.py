"""Deletes what has expired, and what a clock that was ahead has given out."""

from typing import Final

from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.core.states import WITHDRAWN
from yobal.store import feedback
from yobal.store.tables import (
    comments,
    invitations,
    receipts,
    registrations,
    sessions,
    used_challenges,
)

_EXPIRING: Final = (sessions, invitations, registrations, used_challenges)


def delete_receipts(conn: Connection, *, before_week: str) -> None:
    """Receipts of weeks whose pepper is destroyed: their codes open nothing any more. With them goes what
    only these codes opened."""
    conn.execute(receipts.delete().where(receipts.c.week < before_week))
    feedback.delete_without_receipt(conn)


def delete_expired(conn: Connection, *, now: float) -> None:
    """Sessions, used challenges, invitations, and registrations that no lead has confirmed."""
    for table in _EXPIRING:
        conn.execute(table.delete().where(table.c.expires_slot <= now))


def delete_idempotency_hashes(conn: Connection, *, arrived_before: Slot) -> None:
    """Of withdrawn comments whose day key is destroyed."""
    conn.execute(
        comments.update()
        .where(
            comments.c.state == WITHDRAWN,
            comments.c.arrival_round < arrived_before,
            comments.c.idempotency_hash.is_not(None),
        )
        .values(idempotency_hash=None)
    )


def delete_future(conn: Connection, *, after: Slot, after_week: str) -> None:
    """Sessions, used challenges, invitations, registrations and receipts that end later than any given out now."""
    for table in _EXPIRING:
        conn.execute(table.delete().where(table.c.expires_slot > after))
    conn.execute(receipts.delete().where(receipts.c.week > after_week))
    feedback.delete_without_receipt(conn)
