"""Whether the inbox is moved at its rounds: until then moderators do not see what readers have sent."""

from collections.abc import Callable
from typing import Final

from yobal.core.schedule import last_round
from yobal.doctor.finding import Finding, ok, warn
from yobal.server.settings import Settings
from yobal.store import sites
from yobal.store.database import Database
from yobal.store.migrations import current_revision, newest_revision

_CHECK: Final = "the inbox was moved at the last round"
_ADVICE: Final = (
    "what readers have sent waits in it: start `yobal serve`, or `yobal serve desk`, and look at the "
    "journal"
)


def examine(settings: Settings, *, clock: Callable[[], float]) -> list[Finding]:
    """A round that has just come may still be running, so only the one before it is asked for."""
    schedule = settings.rules().schedule
    expected = last_round(schedule, last_round(schedule, clock()) - 1)
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            if current_revision(conn) != newest_revision():
                return []  # the check of the schema says what to do
            site = sites.get(conn)
            is_moved = site is None or sites.last_round(conn, site.id) >= expected
    finally:
        database.close()
    return [ok(_CHECK) if is_moved else warn(_CHECK, _ADVICE)]
