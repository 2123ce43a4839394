"""Envelopes, each encrypted once more under a cell, and how long they are stored."""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.core.states import LOST, PUBLISHED, REJECTED, REMOVED, State
from yobal.store import cells
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import comments, envelopes

_DECIDED: Final = (REJECTED, REMOVED, PUBLISHED, LOST)
_COLUMNS: Final = (envelopes.c.comment_id, envelopes.c.cell, envelopes.c.ciphertext)


class EnvelopeRow(msgspec.Struct, frozen=True):
    """An encrypted envelope, and the number of the cell that decrypts it."""

    comment_id: str
    cell: int
    ciphertext: bytes


def get(conn: Connection, comment_id: str) -> EnvelopeRow | None:
    chosen = sa.select(*_COLUMNS).where(envelopes.c.comment_id == comment_id)
    return fetch_one(conn, EnvelopeRow, chosen)


def page(conn: Connection, *, state: State, after: str, limit: int) -> list[EnvelopeRow]:
    """Envelopes of comments in a state, ordered by comment id; an empty `after` starts at the first."""
    rows = (
        sa.select(*_COLUMNS)
        .join(comments, comments.c.id == envelopes.c.comment_id)
        .where(comments.c.state == state, envelopes.c.comment_id > after)
    )
    return fetch_all(conn, EnvelopeRow, rows.order_by(envelopes.c.comment_id).limit(limit))


def delete(conn: Connection, comment_id: str) -> None:
    """Delete the envelope, and the commitment with it.

    With the commitment, a person who has the nonce could check guesses at masked words. The caller
    purges, which overwrites the cell.
    """
    chosen = envelopes.c.comment_id == comment_id
    cells.expire(conn, sa.select(envelopes.c.cell).where(chosen))
    conn.execute(envelopes.delete().where(chosen))
    conn.execute(comments.update().where(comments.c.id == comment_id).values(commitment=None))


def expired_originals(conn: Connection, site_id: str, *, until: Slot) -> list[str]:
    """The ids of comments decided, or lost, up to a slot that still have an envelope."""
    expired = (
        sa.select(comments.c.id)
        .join(envelopes, envelopes.c.comment_id == comments.c.id)
        .where(
            comments.c.site_id == site_id,
            comments.c.state.in_(_DECIDED),
            comments.c.decided_slot <= until,
        )
    )
    return list(conn.execute(expired).scalars())
