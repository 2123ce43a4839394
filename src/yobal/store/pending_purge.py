"""The record that deleted text may still be in the database's files, from the deletion until a purge ends.

It is stored with the deletion itself, so that a crash cannot lose it.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core import ids
from yobal.core.ids import RandomBytes
from yobal.store.tables import sites


def request(conn: Connection, site_id: str, *, random: RandomBytes) -> None:
    """Record that this transaction deletes text.

    Call it before the transaction changes any comment: a transaction that locks both rows must lock
    the site first, or two of them can wait for each other.
    """
    purge_id = ids.new_id(random)
    conn.execute(sites.update().where(sites.c.id == site_id).values(pending_purge_id=purge_id))


def pending_id(conn: Connection, site_id: str) -> str | None:
    chosen = sa.select(sites.c.pending_purge_id).where(sites.c.id == site_id)
    purge_id: str | None = conn.execute(chosen).scalar_one()
    return purge_id


def clear(conn: Connection, site_id: str, purge_id: str) -> None:
    """Does nothing if more text was deleted after this id was read: the purge may have missed it."""
    conn.execute(
        sites.update()
        .where(sites.c.id == site_id, sites.c.pending_purge_id == purge_id)
        .values(pending_purge_id=None)
    )
