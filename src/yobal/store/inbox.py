"""The inbox: everything readers send is stored here first, and the desk's side takes it at each round.

The only store that the intake writes to. On SQLite it is a file of its own beside the database, on
PostgreSQL a table behind a function. Both forget the order of arrival when they are destroyed.
"""

from collections.abc import Sequence
from typing import Protocol

from yobal.store.arrivals import Arrival
from yobal.store.database import Connection, Database
from yobal.store.inbox_entries import InboxEntry, Outcome
from yobal.store.postgresql_inbox import PostgresqlInbox
from yobal.store.sqlite_inbox import SqliteInbox
from yobal.store.withdrawal_requests import RequestKind


class Inbox(Protocol):
    """The intake uses the first four methods, the desk's side the others."""

    def add(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Durable once this returns. Raises DatabaseUnavailable: then nothing was stored."""

    def add_withdrawal_request(
        self, receipt_hash: bytes, request_kind: RequestKind, *, story_id: str
    ) -> None:
        """A repeated request is stored once. Durable once this returns. Raises DatabaseUnavailable."""

    def find(self, hashes: Sequence[bytes]) -> list[InboxEntry]:
        """Receipts with these hashes, and requests to withdraw with them.

        Look here before the tables: what is moved between the two looks is then in the tables.
        """

    def count_comments(self) -> dict[str, int]:
        """How many comments are here, by story."""

    def withdrawal_requests(self) -> list[InboxEntry]:
        """The requests that are here; they stay until the next round."""

    def close_current(self) -> None:
        """Let the intake write to a new inbox; nothing is added to the present one any more."""

    def take(self, conn: Connection) -> list[InboxEntry]:
        """What was not taken before. It is taken once `conn` is committed."""

    def has_taken(self, conn: Connection) -> bool:
        """Whether something that was taken is not destroyed yet."""

    def destroy_taken(self, conn: Connection) -> list[InboxEntry]:
        """In a later transaction than `take`; returns entries that came late, for the same transaction."""

    def close(self) -> None:
        """Close every connection."""


def open_inbox(database: Database) -> Inbox:
    return SqliteInbox(database) if database.is_sqlite else PostgresqlInbox(database)
