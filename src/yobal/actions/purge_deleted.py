"""Erase deleted text from the database's files, if a transaction has deleted any since the last purge."""

from yobal.store import pending_purge
from yobal.store.database import PURGE_SECONDS, Database


def purge_deleted(database: Database, site_id: str, *, seconds: float = PURGE_SECONDS) -> bool:
    """Whether there was anything to purge. Must not be called while the release lock is held.

    Raises DatabaseUnavailable if the purge is not finished in time; it stays pending then, and the
    next call repeats it.
    """
    with database.reading() as conn:
        purge_id = pending_purge.pending_id(conn, site_id)
    if purge_id is None:
        return False
    database.purge(seconds=seconds)
    with database.writing() as conn:
        pending_purge.clear(conn, site_id, purge_id)
    return True
