"""The inbox on SQLite: a file of its own beside the database, with a random name.

A file is created complete, and closed by a trigger that refuses every further row. So a process that
still writes to it notices in the same transaction, and nothing it has accepted can be missed.
"""

import contextlib
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from yobal.core.errors import DatabaseUnavailable
from yobal.core.receipts import COPIES_MAX
from yobal.store import sites
from yobal.store.arrivals import Arrival
from yobal.store.database import Connection, Database
from yobal.store.inbox_entries import (
    COMMENT,
    CONTENT_BYTES_MAX,
    RECEIPT,
    REQUEST_KINDS,
    InboxEntry,
    Outcome,
    comment_entry,
    copy_entry,
    receipt_entry,
)
from yobal.store.withdrawal_requests import RequestKind

T = TypeVar("T")
_ATTEMPTS_MAX: Final = 5  # a file can be closed again while a new one is opened
_BLOCK_BYTES: Final = 1024 * 1024
_UNFINISHED_SECONDS: Final = 60  # older files that were never finished are left by a crash
# SQLite counts the rows, which is the order of arrival: appending is fast, and the file is destroyed.
_CREATE: Final = (
    "create table inbox (kind text not null, key blob not null, story_id text not null,"
    f" content blob not null check (length(content) <= {CONTENT_BYTES_MAX}), unique (kind, key))"
)
_CLOSE: Final = (
    "create trigger if not exists closed before insert on inbox"
    " begin select raise(abort, 'closed'); end"
)
_IS_CLOSED: Final = "select count(*) from sqlite_schema where type = 'trigger' and name = 'closed'"
_IS_USED: Final = "select exists (select 1 from inbox)"
_COLUMNS: Final = "kind, key, story_id, content"
_INSERT: Final = f"insert into inbox ({_COLUMNS}) values "
_IGNORE: Final = " on conflict do nothing"
_COUNT: Final = f"select story_id, count(*) from inbox where kind = '{COMMENT}' group by story_id"
_STORED: Final = (
    "select c.idempotency_hash, (select count(*) from receipts r"
    " where r.idempotency_hash = c.idempotency_hash)"
    " from comments c where c.idempotency_hash in "
)


