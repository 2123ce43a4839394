"""Inserts rows into several tables with one SQLite statement, for the rate of submissions.

Python's driver releases the interpreter's lock for each statement and has to wait for it again, so
one statement for a group of comments waits once. Outside a transaction it commits by itself and is
synced to the disk when it returns. A SQLite statement inserts into one table only; so the rows go
into a temporary view, and the view's triggers insert them into the tables.
"""

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from yobal.store.database import Database

_PARAMETER: Final = re.compile(r":(\w+)")


class Insert(msgspec.Struct, frozen=True):
    """An insert with named parameters (`:name`); skipped for rows whose `unless_null` is null."""

    sql: str
    unless_null: str = ""


class TriggerInsert:
    """Several inserts for each row. A parameter is an attribute of the row."""

    def __init__(self, view: str, *inserts: Insert) -> None:
        self._view = view
        self._inserts = inserts
        parameters = [name for insert in inserts for name in _PARAMETER.findall(insert.sql)]
        self._columns = tuple(dict.fromkeys(parameters))
        self._values_of = attrgetter(*self._columns)
        self._statements: dict[int, str] = {}  # by the number of rows

    def insert(self, database: Database, rows: Sequence[object]) -> None:
        """All rows or none. Raises SQLAlchemy's IntegrityError, or DatabaseUnavailable."""
        values = tuple(value for row in rows for value in self._values_of(row))
        with database.autocommit() as conn:
            self._create_view(conn)
            conn.exec_driver_sql(self._statement(len(rows)), values)

    def _statement(self, row_count: int) -> str:
        statement = self._statements.get(row_count)
        if statement is None:
            row = f"({', '.join('?' * len(self._columns))})"
            statement = f"insert into temp.{self._view} values {', '.join([row] * row_count)}"
            self._statements[row_count] = statement
        return statement

    def _create_view(self, conn: Connection) -> None:
        """Once for each connection."""
        if self._view in conn.info:
            return
        columns = ", ".join(f"null as {column}" for column in self._columns)
        conn.exec_driver_sql(f"create temp view if not exists {self._view} as select {columns}")
        for number, insert in enumerate(self._inserts):
            when = f"when new.{insert.unless_null} is not null " if insert.unless_null else ""
            body = _PARAMETER.sub(r"new.\1", insert.sql)
            conn.exec_driver_sql(
                f"create temp trigger if not exists {self._view}_{number}"
                f" instead of insert on temp.{self._view} {when}"
                f"begin {body}; end"
            )
        conn.info[self._view] = True
