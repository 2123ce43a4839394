"""Sealed comments on their way in: together where all are new, else each for itself.

On PostgreSQL this runs as a role that may do just this (`store/grants.py`), so no statement here
has a RETURNING or a conflict target: PostgreSQL wants SELECT for both.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from yobal.core import ids
from yobal.core.receipts import COPIES_MAX
from yobal.core.schedule import Slot
from yobal.core.states import PENDING
from yobal.store.bulk_insert import Insert, TriggerInsert
from yobal.store.database import Database


class Arrival(msgspec.Struct, kw_only=True):
    """One sealed comment on its way in, and the receipt that was asked for with it."""

    id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    arrival_slot: Slot
    epoch_id: str
    size_kib: int
    lang: str
    idempotency_hash: bytes
    commitment: bytes
    sealed: bytes
    receipt_hash: bytes | None = None
    copy: int = 0  # which of the codes that a comment may have
    week: str = ""
    row_key: int = 0  # of its envelope

    def __post_init__(self) -> None:
        self.row_key = ids.id_prefix(self.id)


class Outcome(msgspec.Struct, frozen=True):
    """What became of an arrival. Nothing is stored of one that `failed`, and its sender hears so."""

    status: Literal["new", "repeat", "failed"]
    has_receipt: bool = False


_INSERT_COMMENT: Final = (
    "insert into comments (id, site_id, story_id, edition, root_id, parent_id, state, arrival_slot,"
    " epoch_id, size_kib, lang, idempotency_hash, commitment) values (:id, :site_id, :story_id,"
    f" :edition, :root_id, :parent_id, '{PENDING}', :arrival_slot, :epoch_id, :size_kib, :lang,"
    " :idempotency_hash, :commitment)"
)
_INSERT_ENVELOPE: Final = (
    "insert into envelopes (row_key, comment_id, sealed) values (:row_key, :id, :sealed)"
)
_INSERT_RECEIPT: Final = (
    "insert into receipts (hash, idempotency_hash, copy, week)"
    " values (:receipt_hash, :idempotency_hash, :copy, :week)"
)
_COMMENT: Final = sa.text(_INSERT_COMMENT + " on conflict do nothing")
_ENVELOPE: Final = sa.text(_INSERT_ENVELOPE)
_RECEIPT: Final = sa.text(_INSERT_RECEIPT + " on conflict do nothing")
_BULK: Final = TriggerInsert(
    "new_comments",
    Insert(_INSERT_COMMENT),
    Insert(_INSERT_ENVELOPE),
    Insert(_INSERT_RECEIPT, unless_null="receipt_hash"),
)


def add(database: Database, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Durable once this returns: together if all are new; else one by one, so that a bad one
    fails alone. Raises DatabaseUnavailable: then nothing of it was stored.
    """
    if database.is_sqlite and _add_in_one_statement(database, arrivals):
        return _all_new(arrivals)
    with database.writing() as conn:
        if not database.is_sqlite and _add_together(conn, arrivals):
            return _all_new(arrivals)
        return [_add_alone(conn, msgspec.structs.asdict(one)) for one in arrivals]


def _all_new(arrivals: Sequence[Arrival]) -> list[Outcome]:
    return [Outcome("new", has_receipt=one.receipt_hash is not None) for one in arrivals]


def _add_in_one_statement(database: Database, arrivals: Sequence[Arrival]) -> bool:
    """False where one of them breaks a rule, or is there already: then none is stored."""
    try:
        _BULK.insert(database, arrivals)
    except DBAPIError:
        return False
    return True


def _add_together(conn: Connection, arrivals: Sequence[Arrival]) -> bool:
    """The same where the database is over a socket: row by row, but sent at once."""
    savepoint = conn.begin_nested()
    try:
        is_new = _execute_many(conn, _COMMENT, arrivals) == len(arrivals)
        if is_new:
            _execute_many(conn, _ENVELOPE, arrivals)
            _execute_many(conn, _RECEIPT, [one for one in arrivals if one.receipt_hash is not None])
    except DBAPIError as error:
        _give_up_if_gone(error)
        is_new = False
    savepoint.commit() if is_new else savepoint.rollback()
    return is_new


def _execute_many(conn: Connection, statement: sa.TextClause, arrivals: Sequence[Arrival]) -> int:
    """The number of rows."""
    if not arrivals:
        return 0
    return conn.execute(statement, [msgspec.structs.asdict(one) for one in arrivals]).rowcount


def _add_alone(conn: Connection, row: dict[str, Any]) -> Outcome:
    savepoint = conn.begin_nested()
    try:
        is_new = conn.execute(_COMMENT, row).rowcount == 1
        if is_new:
            conn.execute(_ENVELOPE, row)
        has_receipt = row["receipt_hash"] is not None and _add_receipt(conn, row)
    except DBAPIError as error:
        _give_up_if_gone(error)
        savepoint.rollback()
        return Outcome("failed")
    savepoint.commit()
    return Outcome("new" if is_new else "repeat", has_receipt=has_receipt)


def _add_receipt(conn: Connection, row: dict[str, Any]) -> bool:
    """Under the first copy that is free; False where the comment has all the codes it may have."""
    return any(
        conn.execute(_RECEIPT, row | {"copy": copy}).rowcount == 1 for copy in range(COPIES_MAX)
    )


def _give_up_if_gone(error: DBAPIError) -> None:
    """A database that is full, locked or gone fails the group; a broken rule fails its row."""
    if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
        raise error
