"""What of the database decides over promises and is not in our hands, as it stands on its own.

Looked at from outside: a connection of `Database` would first set what it then reads.
"""

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from yobal.core.errors import DatabaseUnavailable

_LOG_VERSIONS: Final = slice(18, 20)  # bytes of SQLite's header: 2 and 2 for a write-ahead log
# Wanted values, the first is the advice. By default PostgreSQL's error log prints the rows and
# parameters of what failed; the others print statements, or when each of them came.
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
    "auto_explain.log_min_duration": ("-1", ""),  # extensions: empty where they are not there
    "pgaudit.log": ("none", ""),
}


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    known = sa.make_url(url)
    return Path(known.database or "") if known.get_backend_name() == "sqlite" else None


def password(url: str) -> str:
    """The password in a URL, or nothing."""
    return (url and sa.make_url(url).password) or ""


def is_wal(file: Path) -> bool:
    """Whether a SQLite database is in WAL mode, read from the file itself."""
    with file.open("rb") as opened:
        return opened.read(_LOG_VERSIONS.stop)[_LOG_VERSIONS] == b"\2\2"


def server_settings(url: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every setting of a PostgreSQL server with what this role finds, and what is wanted."""
    plain = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(plain, poolclass=sa.NullPool, hide_parameters=True)
    read = sa.text("select coalesce(current_setting(:name, true), '')")
    try:
        with engine.connect() as conn:
            return {
                name: (str(conn.execute(read, {"name": name}).scalar_one()), wanted)
                for name, wanted in _POSTGRESQL.items()
            }
    except DBAPIError as error:
        raise DatabaseUnavailable(type(error.orig).__name__) from None
