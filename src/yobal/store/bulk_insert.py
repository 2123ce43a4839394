"""Inserts into several tables, for many rows, as one SQLite statement.

Python's driver lets other threads run while a statement runs, and asks for the interpreter back
after each. One statement for a whole group asks once, and outside a transaction it is one by
itself, synced to the disk when it returns. SQLite inserts into one table at a time, so the rows go
into a temporary view without any, and its triggers hand them on.
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
    """An insert with named parameters (`:name`); left out for rows where `unless_null` is null."""

    sql: str
    unless_null: str = ""


class TriggerInsert:
    """The inserts below one name. A parameter is an attribute of the rows."""

    def __init__(self, name: str, *inserts: Insert) -> None:
        named = [name for one in inserts for name in _PARAMETER.findall(one.sql)]
        self._name = name
        self._inserts = inserts
        self._columns = tuple(dict.fromkeys(named))
        self._values_of = attrgetter(*self._columns)
        self._statements: dict[int, str] = {}  # by the number of rows

    def insert(self, database: Database, rows: Sequence[object]) -> None:
        """All rows or none. Raises SQLAlchemy's IntegrityError, or DatabaseUnavailable."""
        values = tuple(value for row in rows for value in self._values_of(row))
        with database.autocommit() as conn:
            self._prepare(conn)
            conn.exec_driver_sql(self._statement(len(rows)), values)

    def _statement(self, count: int) -> str:
        known = self._statements.get(count)
        if known is None:
            row = f"({', '.join('?' * len(self._columns))})"
            known = f"insert into temp.{self._name} values {', '.join([row] * count)}"
            self._statements[count] = known
        return known

    def _prepare(self, conn: Connection) -> None:
        """Once for each connection."""
        if self._name in conn.info:
            return
        columns = ", ".join(f"null as {column}" for column in self._columns)
        conn.exec_driver_sql(f"create temp view if not exists {self._name} as select {columns}")
        for number, one in enumerate(self._inserts):
            when = f"when new.{one.unless_null} is not null " if one.unless_null else ""
            body = _PARAMETER.sub(r"new.\1", one.sql)
            conn.exec_driver_sql(
                f"create temp trigger if not exists {self._name}_{number}"
                f" instead of insert on temp.{self._name} {when}"
                f"begin {body}; end"
            )
        conn.info[self._name] = True