class SqliteInbox:
    """See `Inbox`. Threads share it; so do the intake and the desk if they are one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file = Path(database.url.database or "")
        self._lock = threading.Lock()  # for the two below
        self._databases: dict[Path, Database] = {}
        self._current: Path | None = None
        self._writing = threading.Lock()

    # For the intake

    def add(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        stored = self._stored_receipt_counts(arrivals)
        if not stored:
            entries = [entry for arrival in arrivals for entry in _entries(arrival)]
            with contextlib.suppress(IntegrityError):  # one of them is here already
                self._write(lambda inbox: _insert(inbox, entries))
                return [Outcome("new", arrival.receipt is not None) for arrival in arrivals]
        return self._write(lambda inbox: _insert_each(inbox, arrivals, stored))

    def add_withdrawal_request(
        self, receipt_hash: bytes, request_kind: RequestKind, *, story_id: str
    ) -> None:
        entry = InboxEntry(request_kind, receipt_hash, story_id)
        self._write(lambda inbox: _insert(inbox, [entry], _IGNORE))

    def find(self, hashes: Sequence[bytes]) -> list[InboxEntry]:
        kinds = (RECEIPT, *REQUEST_KINDS)
        where = f"kind in {_marks(kinds)} and key in {_marks(hashes)}"
        return self._select(f"select {_COLUMNS} from inbox where {where}", (*kinds, *hashes))

    def count_comments(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        with self._database.reading() as conn:
            taken = sites.taken_inboxes(conn)
        for path in self._paths():
            if path.name in taken:
                continue
            for story_id, count in self._read(path, _COUNT):
                counts[story_id] += count
        return counts

    # For the desk's side

    def withdrawal_requests(self) -> list[InboxEntry]:
        kinds = _marks(REQUEST_KINDS)
        return self._select(f"select {_COLUMNS} from inbox where kind in {kinds}", REQUEST_KINDS)

    def close_current(self) -> None:
        """The new file is there before the old one is closed: no writer waits for it to be made."""
        with self._database.reading() as conn:
            taken = sites.taken_inboxes(conn)
        used = [path for path in self._paths() if path.name not in taken and self._is_used(path)]
        if not used:
            return
        new = self._create()
        for path in used:
            with self._open(path).writing() as conn:
                conn.exec_driver_sql(_CLOSE)
        with self._lock:
            self._current = new

    def take(self, conn: Connection) -> list[InboxEntry]:
        taken = sites.taken_inboxes(conn)
        closed = [
            path for path in self._paths() if path.name not in taken and self._is_closed(path)
        ]
        sites.set_taken_inboxes(conn, [*taken, *(path.name for path in closed)])
        query = f"select {_COLUMNS} from inbox"
        return [InboxEntry(*row) for path in closed for row in self._read_strictly(path, query)]

    def has_taken(self, conn: Connection) -> bool:
        return bool(sites.taken_inboxes(conn))

    def destroy_taken(self, conn: Connection) -> list[InboxEntry]:
        for name in sites.taken_inboxes(conn):
            path = self._file.with_name(name)
            _destroy(path)
            with self._lock:  # only now: SQLite removes the log with the last connection
                database = self._databases.pop(path, None)
            if database is not None:
                database.close()
        self._remove_unfinished()
        _sync_folder(self._file.parent)
        sites.set_taken_inboxes(conn, [])
        return []

    def close(self) -> None:
        with self._lock:
            for database in self._databases.values():
                database.close()
            self._databases.clear()
            self._current = None

    # Files

    def _paths(self) -> list[Path]:
        """Open and closed ones. Those beside them, such as logs, have longer names."""
        prefix = inbox_prefix(self._file)
        return [path for path in files(self._file) if "-" not in path.name.removeprefix(prefix)]

    def _create(self) -> Path:
        """Under another name until it is complete, so that no process opens a part of it."""
        path = self._file.with_name(inbox_prefix(self._file) + secrets.token_hex(8))
        unfinished = path.with_name(f".{path.name}")
        unfinished.touch(mode=0o600)
        database = Database(f"sqlite:///{unfinished}")
        try:
            with database.writing() as conn:
                conn.exec_driver_sql(_CREATE)
        finally:
            database.close()
        unfinished.rename(path)
        _sync_folder(path.parent)
        return path

    def _remove_unfinished(self) -> None:
        for path in self._file.parent.glob(f".{inbox_prefix(self._file)}*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _UNFINISHED_SECONDS:
                    path.unlink()

    def _open(self, path: Path) -> Database:
        with self._lock:
            if path not in self._databases:
                for removed in [other for other in self._databases if not other.exists()]:
                    self._databases.pop(removed).close()
                self._databases[path] = Database(_existing_file(path))
            return self._databases[path]

    def _is_closed(self, path: Path) -> bool:
        return bool(self._read_strictly(path, _IS_CLOSED)[0][0])

    def _is_used(self, path: Path) -> bool:
        return bool(self._read_strictly(path, _IS_USED)[0][0])

    # Writing and reading

    def _write(self, write: Callable[[Database], T]) -> T:
        """Repeats it in a new inbox if the one in use has been closed or destroyed meanwhile."""
        with self._writing:
            for _ in range(_ATTEMPTS_MAX):
                path = self._current_path()
                try:
                    return write(self._open(path))
                except (DBAPIError, DatabaseUnavailable):
                    if self._accepts_rows(path):
                        raise
                    self._forget(path)
        raise DatabaseUnavailable("the inbox is being replaced")

    def _current_path(self) -> Path:
        """An inbox that accepts rows; another process may have made it."""
        with self._lock:
            current = self._current
        if current is None:
            open_paths = (path for path in self._paths() if self._accepts_rows(path))
            current = next(open_paths, None) or self._create()
            with self._lock:
                self._current = current
        return current

    def _accepts_rows(self, path: Path) -> bool:
        try:
            return path.exists() and not self._is_closed(path)
        except (DBAPIError, DatabaseUnavailable):  # it is just being destroyed
            return False

    def _forget(self, path: Path) -> None:
        with self._lock:
            if self._current == path:
                self._current = None

    def _select(self, query: str, values: Sequence[object]) -> list[InboxEntry]:
        rows = (row for path in self._paths() for row in self._read(path, query, values))
        return [InboxEntry(*row) for row in rows]

    def _read(self, path: Path, query: str, values: Sequence[object] = ()) -> list[Any]:
        """Nothing from a file that is being destroyed: its rows are in the tables."""
        try:
            return self._read_strictly(path, query, values)
        except (DBAPIError, DatabaseUnavailable):
            # In this order: a file leaves the list after it is removed. Until then it may hold noise.
            if not self._is_taken(path) and path.exists():
                raise
        return []

    def _is_taken(self, path: Path) -> bool:
        with self._database.reading() as conn:
            return path.name in sites.taken_inboxes(conn)

    def _read_strictly(self, path: Path, query: str, values: Sequence[object] = ()) -> list[Any]:
        with self._open(path).reading() as conn:
            return list(conn.exec_driver_sql(query, tuple(values)).all())

    def _stored_receipt_counts(self, arrivals: Sequence[Arrival]) -> dict[bytes, int]:
        """How many receipts each of the comments that are in the tables already has."""
        hashes = tuple(arrival.idempotency_hash for arrival in arrivals)
        with self._database.autocommit() as conn:
            rows = conn.exec_driver_sql(_STORED + _marks(hashes), hashes)
            return {bytes(row[0]): row[1] for row in rows}


def _existing_file(path: Path) -> sa.URL:
    """So that opening a file that has just been removed does not make an empty one."""
    query = {"mode": "rw", "uri": "true"}
    return sa.URL.create("sqlite", database=f"file:{quote(str(path))}", query=query)


def files(database_file: Path) -> list[Path]:
    """Every file of every inbox beside this database."""
    return sorted(database_file.parent.glob(f"{inbox_prefix(database_file)}*"))


def inbox_prefix(database_file: Path) -> str:
    """How the name of every file of an inbox begins."""
    return f"{database_file.name}-inbox-"


def _entries(arrival: Arrival) -> Iterator[InboxEntry]:
    yield comment_entry(arrival)
    receipt = receipt_entry(arrival)
    if receipt is not None:
        yield receipt


def _insert(inbox: Database, entries: Sequence[InboxEntry], on_conflict: str = "") -> None:
    """One statement outside a transaction: inserted and synced when it returns."""
    with inbox.autocommit() as conn:
        _insert_into(conn, entries, on_conflict)


def _insert_into(conn: Connection, entries: Sequence[InboxEntry], on_conflict: str = "") -> int:
    rows = ", ".join(["(?, ?, ?, ?)"] * len(entries))
    values = tuple(
        value
        for entry in entries
        for value in (entry.kind, entry.key, entry.story_id, entry.content)
    )
    return conn.exec_driver_sql(_INSERT + rows + on_conflict, values).rowcount


def _insert_each(
    inbox: Database, arrivals: Sequence[Arrival], stored: dict[bytes, int]
) -> list[Outcome]:
    """Where some of them were sent before; `stored` are receipts of comments in the tables."""
    with inbox.writing() as conn:
        return [
            _insert_one(conn, arrival, stored.get(arrival.idempotency_hash)) for arrival in arrivals
        ]


def _insert_one(conn: Connection, arrival: Arrival, stored_receipts: int | None) -> Outcome:
    is_new = stored_receipts is None and bool(_insert_into(conn, [comment_entry(arrival)], _IGNORE))
    receipt = receipt_entry(arrival)
    if receipt is None:
        return Outcome("new" if is_new else "repeat")
    copies = range(1 if stored_receipts is None else stored_receipts, COPIES_MAX)
    has_receipt = is_new or any(
        _insert_into(conn, [copy_entry(arrival, copy)], _IGNORE) for copy in copies
    )
    if has_receipt:
        _insert_into(conn, [receipt])
    return Outcome("new" if is_new else "repeat", has_receipt)


def _marks(values: Sequence[object]) -> str:
    return f"({', '.join('?' * len(values))})"


def _destroy(path: Path) -> None:
    """Overwrite what SQLite wrote, then remove it. SQLite's index of the log holds no content."""
    for suffix in ("", "-wal"):
        _overwrite(path.with_name(path.name + suffix))
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _overwrite(path: Path) -> None:
    """In place. A disk that moves blocks may keep a copy; see docs/threat-model.md."""
    noise = secrets.token_bytes(_BLOCK_BYTES)
    with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
        left_bytes = path.stat().st_size
        while left_bytes > 0:
            left_bytes -= file.write(noise[:left_bytes])
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
