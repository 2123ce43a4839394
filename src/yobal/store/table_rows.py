"""Every row of the tables that a backup holds: read all of them, or insert them into an empty database.

Ordered by key, because ids are random: a backup shows no order of arrival.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.backup_format import Row
from yobal.core.errors import BackupInvalid
from yobal.store import grants, migrations, postgresql_inbox, tables
from yobal.store.insert_rows import ROWS_PER_STATEMENT, insert_rows

# Short-lived, or about this machine's own files: a restored newsroom does without them.
_LEFT_OUT: Final = (
    tables.sessions,
    tables.invitations,
    tables.registrations,
    tables.used_challenges,
    tables.expired_cells,
    tables.stale_files,
)
_BACKED_UP: Final = {
    str(table.name): table for table in tables.metadata.sorted_tables if table not in _LEFT_OUT
}
_READ_AT_ONCE: Final = 1_000
_ONE_VIEW: Final = sa.text("set transaction isolation level repeatable read read only")


Tables = Mapping[str, sa.Table]


def take_one_view(conn: Connection) -> None:
    """From here on, the transaction reads the database as it is now. Must be its first statement."""
    if conn.dialect.name != "sqlite":
        conn.execute(_ONE_VIEW)


def tables_of(conn: Connection) -> Tables:
    """The tables to back up as they are in this database, whose schema may be an older one."""
    if migrations.current_revision(conn) == migrations.newest_revision():
        return _BACKED_UP
    left_out = {table.name for table in _LEFT_OUT} | {
        *postgresql_inbox.TABLES,
        grants.REVISION_TABLE,
    }
    stored = sa.MetaData()
    stored.reflect(conn, only=lambda name, _: name not in left_out)
    return {str(table.name): table for table in stored.sorted_tables}


def columns(stored: Tables) -> dict[str, list[str]]:
    """The names of the columns, by table."""
    return {name: [str(column.name) for column in table.columns] for name, table in stored.items()}


def count_all(conn: Connection, stored: Tables) -> int:
    counts = (sa.select(sa.func.count()).select_from(table) for table in stored.values())
    return sum(int(conn.execute(count).scalar_one()) for count in counts)


def read_all(conn: Connection, stored: Tables) -> Iterator[Row]:
    for name, table in stored.items():
        query = sa.select(table).order_by(*table.primary_key)
        result = conn.execution_options(yield_per=_READ_AT_ONCE).execute(query)
        for row in result:
            yield name, list(row)


def insert_all(
    conn: Connection, rows: Iterable[Row], columns_of: Mapping[str, Sequence[str]]
) -> None:
    """`columns_of` names the columns of each table. Raises BackupInvalid for what fits no column."""
    for name, group in groupby(rows, key=itemgetter(0)):
        table, names = _BACKED_UP.get(name), columns_of[name]
        if table is None or not set(names) <= set(table.columns.keys()):
            raise BackupInvalid(f"this version has no table {name} with these columns")
        values = (row for _, row in group)
        while part := list(islice(values, ROWS_PER_STATEMENT)):
            insert_rows(conn, table, names, _decoded(part, [table.columns[name] for name in names]))


def _decoded(rows: list[list[Any]], table_columns: list[sa.Column[Any]]) -> list[list[Any]]:
    """With bytes where the columns hold bytes."""
    binary = [
        number
        for number, column in enumerate(table_columns)
        if isinstance(column.type, sa.LargeBinary)
    ]
    try:
        for row in rows:
            for number in binary:
                if row[number] is not None:
                    row[number] = base64.b64decode(row[number], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BackupInvalid("bytes are not written in base64") from None
    return rows
