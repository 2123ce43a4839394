"""Whether the server would believe the roster: until it does, it takes no comments and opens no desk."""

from collections.abc import Callable
from typing import Final

from yobal.actions.roster_reader import RosterReader
from yobal.adapters.roster_pin import Pin, RosterPin
from yobal.core.errors import RosterInvalid
from yobal.doctor.finding import Finding, fail, ok
from yobal.server.settings import Settings
from yobal.server.wiring import roster_copy_path
from yobal.store.database import Database
from yobal.store.migrations import current_revision, newest_revision

_CHECK: Final = "the signed list of members and keys verifies"
_ADVICE: Final = (
    "no comment can be sent and no moderator can sign in: run `yobal roster`, and see “The red page” in "
    "docs/trouble.md"
)


class ReadOnlyPin(RosterPin):
    """The doctor changes nothing, so it does not remember what it has verified either."""

    def update(self, change: Callable[[Pin], Pin]) -> None:
        """Leaves it to the server."""


def examine(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    pin = ReadOnlyPin(settings.secrets_dir, copy_path=roster_copy_path(settings))
    reader = RosterReader(settings.site_id, pin)
    try:
        with database.reading() as conn:
            if current_revision(conn) != newest_revision():
                return []  # the check of the schema says what to do
            reader.read_all(conn)
    except RosterInvalid as error:
        return [fail(_CHECK, f"rule “{error.rule}”, statement {error.number}: {_ADVICE}")]
    finally:
        database.close()
    return [ok(_CHECK)]
