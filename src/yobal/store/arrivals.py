"""Sealed comments and receipts that a round moves from the inbox into the tables."""

from collections.abc import Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Final, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from yobal.core import ids
from yobal.core.schedule import Round
from yobal.core.states import PENDING
from yobal.store.insert_rows import Value, insert_rows
from yobal.store.tables import comments, envelopes, receipts

_ARRIVAL_COLUMNS: Final = (
    *("id", "site_id", "story_id", "edition", "root_id", "parent_id"),
    *("epoch_id", "size_kib", "lang", "idempotency_hash", "commitment"),
)
_COMMENT_COLUMNS: Final = (*_ARRIVAL_COLUMNS, "state", "arrival_round")
_ENVELOPE_COLUMNS: Final = ("row_key", "comment_id", "cell", "ciphertext")
_RECEIPT_COLUMNS: Final = (
    *("hash", "idempotency_hash", "week", "recipient", "recipient_mac"),
    "copy",
)
_values_of_comment: Final = attrgetter(*_ARRIVAL_COLUMNS)
_values_of_receipt: Final = attrgetter(*_RECEIPT_COLUMNS[:-1])
T = TypeVar("T")
_CHUNK: Final = 500  # values in one `in (…)`


class ReceiptArrival(msgspec.Struct, kw_only=True, frozen=True):
    """A receipt that is not in the tables yet. It refers to its comment by the idempotency hash."""

    hash: bytes
    idempotency_hash: bytes
    week: str
    recipient: str
    recipient_mac: bytes


class Arrival(msgspec.Struct, kw_only=True):
    """A sealed comment that is not in the tables yet, and the receipt that was asked for with it."""

    id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    epoch_id: str
    size_kib: int
    lang: str
    idempotency_hash: bytes
    commitment: bytes
    sealed: bytes
    receipt: ReceiptArrival | None = None


class EncryptedArrival(msgspec.Struct, frozen=True):
    """A sealed comment with its envelope as the tables store it: encrypted once more, under a cell."""

    arrival: Arrival
    cell: int
    ciphertext: bytes


class InsertedComments(msgspec.Struct, frozen=True):
    """How many comments broke a rule, and the cells of all that were not inserted, including repeats."""

    failed_count: int
    unused_cells: set[int]


def insert_comments(
    conn: Connection,
    encrypted: Sequence[EncryptedArrival],
    *,
    arrival_round: Round,
    state: str = PENDING,
) -> InsertedComments:
    """Insert the new ones in the order of their random ids.

    Safe to repeat: a comment that was sent twice, or moved twice, is stored once. What is stored already
    is only looked for if it causes a conflict, which is rare.
    """
    ordered = _without_repeats(sorted(encrypted, key=lambda comment: comment.arrival.id), set())
    new, inserted = ordered, ordered
    insert = partial(_insert, conn, arrival_round=arrival_round, state=state)
    if not insert(ordered):
        new = inserted = _without_repeats(ordered, _stored_keys(conn, ordered))
        if not insert(new):
            inserted = [comment for comment in new if insert([comment])]
    return InsertedComments(
        failed_count=len(new) - len(inserted),
        unused_cells={comment.cell for comment in encrypted}
        - {comment.cell for comment in inserted},
    )


def insert_receipts(conn: Connection, arrivals: Sequence[ReceiptArrival]) -> None:
    """Insert the new ones in the order of their hashes."""
    stored: set[bytes] = set()
    next_copies: dict[bytes, int] = {}
    for chunk in _chunks(arrivals):
        of_comments = receipts.c.idempotency_hash.in_(
            [receipt.idempotency_hash for receipt in chunk]
        )
        has_hash = receipts.c.hash.in_([receipt.hash for receipt in chunk])
        rows = sa.select(receipts).where(sa.or_(of_comments, has_hash))
        for row in conn.execute(rows):
            stored.add(row.hash)
            next_copy = max(next_copies.get(row.idempotency_hash, 0), row.copy + 1)
            next_copies[row.idempotency_hash] = next_copy
    new = []
    for receipt in sorted(arrivals, key=lambda arrival: arrival.hash):
        if receipt.hash in stored:
            continue
        stored.add(receipt.hash)
        copy = next_copies.get(receipt.idempotency_hash, 0)
        next_copies[receipt.idempotency_hash] = copy + 1
        new.append((*_values_of_receipt(receipt), copy))
    insert_rows(conn, receipts, _RECEIPT_COLUMNS, new)


def _stored_keys(conn: Connection, encrypted: Sequence[EncryptedArrival]) -> set[str | bytes]:
    """Ids and idempotency hashes of the comments in the tables that have one of these."""
    stored: set[str | bytes] = set()
    for chunk in _chunks([comment.arrival for comment in encrypted]):
        repeated = sa.select(comments.c.id, comments.c.idempotency_hash).where(
            sa.or_(
                comments.c.id.in_([arrival.id for arrival in chunk]),
                comments.c.idempotency_hash.in_([arrival.idempotency_hash for arrival in chunk]),
            )
        )
        for row in conn.execute(repeated):
            stored.update(key for key in row if key is not None)
    return stored


def _without_repeats(
    encrypted: Sequence[EncryptedArrival], stored: set[str | bytes]
) -> list[EncryptedArrival]:
    """Only the first of several with the same id or idempotency hash."""
    new = []
    for comment in encrypted:
        keys = (comment.arrival.id, comment.arrival.idempotency_hash)
        if stored.isdisjoint(keys):
            new.append(comment)
            stored |= set(keys)
    return new


def _insert(
    conn: Connection, encrypted: Sequence[EncryptedArrival], *, arrival_round: Round, state: str
) -> bool:
    """All or none. A full, locked or lost database raises; a broken rule does not."""
    savepoint = conn.begin_nested()
    try:
        rows = [_comment_row(comment.arrival, arrival_round, state) for comment in encrypted]
        insert_rows(conn, comments, _COMMENT_COLUMNS, rows)
        insert_rows(conn, envelopes, _ENVELOPE_COLUMNS, [_envelope_row(new) for new in encrypted])
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error, OperationalError):
            raise
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


def _comment_row(arrival: Arrival, arrival_round: Round, state: str) -> tuple[Value, ...]:
    return (*_values_of_comment(arrival), state, arrival_round)


def _envelope_row(comment: EncryptedArrival) -> tuple[Value, ...]:
    comment_id = comment.arrival.id
    return (ids.id_prefix(comment_id), comment_id, comment.cell, comment.ciphertext)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
