"""Sealed originals, how long they are stored, and the cells that encrypt them after the decision."""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.core.states import PUBLISHED, REJECTED, REMOVED
from yobal.store import cells
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, envelopes

_DECIDED: Final = (REJECTED, REMOVED, PUBLISHED)


class Original(msgspec.Struct, frozen=True):
    """An envelope that is kept although its comment is decided."""

    comment_id: str
    sealed: bytes


def exists(conn: Connection, comment_id: str) -> bool:
    row = sa.select(envelopes.c.row_key).where(envelopes.c.comment_id == comment_id)
    return conn.execute(row).one_or_none() is not None


def delete_original(conn: Connection, comment_id: str) -> None:
    """Delete the envelope, and the commitment with it.

    With the commitment, a person who has the nonce could check guesses at masked words. The caller
    purges, which overwrites the cell.
    """
    wrapped = sa.select(envelopes.c.cell).where(
        envelopes.c.comment_id == comment_id, envelopes.c.cell.is_not(None)
    )
    cells.expire(conn, wrapped)
    conn.execute(envelopes.delete().where(envelopes.c.comment_id == comment_id))
    conn.execute(comments.update().where(comments.c.id == comment_id).values(commitment=None))


def expired_originals(conn: Connection, site_id: str, *, until: Slot) -> list[str]:
    """The ids of comments decided up to a slot that still have an envelope."""
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


def unwrapped_originals(
    conn: Connection, site_id: str, *, until: Slot, limit: int
) -> list[Original]:
    """Of comments whose decision was final with a slot: those that no cell encrypts yet."""
    is_decided = sa.exists().where(
        comments.c.id == envelopes.c.comment_id,
        comments.c.site_id == site_id,
        comments.c.state.in_(_DECIDED),
        comments.c.decided_slot <= until,
    )
    originals = sa.select(envelopes.c.comment_id, envelopes.c.sealed)
    return fetch_all(
        conn, Original, originals.where(envelopes.c.cell.is_(None), is_decided).limit(limit)
    )


def wrap_original(conn: Connection, comment_id: str, *, cell: int, ciphertext: bytes) -> int:
    """Replace the age file by its ciphertext; returns the number of rows changed."""
    return conn.execute(
        envelopes.update()
        .where(envelopes.c.comment_id == comment_id, envelopes.c.cell.is_(None))
        .values(cell=cell, sealed=ciphertext)
    ).rowcount
