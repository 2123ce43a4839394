"""Opens SQLite or PostgreSQL so that a commit is durable and a purge leaves no deleted text."""

import importlib
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from yobal.core.errors import DatabaseUnavailable, UnsupportedEnvironment
from yobal.store import failures, vacuum

SQLITE_OLDEST: Final = (3, 51, 3)  # older versions can corrupt a WAL
BUSY_SECONDS: Final = 10
PURGE_SECONDS: Final = 10  # how long a purge is tried before it fails
# An attempt blocks all writers, so it must not wait for a long reader.
PURGE_BUSY_SECONDS: Final = 0.1
_RETRY_SECONDS: Final = 0.1
PAGE_BYTES: Final = 2_048  # docs/decisions/0020-small-pages-in-sqlite.md
# 128 MB of log before a checkpoint; only a flood of comments writes that much. A checkpoint makes a
# busy intake wait 50 ms for the disk. Keys are random, so few pages are written twice, and with the
# default of 1,000 pages it would wait most of the time. A purge truncates the log.
CHECKPOINT_PAGES: Final = 64_000
CACHE_KIB: Final = 4_096
RETIRED_POOLS_MAX: Final = 16  # half a minute of them; what is returned later is garbage
_BEGIN: Final = "yobal_begin"

__all__ = [
    "Connection",
    "Database",
    "folder_of",
    "sqlite_module",
    "translating_errors",
]  # other layers import SQLAlchemy's type from here


