"""Inserts many rows with few statements, so that the interpreter's lock is free while the database works.

Row by row, Python's SQLite driver takes the lock again for each, and a thread that adds to the inbox
meanwhile waits for many of them. SQLAlchemy would also process every value of every row.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Value = str | bytes | int | None
# 13 columns of a comment make 6,500 parameters; SQLite takes 32,766 and PostgreSQL 65,535.
ROWS_PER_STATEMENT: Final = 500


def insert_rows(
    conn: Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[Sequence[Value]]
) -> None:
    """Each row has a value for each column."""
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    marks = f"({', '.join([mark] * len(columns))})"
    into = f"insert into {table.name} ({', '.join(columns)}) values "
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = rows[start : start + ROWS_PER_STATEMENT]
        statement = into + ", ".join([marks] * len(part))
        conn.exec_driver_sql(statement, tuple(chain.from_iterable(part)))
