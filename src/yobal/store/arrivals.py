"""Stores sealed comments: a group at once if all are new, else one by one.

On PostgreSQL this runs as a role that may do nothing else (`store/grants.py`), so no statement
has a RETURNING clause or a conflict target: PostgreSQL requires SELECT for both.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from yobal.core import ids
from yobal.core.receipts import COPIES_MAX
from yobal.core.schedule import Slot
from yobal.core.states import PENDING
from yobal.store.bulk_insert import Insert, TriggerInsert
from yobal.store.database import Database


class Arrival(msgspec.Struct, kw_only=True):
    """A sealed comment that is not stored yet, and the receipt that was asked for with it."""

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
    copy: int = 0  # which of the comment's receipts
    week: str = ""
    row_key: int = 0  # of its envelope

    def __post_init__(self) -> None:
        self.row_key = ids.id_prefix(self.id)


class Outcome(msgspec.Struct, frozen=True):
    """What became of an arrival. If it `failed`, nothing of it is stored."""

    status: Literal["new", "repeat", "failed"]
    has_receipt: bool = False


_COMMENT: Final = (
    "insert into comments (id, site_id, story_id, edition, root_id, parent_id, state, arrival_slot,"
    " epoch_id, size_kib, lang, idempotency_hash, commitment) values (:id, :site_id, :story_id,"
    f" :edition, :root_id, :parent_id, '{PENDING}', :arrival_slot, :epoch_id, :size_kib, :lang,"
    " :idempotency_hash, :commitment)"
)
_ENVELOPE: Final = (
    "insert into envelopes (row_key, comment_id, sealed) values (:row_key, :id, :sealed)"
)
_RECEIPT: Final = (
    "insert into receipts (hash, idempotency_hash, copy, week)"
    " values (:receipt_hash, :idempotency_hash, :copy, :week)"
)
_INSERT_GROUP: Final = TriggerInsert(
    "new_comments",
    Insert(_COMMENT),
    Insert(_ENVELOPE),
    Insert(_RECEIPT, unless_null="receipt_hash"),
)
# A repeat must not be an error on PostgreSQL, whose log would tell when it came.
_INSERT_NEW_COMMENT: Final = sa.text(_COMMENT + " on conflict do nothing")
_INSERT_ENVELOPE: Final = sa.text(_ENVELOPE)
_INSERT_NEW_RECEIPT: Final = sa.text(_RECEIPT + " on conflict do nothing")


class _NotAllNew(Exception):
    """Rolls a group back."""


def add(database: Database, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Durable once this returns. Raises DatabaseUnavailable: then nothing was stored.

    An arrival that repeats a stored comment, or that breaks a rule, does not affect the others.
    """
    insert_group = _insert_group_on_sqlite if database.is_sqlite else _insert_group_on_postgresql
    try:
        insert_group(database, arrivals)
    except (_NotAllNew, DBAPIError):
        with database.writing() as conn:
            return [_insert_one(conn, arrival) for arrival in arrivals]
    return [Outcome("new", has_receipt=arrival.receipt_hash is not None) for arrival in arrivals]


def _insert_group_on_sqlite(database: Database, arrivals: Sequence[Arrival]) -> None:
    """One statement. Raises DBAPIError if one of them is not new."""
    _INSERT_GROUP.insert(database, arrivals)


def _insert_group_on_postgresql(database: Database, arrivals: Sequence[Arrival]) -> None:
    """One statement for each table, whose rows the driver sends together. Raises _NotAllNew."""
    rows = [msgspec.structs.asdict(arrival) for arrival in arrivals]
    with_receipt = [row for row in rows if row["receipt_hash"] is not None]
    with database.writing() as conn:
        if conn.execute(_INSERT_NEW_COMMENT, rows).rowcount != len(rows):
            raise _NotAllNew
        conn.execute(_INSERT_ENVELOPE, rows)
        if with_receipt:
            conn.execute(_INSERT_NEW_RECEIPT, with_receipt)


def _insert_one(conn: Connection, arrival: Arrival) -> Outcome:
    """In a savepoint. A full, locked or lost database fails the group, a broken rule this row only."""
    row = msgspec.structs.asdict(arrival)
    savepoint = conn.begin_nested()
    try:
        is_new = conn.execute(_INSERT_NEW_COMMENT, row).rowcount == 1
        if is_new:
            conn.execute(_INSERT_ENVELOPE, row)
        # A repeat gets a receipt of its own while the comment may have more.
        has_receipt = arrival.receipt_hash is not None and any(
            conn.execute(_INSERT_NEW_RECEIPT, row | {"copy": copy}).rowcount == 1
            for copy in range(COPIES_MAX)
        )
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error, OperationalError):
            raise
        savepoint.rollback()
        return Outcome("failed")
    savepoint.commit()
    return Outcome("new" if is_new else "repeat", has_receipt=has_receipt)
