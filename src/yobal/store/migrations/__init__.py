"""Bring a database to the newest schema, at start, under a lock: two starting processes take turns."""

from pathlib import Path
from typing import Final

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError

from yobal.core.errors import UnsupportedEnvironment
from yobal.store import grants, locks, sql_functions, sql_views
from yobal.store.database import Database

_FOLDER: Final = Path(__file__).parent


class Migration(msgspec.Struct, frozen=True):
    """A step from one schema to the next; `description` says to the technician what it changes."""

    revision: str
    description: str


def migrate(database: Database) -> None:
    """Run the missing migrations in one transaction. Safe to call at every start.

    Raises UnsupportedEnvironment for a database made by another version.
    """
    with database.reading() as conn:
        if current_revision(conn) == newest_revision():
            return
    with database.writing() as conn:
        locks.lock_migrations(conn)
        current = current_revision(conn)
        if current == newest_revision():  # another process was faster
            return
        _check_known(current)
        database_roles = grants.intake_database_roles(conn)
        sql_functions.drop(conn)
        sql_views.drop(conn)  # and with them what was granted on them
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        sql_views.recreate(conn)
        sql_functions.recreate(conn)
        for database_role in database_roles:
            grants.grant_intake(conn, database_role)


def current_revision(conn: Connection) -> str | None:
    """The revision of the database; None for an empty one."""
    return MigrationContext.configure(conn).get_current_revision()


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def pending(conn: Connection) -> list[Migration]:
    """The migrations that `migrate` would run, in order. Raises UnsupportedEnvironment as it does."""
    current = current_revision(conn)
    _check_known(current)
    scripts = ScriptDirectory.from_config(_config()).iterate_revisions("head", current or "base")
    return [Migration(script.revision, script.doc) for script in reversed(list(scripts))]


def explain_unknown(revision: str | None) -> str | None:
    """What to do with a database that another version made; None for one that can be migrated."""
    revisions = {
        script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()
    }
    if revision is None or revision in revisions:
        return None
    return (
        f"this database was made by another version of Yobal (schema {revision}): install that "
        "version again, or point `data_dir` or `database` at another place and run `yobal init`"
    )


def check_newest(conn: Connection) -> None:
    """Raises UnsupportedEnvironment unless the database has this version's schema."""
    try:
        revision = current_revision(conn)
    except ProgrammingError:
        raise UnsupportedEnvironment(
            "this database role may not read the schema's version: run `yobal grant-intake ROLE`"
        ) from None
    if revision is None:
        raise UnsupportedEnvironment("this database is empty: `yobal init` sets up a site in it")
    _check_known(revision)
    if revision != newest_revision():
        raise UnsupportedEnvironment(
            "this database has an older schema: start `yobal serve desk` first, which migrates it"
        )


def _check_known(revision: str | None) -> None:
    advice = explain_unknown(revision)
    if advice is not None:
        raise UnsupportedEnvironment(advice)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
