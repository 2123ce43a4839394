"""Asks a database whether it can be used, and for its own settings that promises depend on.

The settings are not read through `Database`, because its connections change them.
"""

from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa
from psycopg import pq
from sqlalchemy.exc import DBAPIError

from yobal.core.errors import DatabaseUnavailable
from yobal.store import failures
from yobal.store.database import Database

_LOG_VERSIONS: Final = slice(18, 20)  # bytes of SQLite's header: 2 and 2 for a write-ahead log
# Accepted values, the recommended one first. By default PostgreSQL's log prints rows and parameters
# of failed statements; other settings print statements, or their times.
_POSTGRESQL: Final = {
    "synchronous_commit": ("on", "remote_apply"),
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "track_commit_timestamp": ("off",),
    "log_error_verbosity": ("terse",),
    "log_min_error_statement": ("panic",),
    "log_parameter_max_length": ("0",),
    "log_parameter_max_length_on_error": ("0",),
    "log_statement": ("none", "ddl"),
    "log_duration": ("off",),
    "log_min_duration_statement": ("-1",),
    "log_min_duration_sample": ("-1",),
    "log_transaction_sample_rate": ("0",),
    "auto_explain.log_min_duration": ("-1", ""),  # extensions: empty if they are not installed
    "pgaudit.log": ("none", ""),
}


_MAY_ADD: Final = sa.text(
    "select has_function_privilege(oid, 'execute') from pg_proc"
    " where proname = 'add_to_inbox' and pronamespace = current_schema()::regnamespace"
)
_ROLE_FACTS: Final = sa.text(
    "select current_database(), pg_postmaster_start_time(), current_user,"
    " has_table_privilege(to_regclass('comments'), 'select')"
)
_SPILL: Final = sa.text("select count(*) from generate_series(1, 20000)")  # 480 kB


def is_url(text: str) -> bool:
    """Whether it can be parsed as the URL of a database."""
    try:
        return bool((sa.make_url(text).database or "").strip("/")) and "\0" not in text
    except (sa.exc.ArgumentError, ValueError):
        return False


def check_writable(database: Database) -> None:
    """A transaction that could add comments, and changes nothing. Raises DatabaseUnavailable.

    PostgreSQL also writes a temporary file, which needs the disk of its tables.
    """
    with database.writing() as conn:
        if database.is_sqlite:
            return
        if conn.execute(sa.text("show transaction_read_only")).scalar_one() == "on":
            raise DatabaseUnavailable("the database cannot be used: it accepts no writes")
        if not conn.execute(_MAY_ADD).scalar_one():
            raise DatabaseUnavailable("the database role may not add comments to the inbox")
        conn.execute(sa.text("set local work_mem = '64kB'"))
        conn.execute(_SPILL).scalar_one()


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    parsed = sa.make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def missing_file_problem(url: str) -> str | None:
    """What to say if the file of a SQLite database is missing; opening it would create it."""
    file = sqlite_file(url)
    if file is None or file.exists():
        return None
    return (
        f"{file} does not exist: `yobal init` makes one for a new newsroom; if you had one, mount its"
        " disk, or restore a backup with `yobal restore`"
    )


class ServerConnection(msgspec.Struct, frozen=True):
    """How a URL reaches PostgreSQL, with what libpq adds from its environment (`PGHOST`, `PGSSLMODE` …)."""

    hosts: tuple[str, ...]
    sslmode: str
    role: str


def connection_of(url: str) -> ServerConnection | None:
    """None for SQLite."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return None
    defaults = {
        option.keyword.decode(): (option.val or b"").decode()
        for option in pq.Conninfo.get_defaults()
    }
    query = {key: value for key, value in parsed.query.items() if isinstance(value, str)}
    hosts = query.get("hostaddr") or defaults["hostaddr"] or query.get("host") or parsed.host
    return ServerConnection(
        hosts=tuple((hosts or defaults["host"]).split(",")),
        sslmode=query.get("sslmode") or defaults["sslmode"],
        role=query.get("user") or parsed.username or defaults["user"],
    )


class RoleFacts(msgspec.Struct, frozen=True):
    """What PostgreSQL says of a connection: which database it is, and what its role may read."""

    database_id: tuple[str, str]
    role: str
    reads_comments: bool


def role_facts(url: str) -> RoleFacts:
    """Raises DatabaseUnavailable."""
    psycopg_url = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(psycopg_url, poolclass=sa.NullPool, hide_parameters=True)
    try:
        with engine.connect() as conn:
            name, started_at, role, reads_comments = conn.execute(_ROLE_FACTS).one()
    except DBAPIError as error:
        raise DatabaseUnavailable(failures.explain(error)) from None
    return RoleFacts((name, str(started_at)), role, bool(reads_comments))


def password(url: str) -> str:
    """The password in a URL, or an empty string."""
    return (url and sa.make_url(url).password) or ""


def is_wal(file: Path) -> bool:
    """Whether a SQLite database is in WAL mode, read from the file itself."""
    with file.open("rb") as opened:
        return opened.read(_LOG_VERSIONS.stop)[_LOG_VERSIONS] == b"\2\2"


def server_settings(url: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each setting: its value for this role, and the accepted values."""
    psycopg_url = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(psycopg_url, poolclass=sa.NullPool, hide_parameters=True)
    read = sa.text("select coalesce(current_setting(:name, true), '')")
    try:
        with engine.connect() as conn:
            return {
                name: (str(conn.execute(read, {"name": name}).scalar_one()), accepted)
                for name, accepted in _POSTGRESQL.items()
            }
    except DBAPIError as error:
        raise DatabaseUnavailable(failures.explain(error)) from None
