"""What has run out, or lies in a future that never was: receipts, marks of once, sessions, invitations."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.store.tables import comments, invitation_wraps, invitations, receipts, sessions


def drop_receipts(conn: Connection, *, before_week: str) -> None:
    """Receipts of weeks whose pepper is destroyed: nobody can prove or withdraw with them."""
    conn.execute(receipts.delete().where(receipts.c.week < before_week))


def drop_expired(conn: Connection, *, now: float) -> None:
    """Sessions and invitations that have ended."""
    conn.execute(sessions.delete().where(sessions.c.expires_slot <= now))
    over = sa.select(invitations.c.token_hash).where(invitations.c.expires_slot <= now)
    conn.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash.in_(over)))
    conn.execute(invitations.delete().where(invitations.c.expires_slot <= now))


def drop_idempotency_hashes(conn: Connection, *, arrived_before: Slot) -> None:
    """The marks of withdrawn comments whose day keys are gone."""
    conn.execute(
        comments.update()
        .where(
            comments.c.state == "withdrawn",
            comments.c.arrival_slot < arrived_before,
            comments.c.idempotency_hash.is_not(None),
        )
        .values(idempotency_hash=None)
    )


def drop_future(conn: Connection, *, after: Slot, after_week: str) -> None:
    """What a clock that was ahead has given out: sessions, invitations and receipts of the future."""
    conn.execute(sessions.delete().where(sessions.c.expires_slot > after))
    over = sa.select(invitations.c.token_hash).where(invitations.c.expires_slot > after)
    conn.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash.in_(over)))
    conn.execute(invitations.delete().where(invitations.c.expires_slot > after))
    conn.execute(receipts.delete().where(receipts.c.week > after_week))
