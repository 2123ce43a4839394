"""The schema, and the database's own settings that promises depend on."""

from yobal.doctor.finding import Finding, ok, ok_if
from yobal.server.settings import Settings
from yobal.store import diagnostics
from yobal.store.database import Database, sqlite_module
from yobal.store.migrations import current_revision, explain_unknown, newest_revision


def examine(settings: Settings) -> list[Finding]:
    file = diagnostics.sqlite_file(settings.database_url)
    if file is None:
        return [*_postgresql_settings(settings), *_intake_role(settings), _schema(settings)]
    advice = "start `yobal serve` once, and let nothing else write this file"
    return [
        ok(f"SQLite {sqlite_module().sqlite_version}"),  # raises if it is too old
        ok_if(diagnostics.is_wal(file), "the database uses a write-ahead log (WAL)", advice),
        _schema(settings),
    ]


def _intake_role(settings: Settings) -> list[Finding]:
    """Whether the intake writes into the desk's database, and can read no comment there."""
    urls = (settings.database_url, settings.intake_database)
    if not settings.intake_database or any(diagnostics.sqlite_file(url) for url in urls):
        return []
    desk, intake = map(diagnostics.role_facts, urls)
    return [
        ok_if(
            desk.database_id == intake.database_id,
            "the intake's database is the desk's",
            "intake_database: it names another database than `database`, so nothing that readers"
            " send would reach the desk",
        ),
        ok_if(
            not intake.reads_comments,
            "the intake's role cannot read comments",
            f"`yobal grant-intake {intake.role}` takes its other rights away; a superuser, and the"
            " owner of the tables, keep theirs: then make another role",
        ),
    ]


def _postgresql_settings(settings: Settings) -> list[Finding]:
    """As each role sees them: a role can have settings of its own."""
    urls = {settings.database_url: "database", settings.intake_database: "intake_database"}
    return [
        ok_if(
            value in allowed,
            f"{name} = {value} ({url_setting})",
            f"alter database … set {name} = '{allowed[0]}', or in postgresql.conf",
        )
        for url, url_setting in urls.items()
        if url
        for name, (value, allowed) in diagnostics.server_settings(url).items()
    ]


def _schema(settings: Settings) -> Finding:
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            revision = current_revision(conn)
    finally:
        database.close()
    advice = explain_unknown(revision) or (
        "it is empty: `yobal init` sets a site up"
        if revision is None
        else "start `yobal serve` once"
    )
    return ok_if(revision == newest_revision(), "database schema", advice)
