"""Locks between processes of the desk's side: for releases and rounds, and for migrations.

On PostgreSQL they are locks on a table to which the intake's role has no right. Advisory locks are
open to every role, so the intake could stop all releases.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa

from yobal.store.database import Connection, Database, folder_of, translating_errors

# The transaction that holds the lock is idle for as long as a release takes.
_NO_TIMEOUT: Final = sa.text(
    "select set_config(name, '0', true) from pg_settings"
    " where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')"
)
_LOCK: Final = sa.text("lock table desk_lock in exclusive mode")
_HAS_TABLE: Final = sa.text("select to_regclass('desk_lock') is not null")
# Before the first migration there is no table, and no role of an intake.
# "yobal" as a number, in decimal: PostgreSQL reads hexadecimal numbers from version 16 on.
_FIRST_LOCK: Final = sa.text("select pg_advisory_xact_lock(521559761260)")


@contextmanager
def release_lock(database: Database) -> Iterator[None]:
    """For everything that writes public files or empties the inbox.

    Waits for the lock and holds it. It is freed if the process dies. Raises DatabaseUnavailable.
    """
    folder = folder_of(database)
    if folder is None:
        with translating_errors(), database.engine.begin() as conn:
            conn.execute(_NO_TIMEOUT)
            conn.execute(_LOCK)
            yield
        return
    descriptor = os.open(folder / "release.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def lock_migrations(conn: Connection) -> None:
    """Until the end of the transaction; on SQLite, BEGIN IMMEDIATE is the lock."""
    if conn.dialect.name != "sqlite":
        conn.execute(_LOCK if conn.execute(_HAS_TABLE).scalar_one() else _FIRST_LOCK)
