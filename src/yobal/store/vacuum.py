"""Purging PostgreSQL: what was deleted is in none of the tables' files any more, or it is not called done.

A plain VACUUM leaves the words of a deleted row in the gaps of a page that other rows share, and a
row that somebody's older view may still want to see it leaves whole, without a word. What is out of
reach here (`pg_wal`, blocks that the file system has freed) stands in the threat model.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

# Written anew, row by row, into a file of their own; the old file is cut to nothing at once.
REWRITTEN: Final = ("held_texts", "envelopes", "published_comments", "decisions")
# Hashes and slots, no words, and a row for each comment there ever was.
VACUUMED: Final = ("comments", "receipts", "withdrawal_requests")
PURGED_TABLES: Final = (*REWRITTEN, *VACUUMED)
REWRITTEN_BYTES_MAX: Final = 256 * 1024 * 1024  # two or three seconds, in which nobody can read it

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
    """None once it is done, else what stands in the way. `conn` is outside of a transaction.

    Once nobody's view is older than now, nobody's ever will be again.
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
        return "somebody holds a table that was to be written anew"
    finally:
        conn.exec_driver_sql("reset lock_timeout")
    return None


def _is_rewritten(conn: Connection, table: str) -> bool:
    if table not in REWRITTEN:
        return False
    size_bytes: int = conn.execute(_SIZE, {"table": table}).scalar_one()
    return size_bytes <= REWRITTEN_BYTES_MAX
