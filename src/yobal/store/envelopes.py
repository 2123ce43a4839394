"""Sealed originals, and how long they are stored."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.core.states import PUBLISHED, REJECTED, REMOVED
from yobal.store.tables import comments, envelopes


def get(conn: Connection, comment_id: str) -> bytes | None:
    sealed = sa.select(envelopes.c.sealed).where(envelopes.c.comment_id == comment_id)
    return conn.execute(sealed).scalar_one_or_none()


def exists(conn: Connection, comment_id: str) -> bool:
    row = sa.select(envelopes.c.row_key).where(envelopes.c.comment_id == comment_id)
    return conn.execute(row).one_or_none() is not None


def delete_original(conn: Connection, comment_id: str) -> None:
    """Delete the envelope, and the commitment with it.

    With the commitment, a person who has the nonce could check guesses at masked words.
    """
    conn.execute(envelopes.delete().where(envelopes.c.comment_id == comment_id))
    conn.execute(comments.update().where(comments.c.id == comment_id).values(commitment=None))


def expired_originals(conn: Connection, site_id: str, *, until: Slot) -> list[str]:
    """The ids of comments decided up to a slot that still have an envelope."""
    expired = (
        sa.select(comments.c.id)
        .join(envelopes, envelopes.c.comment_id == comments.c.id)
        .where(
            comments.c.site_id == site_id,
            comments.c.state.in_((REJECTED, REMOVED, PUBLISHED)),
            comments.c.decided_slot <= until,
        )
    )
    return list(conn.execute(expired).scalars())