class Database:
    """One engine. `writing()` and `reading()` give a connection inside a transaction."""

    def __init__(self, url: str | sa.URL) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._purging = threading.Lock()
        self._writer = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        # One connection stays open for `autocommit`: taking it from the pool costs as much as a few rows.
        self._without_begin = self.engine.execution_options(**{_BEGIN: ""})
        self._autocommit_conn: Connection | None = None
        self._autocommit_lock = threading.Lock()
        # A connection that is in use while the pool is replaced returns to the old one.
        self._retired_pools: deque[sa.Pool] = deque(maxlen=RETIRED_POOLS_MAX)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is durable once the block ends without an error."""
        with translating_errors(), self._writer.begin() as conn:
            yield _compiling_for_itself(conn)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        with translating_errors(), self.engine.begin() as conn:
            yield _compiling_for_itself(conn)

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """SQLite without a transaction: each statement is durable when it returns."""
        with self._autocommit_lock, translating_errors():
            if self._autocommit_conn is None:
                self._autocommit_conn = self._without_begin.connect()
            try:
                yield self._autocommit_conn
            except BaseException:
                self._close_autocommit()
                raise

    def _close_autocommit(self) -> None:
        if self._autocommit_conn is not None:
            self._autocommit_conn.close()
            self._autocommit_conn = None

    def purge(self, *, seconds: float = PURGE_SECONDS) -> None:
        """Erase deleted text from the database's files; returns only when it is gone.

        SQLite overwrites deleted content (`secure_delete`), and the write-ahead log is
        truncated. PostgreSQL rewrites the tables that hold text; see `store/vacuum.py`. Raises
        DatabaseUnavailable if a reader needs the old pages for longer than `seconds`. Callers use
        `actions/purge_deleted.py`, which repeats a purge that failed.
        """
        with self._purging, translating_errors():
            end = time.monotonic() + seconds
            while (reason := self._try_purge()) is not None:
                if time.monotonic() >= end:
                    raise DatabaseUnavailable(reason)
                time.sleep(_RETRY_SECONDS)

    def close_idle(self) -> None:
        """Close all connections that are not in use, because their memory holds what they read and wrote.

        That is: statements with their parameters, SQLite's pages and its short-lived small
        allocations, libpq's buffers. The connection for `autocommit` stays open. It sees nothing in
        clear, and on SQLite the last connection to close would write a checkpoint.
        """
        if self.is_sqlite:
            with self.autocommit():
                pass
        for pool in self._retired_pools:
            pool.dispose()
        self._retired_pools.append(self.engine.pool)
        self.engine.dispose()

    def close(self) -> None:
        self._close_autocommit()
        for pool in self._retired_pools:
            pool.dispose()
        self.engine.dispose()

    def _try_purge(self) -> str | None:
        """None if it is done, else what blocks it."""
        if self.is_sqlite:
            with self._without_begin.connect() as conn:
                return _truncate_wal(conn)
        with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
            return vacuum.purge_deleted(conn, busy_seconds=PURGE_BUSY_SECONDS)


def _compiling_for_itself(conn: Connection) -> Connection:
    """SQLAlchemy's cache of compiled statements would keep the values of each statement's first use."""
    return conn.execution_options(compiled_cache={})


def _truncate_wal(conn: Connection) -> str | None:
    _set_busy_timeout(conn, PURGE_BUSY_SECONDS)
    try:
        busy, _, _ = conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    finally:
        _set_busy_timeout(conn, BUSY_SECONDS)
    return "another connection blocks the truncation of the write-ahead log" if busy else None


def _set_busy_timeout(conn: Connection, seconds: float) -> None:
    conn.exec_driver_sql(f"PRAGMA busy_timeout = {int(seconds * 1_000)}")


@contextmanager
def translating_errors() -> Iterator[None]:
    """A full, locked, damaged or lost database raises DatabaseUnavailable; other errors pass."""
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailable(failures.explain(error)) from None
    except PoolExhausted:
        raise DatabaseUnavailable("every connection to the database is in use") from None
    except DBAPIError as error:
        # SQLite reports a file that is damaged, or no database, as the general error.
        if error.connection_invalidated or type(error) is DatabaseError:
            raise DatabaseUnavailable(failures.explain(error)) from None
        raise


def _sqlite_engine(url: sa.URL) -> Engine:
    """Few connections, last used first: each has its own page cache."""
    engine = sa.create_engine(
        url,
        module=sqlite_module(),
        hide_parameters=True,
        query_cache_size=0,  # see _compiling_for_itself
        pool_size=2,
        max_overflow=20,
        pool_use_lifo=True,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(driver_conn: Any, _record: object) -> None:
    for pragma in (
        f"page_size={PAGE_BYTES}",  # has an effect on an empty file only
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL loses acknowledged rows at power loss
        "secure_delete=ON",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"cache_size=-{CACHE_KIB}",
        "trusted_schema=OFF",
    ):
        driver_conn.execute(f"PRAGMA {pragma}").fetchall()


def _begin(conn: Connection) -> None:
    """Writers use BEGIN IMMEDIATE: a deferred transaction that starts to write can fail as locked."""
    begin = conn.get_execution_options().get(_BEGIN, "BEGIN")
    if begin:
        conn.exec_driver_sql(begin)


def _postgresql_engine(url: sa.URL) -> Engine:
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        query_cache_size=0,  # see _compiling_for_itself
        pool_pre_ping=True,
        pool_size=5,
        connect_args={"options": "-c synchronous_commit=on -c timezone=UTC"},
    )


def sqlite_module() -> ModuleType:
    """pysqlite3 if it is installed, else the standard library's module if it is new enough."""
    module = _newest_sqlite()
    if module.sqlite_version_info < SQLITE_OLDEST:
        oldest = ".".join(map(str, SQLITE_OLDEST))
        raise UnsupportedEnvironment(
            f"SQLite {module.sqlite_version} can damage its database (needs {oldest}). "
            "Install pysqlite3, a newer Python, or use PostgreSQL."
        )
    return module


def _newest_sqlite() -> ModuleType:
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return importlib.import_module("sqlite3")


def folder_of(database: Database) -> Path | None:
    """The folder of a SQLite database; None for PostgreSQL or a database in memory."""
    if not database.is_sqlite or not database.url.database:
        return None
    return Path(database.url.database).parent
