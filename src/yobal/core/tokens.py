"""Invitations and sessions: their tokens and when they expire.

The browser derives the same token and key from the secret of a first lead's link;
`tests/vectors/keys.json` tests both sides. The link of an invitation has the token itself, and no key.
"""

import base64
import hashlib
import math
from typing import Final

from yobal.core.schedule import HOUR_SECONDS, Schedule, Slot, next_slot

INVITATION_SECRET_BYTES: Final = 32
INVITATION_HOURS: Final = 24
_TOKEN_DOMAIN: Final = b"yobal invite token"
_FOUNDER_DOMAIN: Final = b"yobal founder key"


def encode_invitation_secret(secret: bytes) -> str:
    """As in a link's fragment, which browsers send to no server."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def invitation_token(secret: bytes) -> bytes:
    """What proves a first lead's link to the server."""
    return hashlib.sha256(_TOKEN_DOMAIN + secret).digest()


def founder_key(secret: bytes) -> bytes:
    """The key of the MAC in a roster's first statement; see `adapters/roster_pin.py`."""
    return hashlib.sha256(_FOUNDER_DOMAIN + secret).digest()


def invitation_expiry(schedule: Schedule, now: float) -> Slot:
    return _slot_after(schedule, now, INVITATION_HOURS * HOUR_SECONDS)


def session_expiry(schedule: Schedule, now: float, *, hours: int) -> Slot:
    return _slot_after(schedule, now, hours * HOUR_SECONDS)


def _slot_after(schedule: Schedule, now: float, seconds: int) -> Slot:
    """The first slot that is at least `seconds` away.

    Moderators' times are not stored finer than a slot either. Rounded down, an invitation made a
    minute before the only slot of a day would expire after a minute.
    """
    return next_slot(schedule, math.ceil(now + seconds) - 1)
