"""The inbox on PostgreSQL: a table in two halves that take turns, behind one function.

The intake's role may call that function and has no right to the table. No writer waits for a round:
the turn changes in the transaction that empties the other half, and a row that was still on its way
to that half is moved when the half is truncated.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from yobal.store.arrivals import Arrival
from yobal.store.database import Connection, Database
from yobal.store.inbox_entries import (
    REQUEST_KINDS,
    InboxEntry,
    Outcome,
    comment_entry,
    receipt_entry,
)
from yobal.store.withdrawal_requests import RequestKind

TABLES: Final = ("inbox", "inbox_a", "inbox_b", "inbox_turn")
_HALVES: Final = {False: "inbox_a", True: "inbox_b"}
LOCK_MILLISECONDS: Final = (
    50  # the intake's reads wait behind the lock, so it is not waited for longer
)

_ADD: Final = sa.text(
    "select is_new, has_receipt from add_to_inbox(cast(:kinds as text[]), cast(:keys as bytea[]),"
    " cast(:story_ids as text[]), cast(:contents as bytea[]), cast(:receipt_hashes as bytea[]),"
    " cast(:receipt_contents as bytea[]))"
)
_FIND: Final = sa.text(
    "select kind, key, story_id, content from find_in_inbox(cast(:hashes as bytea[]))"
)
_COUNT: Final = sa.text("select story_id, comment_count from intake_inbox")
_REQUESTS: Final = sa.text(
    "select kind, key, story_id, content from inbox where kind = any(:kinds)"
)
_CHANGE_TURN: Final = sa.text("update inbox_turn set half = not half returning half")
_TAKE: Final = sa.text(
    "delete from inbox where half = :half returning kind, key, story_id, content"
)
_TURN: Final = sa.text("select half from inbox_turn")
_SIZE: Final = sa.text("select pg_relation_size(cast(:table as regclass))")


class PostgresqlInbox:
    """See `Inbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # For the intake

    def add(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        receipts = [receipt_entry(arrival) for arrival in arrivals]
        entries = [comment_entry(arrival) for arrival in arrivals]
        rows = self._add(entries, receipts)
        return [Outcome("new" if row.is_new else "repeat", row.has_receipt) for row in rows]

    def add_withdrawal_request(
        self, receipt_hash: bytes, request_kind: RequestKind, *, story_id: str
    ) -> None:
        self._add([InboxEntry(request_kind, receipt_hash, story_id)], [None])

    def find(self, hashes: Sequence[bytes]) -> list[InboxEntry]:
        with self._database.reading() as conn:
            rows = conn.execute(_FIND, {"hashes": list(hashes)}).all()
        return [InboxEntry(*row) for row in rows]

    def count_comments(self) -> dict[str, int]:
        with self._database.reading() as conn:
            return {row.story_id: row.comment_count for row in conn.execute(_COUNT)}

    def _add(
        self, entries: Sequence[InboxEntry], receipts: Sequence[InboxEntry | None]
    ) -> Sequence[sa.Row[tuple[bool, bool]]]:
        parameters = {
            "kinds": [entry.kind for entry in entries],
            "keys": [entry.key for entry in entries],
            "story_ids": [entry.story_id for entry in entries],
            "contents": [entry.content for entry in entries],
            "receipt_hashes": [receipt and receipt.key for receipt in receipts],
            "receipt_contents": [receipt and receipt.content for receipt in receipts],
        }
        with self._database.writing() as conn:
            return conn.execute(_ADD, parameters).all()

    # For the desk's side

    def withdrawal_requests(self) -> list[InboxEntry]:
        with self._database.reading() as conn:
            rows = conn.execute(_REQUESTS, {"kinds": list(REQUEST_KINDS)}).all()
        return [InboxEntry(*row) for row in rows]

    def close_current(self) -> None:
        """Nothing to prepare: `take` changes the turn."""

    def take(self, conn: Connection) -> list[InboxEntry]:
        half = not conn.execute(_CHANGE_TURN).scalar_one()
        return [InboxEntry(*row) for row in conn.execute(_TAKE, {"half": half})]

    def has_taken(self, conn: Connection) -> bool:
        table = _HALVES[not conn.execute(_TURN).scalar_one()]
        return bool(conn.execute(_SIZE, {"table": table}).scalar_one())

    def destroy_taken(self, conn: Connection) -> list[InboxEntry]:
        """Raises OperationalError if a transaction keeps the half locked; it is tried again."""
        half = not conn.execute(_TURN).scalar_one()
        conn.execute(sa.text(f"set local lock_timeout = {LOCK_MILLISECONDS}"))
        conn.execute(sa.text(f"lock table {_HALVES[half]} in access exclusive mode"))
        late = [InboxEntry(*row) for row in conn.execute(_TAKE, {"half": half})]
        conn.execute(sa.text(f"truncate {_HALVES[half]}"))
        return late

    def close(self) -> None:
        """It has no connections of its own."""
