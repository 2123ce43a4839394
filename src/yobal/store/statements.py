"""The statements of the roster, in order. `core/roster.py` verifies them."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.errors import RosterChanged
from yobal.core.roster import SignedStatement
from yobal.store.rows import fetch_all
from yobal.store.tables import former_statements, statements

_COLUMNS: Final = (
    statements.c.statement,
    statements.c.signature,
    statements.c["keys"],  # `.keys` is a method
    statements.c.keys_signature,
)


def list_all(conn: Connection, site_id: str) -> list[SignedStatement]:
    chosen = sa.select(*_COLUMNS).where(statements.c.site_id == site_id)
    return fetch_all(conn, SignedStatement, chosen.order_by(statements.c.number))


def newest(conn: Connection, site_id: str) -> tuple[int, str] | None:
    """How many there are, and the last."""
    chosen = sa.select(statements.c.number, statements.c.statement)
    last = chosen.where(statements.c.site_id == site_id).order_by(statements.c.number.desc())
    row = conn.execute(last.limit(1)).one_or_none()
    return (row.number + 1, row.statement) if row is not None else None


def append(conn: Connection, site_id: str, signed: SignedStatement, *, number: int) -> None:
    """Only if it is still the next. Raises RosterChanged."""
    taken = sa.select(statements.c.number).where(
        statements.c.site_id == site_id, statements.c.number >= number
    )
    if conn.execute(taken.limit(1)).one_or_none() is not None:
        raise RosterChanged
    conn.execute(
        statements.insert().values(
            site_id=site_id,
            number=number,
            statement=signed.statement,
            signature=signed.signature,
            keys=signed.keys,
            keys_signature=signed.keys_signature,
        )
    )


def copy_to_former(conn: Connection, site_id: str, *, first: str) -> None:
    """Keep them as those of a former roster, for what was decided under it.

    `first` is the hash of its first statement.
    """
    columns = (statements.c.site_id, statements.c.number, *_COLUMNS)
    of_site = statements.c.site_id == site_id
    copied = sa.select(*columns, sa.literal(first)).where(of_site)
    names = [*(column.name for column in columns), "first"]
    conn.execute(former_statements.insert().from_select(names, copied))


def delete_all(conn: Connection, site_id: str) -> None:
    """Make room for a new first statement."""
    conn.execute(statements.delete().where(statements.c.site_id == site_id))


def former_firsts(conn: Connection, site_id: str) -> list[str]:
    """The first statement of each roster that another has replaced."""
    chosen = sa.select(former_statements.c.first).where(former_statements.c.site_id == site_id)
    return list(conn.execute(chosen.distinct().order_by(former_statements.c.first)).scalars())


def list_former(conn: Connection, site_id: str, *, first: str) -> list[SignedStatement]:
    """The statements of the roster with this first statement, in order."""
    chosen = sa.select(*(former_statements.c[column.name] for column in _COLUMNS)).where(
        former_statements.c.site_id == site_id, former_statements.c.first == first
    )
    return fetch_all(conn, SignedStatement, chosen.order_by(former_statements.c.number))
