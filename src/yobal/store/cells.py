"""Which cells of `secrets/cells` are in use, and which must be overwritten.

A cell is listed as expired in the transaction that deletes the row that it encrypts. It is overwritten
after the commit, and taken off the list after that. So a crash in between is repaired by the next
pass, and no listed cell is given out again before it is overwritten.
"""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.store.database import Database
from yobal.store.tables import (
    envelopes,
    expired_cells,
    held_texts,
    hidden_texts,
    member_identities,
    wrapped_epoch_keys,
)

# Every table with rows that are encrypted under a cell, in the order in which transactions lock them.
_DESTROYED_ON_TIME: Final = (held_texts, envelopes)
_BACKED_UP: Final = (hidden_texts, member_identities, wrapped_epoch_keys)
_NAMED_BY: Final = tuple(table.c.cell for table in (*_DESTROYED_ON_TIME, *_BACKED_UP))
LOCK_MILLISECONDS: Final = 100  # moderators and releases wait behind the lock for as long
_CHUNK: Final = 10_000  # values in one `in (…)`: SQLite takes 32,766 and PostgreSQL 65,535
_SET_LOCK_TIMEOUT: Final = sa.text(f"set local lock_timeout = {LOCK_MILLISECONDS}")
_LOCK_ROWS: Final = sa.text(
    f"lock table {', '.join(str(column.table) for column in _NAMED_BY)} in share mode"
)
_REMOVE: Final = expired_cells.delete().where(expired_cells.c.cell == sa.bindparam("number"))


def find_used(database: Database, numbers: Collection[int]) -> set[int]:
    """Which of these cells encrypt something, or are not overwritten yet."""
    columns = (*_NAMED_BY, expired_cells.c.cell)
    ordered = sorted(numbers)
    chunks = [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
    with database.reading() as conn:
        return {
            number
            for column in columns
            for chunk in chunks
            for number in conn.execute(sa.select(column).where(column.in_(chunk))).scalars()
        }


def wait_for_commits(conn: Connection) -> None:
    """Every row that a lost connection was about to commit is stored, or never will be.

    PostgreSQL may end a commit after its client is gone. SQLite has one writer, who holds the lock already.
    Raises DatabaseUnavailable if that transaction is still open.
    """
    if conn.dialect.name != "sqlite":
        conn.execute(_SET_LOCK_TIMEOUT)
        conn.execute(_LOCK_ROWS)


def all_needed(conn: Connection) -> set[int]:
    """Every cell that encrypts something."""
    return {number for column in _NAMED_BY for number in conn.execute(sa.select(column)).scalars()}


def backed_up(conn: Connection) -> set[int]:
    """The cells of members' keys and of hidden texts: a backup holds these, and no others."""
    tables = [sa.select(table.c.cell) for table in _BACKED_UP]
    return {number for chosen in tables for number in conn.execute(chosen).scalars()}


def delete(conn: Connection, table: sa.Table, chosen: sa.ColumnElement[bool]) -> int:
    """Delete these rows, and list their cells as expired; returns how many. The caller purges."""
    deleted = conn.execute(table.delete().where(chosen).returning(table.c.cell)).scalars().all()
    expire_unused(conn, deleted)
    return len(deleted)


def expire(conn: Connection, chosen: sa.Select[Any]) -> None:
    """List these cells as expired: this transaction deletes what they encrypt."""
    conn.execute(expired_cells.insert().from_select(["cell"], chosen))


def expire_unused(conn: Connection, numbers: Collection[int]) -> None:
    """They were given out, and what they encrypt is not stored."""
    if numbers:
        conn.execute(expired_cells.insert(), [{"cell": number} for number in sorted(numbers)])


def expired(conn: Connection) -> list[int]:
    return list(conn.execute(sa.select(expired_cells.c.cell)).scalars())


def remove_expired(conn: Connection, numbers: Collection[int]) -> None:
    """They are overwritten, and can be given out again."""
    if numbers:
        conn.execute(_REMOVE, [{"number": number} for number in numbers])
