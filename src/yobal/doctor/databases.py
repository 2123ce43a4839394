"""The database's schema, and those of its own settings that decide over promises."""

from yobal.doctor.finding import Finding, well, well_if
from yobal.server.settings import Settings
from yobal.store import diagnostics
from yobal.store.database import Database, sqlite_module
from yobal.store.migrations import newest, revision


def examine(settings: Settings) -> list[Finding]:
    file = diagnostics.sqlite_file(settings.database_url)
    if file is None:
        return [*_servers(settings), _schema(settings)]
    advice = "start `yobal serve` once, and let nothing else write this file"
    return [
        well(f"SQLite {sqlite_module().sqlite_version}"),  # refuses an old one
        well_if(diagnostics.is_wal(file), "the database writes ahead (WAL)", advice),
        _schema(settings),
    ]


def _servers(settings: Settings) -> list[Finding]:
    """As each role finds them: a role can have settings of its own."""
    urls = {settings.database_url: "database", settings.intake_database: "intake_database"}
    return [
        well_if(
            found in wanted,
            f"{name} = {found} ({which})",
            f"alter database … set {name} = '{wanted[0]}', or in postgresql.conf",
        )
        for url, which in urls.items()
        if url
        for name, (found, wanted) in diagnostics.server_settings(url).items()
    ]


def _schema(settings: Settings) -> Finding:
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            is_newest = revision(conn) == newest()
    finally:
        database.close()
    return well_if(is_newest, "database schema", "start `yobal serve` once")
