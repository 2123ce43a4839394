"""Turns rows into structs. No other layer sees a row of SQLAlchemy."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

T = TypeVar("T")


def fetch_one(
    conn: Connection,
    struct: Callable[..., T],
    statement: sa.Executable,
    parameters: Mapping[str, object] | None = None,
) -> T | None:
    """The only row, as a struct with one field for each column; None if there is no row."""
    row = conn.execute(statement, parameters).one_or_none()
    return struct(**row._asdict()) if row is not None else None


def fetch_all(conn: Connection, struct: Callable[..., T], statement: sa.Executable) -> list[T]:
    result = conn.execute(statement)
    names = list(result.keys())
    # `row._asdict()` is slower, and a rebuild reads as many rows as there are comments.
    return [struct(**dict(zip(names, row, strict=True))) for row in result.all()]
