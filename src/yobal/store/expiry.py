"""What has run out, or lies in a future that never was: receipts, marks of once, sessions, invitations."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.store.tables import comments, invitation_wraps, invitations, receipts, sessions


def drop_receipts(db: Connection, *, before_week: str) -> None:
    """Receipts of weeks whose pepper is destroyed: nobody can prove or withdraw with them."""
    db.execute(receipts.delete().where(receipts.c.week < before_week))


def drop_expired(db: Connection, *, now: float) -> None:
    """Sessions and invitations that have ended."""
    db.execute(sessions.delete().where(sessions.c.until_slot <= now))
    over = sa.select(invitations.c.token_hash).where(invitations.c.until_slot <= now)
    db.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash.in_(over)))
    db.execute(invitations.delete().where(invitations.c.until_slot <= now))


def drop_idempotency_hashes(db: Connection, *, arrived_before: Slot) -> None:
    """The marks of withdrawn comments whose day keys are gone."""
    db.execute(
        comments.update()
        .where(
            comments.c.state == "withdrawn",
            comments.c.arrival_slot < arrived_before,
            comments.c.once.is_not(None),
        )
        .values(once=None)
    )


def drop_future(db: Connection, *, after: Slot, after_week: str) -> None:
    """What a clock that was ahead has given out: sessions, invitations and receipts of the future."""
    db.execute(sessions.delete().where(sessions.c.until_slot > after))
    over = sa.select(invitations.c.token_hash).where(invitations.c.until_slot > after)
    db.execute(invitation_wraps.delete().where(invitation_wraps.c.token_hash.in_(over)))
    db.execute(invitations.delete().where(invitations.c.until_slot > after))
    db.execute(receipts.delete().where(receipts.c.week > after_week))
