"""The database's own settings that decide over promises, with the values that keep them."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_SQLITE: Final = {
    "journal_mode": ("wal",),
    "synchronous": ("2", "3"),  # FULL, EXTRA
    "secure_delete": ("1",),
}
# By default PostgreSQL's error log prints the rows and parameters of what failed.
_POSTGRESQL: Final = {
    "synchronous_commit": ("on", "remote_apply"),
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "log_error_verbosity": ("terse",),
    "log_min_error_statement": ("panic",),
    "log_parameter_max_length": ("0",),
    "log_parameter_max_length_on_error": ("0",),
    "log_statement": ("none", "ddl"),
}


def settings_of(db: Connection) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every setting with what was found and what is wanted (the first is the advice)."""
    if db.dialect.name == "sqlite":
        return {
            name: (str(db.exec_driver_sql(f"PRAGMA {name}").scalar_one()), wanted)
            for name, wanted in _SQLITE.items()
        }
    return {
        name: (str(db.execute(sa.text(f"show {name}")).scalar_one()), wanted)
        for name, wanted in _POSTGRESQL.items()
    }
