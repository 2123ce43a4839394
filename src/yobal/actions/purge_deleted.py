"""Destroys what transactions have deleted since the last purge: cells are overwritten, files are purged."""

from yobal.adapters.cell_file import CellFile, LockedCells
from yobal.store import cells, pending_purge
from yobal.store.database import PURGE_SECONDS, Database


def purge_deleted(
    database: Database, cell_file: CellFile, site_id: str, *, seconds: float = PURGE_SECONDS
) -> bool:
    """Whether there was anything to purge. Must not be called while the release lock is held.

    The cells come first: they need no other connection to end. Raises DatabaseUnavailable if it is
    not finished in time; it stays pending then, and the next call repeats it.
    """
    are_cells_overwritten = overwrite_expired(database, cell_file)
    with database.reading() as conn:
        purge_id = pending_purge.pending_id(conn, site_id)
    if purge_id is None:
        return are_cells_overwritten
    database.purge(seconds=seconds)
    with database.writing() as conn:
        pending_purge.clear(conn, site_id, purge_id)
    return True


def sweep(database: Database, cell_file: CellFile) -> None:
    """Overwrite every cell that no row needs. For the start: a crash may have left keys of rows that
    were never stored, or of rows that are deleted."""
    with cell_file.locked() as locked_cells:
        with database.writing() as conn:
            cells.wait_for_commits(conn)
            needed, expired = cells.all_needed(conn), cells.expired(conn)
        locked_cells.overwrite_all_except(needed)
        cell_file.unsettled.clear()
        with database.writing() as conn:
            cells.remove_expired(conn, expired)


def overwrite_expired(database: Database, cell_file: CellFile) -> bool:
    """Whether there were any. The list is read again under the lock: another process may be faster."""
    with database.reading() as conn:
        if not cells.expired(conn) and not cell_file.unsettled:
            return False
    with cell_file.locked() as locked_cells:
        with database.reading() as conn:
            expired = cells.expired(conn)
        locked_cells.overwrite(expired)
        if cell_file.unsettled:  # before a statement that a full database refuses
            _overwrite_unsettled(database, cell_file, locked_cells)
        with database.writing() as conn:
            cells.remove_expired(conn, expired)
    return True


def _overwrite_unsettled(
    database: Database, cell_file: CellFile, locked_cells: LockedCells
) -> None:
    """Overwrite the unsettled cells that no row names. The caller holds the lock of the file."""
    unsettled = set(cell_file.unsettled)
    with database.writing() as conn:
        cells.wait_for_commits(conn)
    locked_cells.overwrite(unsettled - cells.find_used(database, unsettled))
    cell_file.unsettled -= unsettled
