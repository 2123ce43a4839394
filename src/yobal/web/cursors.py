"""Where the next page of the queue or the history begins: `SLOT.ID` of the last row shown."""

import re
from typing import Final

from yobal.core.schedule import Slot
from yobal.web.errors import BadRequest

_CURSOR: Final = re.compile(r"([0-9]{1,12})\.([a-z2-7]{26})")


def encode(slot: Slot, row_id: str) -> str:
    return f"{slot}.{row_id}"


def decode(cursor: str | None) -> tuple[Slot, str] | None:
    """Raises BadRequest."""
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise BadRequest
    return int(match[1]), match[2]
