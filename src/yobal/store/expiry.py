"""Finds and deletes what has expired, and what a clock that was ahead has given out."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Round, Slot
from yobal.core.states import PENDING, WITHDRAWN
from yobal.store import feedback
from yobal.store.tables import (
    comments,
    decisions,
    invitations,
    receipts,
    registrations,
    sessions,
    used_challenges,
)

_EXPIRING: Final = (sessions, invitations, registrations, used_challenges)


def expired_pending(
    conn: Connection, site_id: str, *, arrived_until: Round, decided_after: Slot
) -> list[str]:
    """The ids of pending comments that came until a round.

    Not those with a decision after `decided_after`, which was undone: they are back in the queue for a
    short time only.
    """
    decided = sa.exists().where(
        decisions.c.comment_id == comments.c.id, decisions.c.slot > decided_after
    )
    expired = sa.select(comments.c.id).where(
        comments.c.site_id == site_id,
        comments.c.state == PENDING,
        comments.c.arrival_round <= arrived_until,
        ~decided,
    )
    return list(conn.execute(expired).scalars())


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
    """Delete the hashes of withdrawn comments whose day key is destroyed."""
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
