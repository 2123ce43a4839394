"""Whether imports are what a lead has signed, and how many wait for a lead."""

from yobal.doctor.finding import Finding, ok_if
from yobal.server.settings import Settings
from yobal.store import imports
from yobal.store.database import Database
from yobal.store.migrations import current_revision, newest_revision


def examine(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            if current_revision(conn) != newest_revision():
                return []  # the check of the schema says what to do
            items = imports.list_all(conn, settings.site_id)
    finally:
        database.close()
    if not items:
        return []
    stopped = [item.source for item in items if item.state == "stopped"]
    return [
        ok_if(
            not stopped,
            f"a lead has signed what was imported ({len(items)} imports)",
            f"of the import {', '.join(stopped)} some comments are not those that a lead has signed, so they do"
            " not appear: see “imports” in docs/trouble.md",
        )
    ]
