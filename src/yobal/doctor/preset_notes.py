"""Whether the newsroom's own sentences for notes can be read: otherwise the desk does not start."""

from typing import Final

from yobal.adapters import preset_notes_file
from yobal.core.errors import InvalidSettings
from yobal.doctor.finding import Finding, fail, ok
from yobal.server.settings import Settings

_CHECK: Final = "the file of prepared sentences for notes is valid"


def examine(settings: Settings) -> list[Finding]:
    """No finding if the newsroom has no sentences of its own."""
    if not settings.preset_notes_file:
        return []
    try:
        preset_notes_file.read(settings.preset_notes_file)
    except InvalidSettings as error:
        return [fail(_CHECK, str(error))]
    return [ok(_CHECK)]
