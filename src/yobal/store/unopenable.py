"""Data that is sealed to epochs of replaced rosters: no member has a wrap of these any more."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.core.states import HELD, LOST, PENDING
from yobal.store import cells
from yobal.store.tables import comments, envelopes, epochs, feedback, held_texts


def has_any(conn: Connection, site_id: str, signed_ids: Collection[str]) -> bool:
    chosen = sa.select(epochs.c.id).where(
        epochs.c.site_id == site_id, epochs.c.id.not_in(signed_ids)
    )
    return conn.execute(chosen.limit(1)).first() is not None


def destroy(conn: Connection, site_id: str, signed_ids: Collection[str], *, slot: Slot) -> int:
    """Comments that wait for a decision or a release are lost, with this slot; how many.

    `signed_ids`: the epochs of the verified roster. A column of the database does not decide what is destroyed.

    Held texts go as well, with what was written to their authors: who accepted them is no member, and the queue
    could not show them. So do the originals of what was decided. The caller requests a purge before, which overwrites their cells.
    """
    ended = sa.select(epochs.c.id).where(
        epochs.c.site_id == site_id, epochs.c.id.not_in(signed_ids)
    )
    sealed = sa.select(comments.c.id).where(comments.c.epoch_id.in_(ended))
    waiting = sealed.where(comments.c.state.in_((PENDING, HELD)))
    of_waiting = held_texts.c.comment_id.in_(waiting)
    cells.expire(conn, sa.select(held_texts.c.cell).where(of_waiting))
    conn.execute(held_texts.delete().where(of_waiting))
    conn.execute(feedback.delete().where(feedback.c.comment_id.in_(waiting)))
    lost_count = conn.execute(
        comments.update()
        .where(comments.c.epoch_id.in_(ended), comments.c.state.in_((PENDING, HELD)))
        .values(state=LOST, due_slot=None, decided_slot=slot)
    ).rowcount
    of_sealed = envelopes.c.comment_id.in_(sealed)
    cells.expire(conn, sa.select(envelopes.c.cell).where(of_sealed))
    conn.execute(envelopes.delete().where(of_sealed))
    conn.execute(comments.update().where(comments.c.epoch_id.in_(ended)).values(commitment=None))
    return lost_count
