"""What the server knows of keys: tokens and how long they live. It never holds one that opens.

The browser's side of the same rules is `frontend/desk/keys/`; `tests/vectors/keys.json` binds both.
"""

import base64
import hashlib
import math
from typing import Final

from yobal.core.schedule import HOUR_SECONDS, Schedule, Slot, next_slot

INVITATION_BYTES: Final = 32
INVITATION_HOURS: Final = 24
_TOKEN_DOMAIN: Final = b"yobal invite token"


def invitation_text(secret: bytes) -> str:
    """An invitation's secret as it stands in a link's fragment, which no server is sent."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def invitation_token(secret: bytes) -> bytes:
    """What proves an invitation to the server; its other half, the key, stays in the browser."""
    return hashlib.sha256(_TOKEN_DOMAIN + secret).digest()


def invitation_expiry(schedule: Schedule, now: float) -> Slot:
    return _slot_after(schedule, now, INVITATION_HOURS * HOUR_SECONDS)


def session_expiry(schedule: Schedule, now: float, *, hours: int) -> Slot:
    return _slot_after(schedule, now, hours * HOUR_SECONDS)


def _slot_after(schedule: Schedule, now: float, seconds: int) -> Slot:
    """The first slot that does not come before a span is over.

    No time finer than a slot is stored, of moderators neither; rounded down, what is made a minute
    before the only slot of a day would live for a minute.
    """
    return next_slot(schedule, math.ceil(now + seconds) - 1)
