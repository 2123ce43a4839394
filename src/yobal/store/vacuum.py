"""Purges PostgreSQL: afterwards no table's file contains deleted text.

A plain VACUUM leaves the text of a deleted row in the free space of its page, and silently keeps a
row that an older transaction may still read. Not covered are `pg_wal` and blocks that the file
system has freed; see the threat model.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

# Rewritten row by row into a new file; the old file is truncated at once.
REWRITTEN: Final = (
    *("held_texts", "hidden_texts", "envelopes", "published_comments", "staged_comments"),
    *("decisions", "feedback"),
)
# Hashes and slots but no text, with a row for each comment ever sent.
VACUUMED: Final = ("comments", "receipts", "withdrawal_requests", "imported_comments")
PURGED_TABLES: Final = (*REWRITTEN, *VACUUMED)
REWRITTEN_BYTES_MAX: Final = (
    256 * 1024 * 1024
)  # takes two or three seconds, in which it cannot be read

_NOW: Final = sa.text("select pg_current_xact_id()::xid::text")
_OLDER: Final = sa.text("""
    select
        exists (select from pg_stat_activity
            where (datname is null or datname = current_database()) and pid <> pg_backend_pid()
            and greatest(age(backend_xmin), age(backend_xid)) > age(cast(:now as xid)))
        or exists (select from pg_prepared_xacts where database = current_database()
            and age(transaction) > age(cast(:now as xid)))
        or exists (select from pg_replication_slots where age(xmin) > age(cast(:now as xid)))""")
_SIZE: Final = sa.text("select pg_total_relation_size(cast(:table as regclass))")


def purge_deleted(conn: Connection, *, busy_seconds: float) -> str | None:
    """None if it is done, else what blocks it. `conn` has no transaction.

    Transactions that begin later cannot read the deleted rows, so one check at the start is enough.
    """
    now = conn.execute(_NOW).scalar_one()
    if conn.execute(_OLDER, {"now": now}).scalar_one():
        return "an older transaction may still read what was deleted"
    conn.exec_driver_sql(f"set lock_timeout = '{int(busy_seconds * 1_000)}ms'")
    try:
        for table in PURGED_TABLES:
            conn.exec_driver_sql(f"VACUUM {'(FULL) ' if _is_rewritten(conn, table) else ''}{table}")
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        return "another connection holds a table that must be rewritten"
    finally:
        conn.exec_driver_sql("reset lock_timeout")
    return None


def _is_rewritten(conn: Connection, table: str) -> bool:
    if table not in REWRITTEN:
        return False
    size_bytes: int = conn.execute(_SIZE, {"table": table}).scalar_one()
    return size_bytes <= REWRITTEN_BYTES_MAX
