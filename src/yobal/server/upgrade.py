"""Brings the database to this version's schema: says what would change, and backs it up first."""

import time
from pathlib import Path
from typing import Final

import msgspec

from yobal import __version__
from yobal.actions import back_up
from yobal.adapters.backup_folder import BackupFolder
from yobal.core.errors import UnsupportedEnvironment
from yobal.server.settings import Settings
from yobal.store import diagnostics, migrations
from yobal.store.database import Database
from yobal.store.migrations import Migration

NO_BACKUP: Final = (
    "this version of Yobal changes the database, and makes a backup before: set `backup_dir` and"
    " `backup_recipient`, or run `yobal upgrade --without-backup`. Nothing was changed"
)


class Plan(msgspec.Struct, frozen=True):
    """What an upgrade would do to the database. `revision` is None for an empty one."""

    revision: str | None
    pending: list[Migration]

    @property
    def changes_data(self) -> bool:
        return self.revision is not None and bool(self.pending)


def plan(settings: Settings) -> Plan:
    """Changes nothing. Raises UnsupportedEnvironment for the database of a newer version."""
    if problem := diagnostics.missing_file_problem(settings.database_url):
        raise UnsupportedEnvironment(problem)
    database = Database(settings.database_url)
    try:
        return _plan(database)
    finally:
        database.close()


def migrate(settings: Settings, database: Database, *, with_backup: bool = True) -> list[str]:
    """Lines to print. Raises UnsupportedEnvironment, DatabaseUnavailable, OSError: then nothing was changed."""
    wanted = _plan(database)
    if not wanted.changes_data:
        migrations.migrate(database)
        return []
    printed = [_back_up(settings, database)] if with_backup else []
    migrations.migrate(database)
    return [*printed, f"the database has the schema {wanted.pending[-1].revision} now"]


def _plan(database: Database) -> Plan:
    with database.reading() as conn:
        return Plan(migrations.current_revision(conn), migrations.pending(conn))


def _back_up(settings: Settings, database: Database) -> str:
    """The whole database as it is, read again as every backup is. The older ones all stay."""
    if not (settings.backup_dir and settings.backup_recipient):
        raise UnsupportedEnvironment(NO_BACKUP)
    folder = BackupFolder(Path(settings.backup_dir), settings.site_id)
    done = back_up.back_up(
        database, folder, settings.backup_recipient, version=__version__, now=time.time()
    )
    return f"{done.path}: the database as it was before, {done.rows} rows, read again and whole"
