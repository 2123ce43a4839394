"""Whether comments are still accepted. The answer changes at slots, and between them only at a secret limit.

An answer that changed with each comment, or with each decision of a moderator, would show everybody
when it came.
"""

import hmac
from typing import Final

import msgspec

SEED_BYTES: Final = 32
SITE: Final = ""  # in place of a story's id
_RANGE: Final = 2**64

# Both ranges are wide, so that filling a queue on purpose does not show how many others wrote.
_FULL_MIN: Final = 0.8
_FULL_MAX: Final = 1.2
_ARRIVALS_MIN: Final = 2
_ARRIVALS_MAX: Final = 4


class Admission(msgspec.Struct, kw_only=True):
    """The admission of a story or of the site since the last slot."""

    is_full: bool  # as decided at that slot
    arrival_count: int
    arrivals_max: int

    @property
    def is_closed(self) -> bool:
        return self.is_full or self.arrival_count >= self.arrivals_max


def is_full(seed: bytes, story_id: str, *, pending_count: int, pending_max: int) -> bool:
    """Asked at a slot: compares with 80 to 120 % of what the settings allow."""
    factor = _FULL_MIN + (_FULL_MAX - _FULL_MIN) * _fraction(seed, "pending", story_id)
    return pending_count >= max(1, round(pending_max * factor))


def arrivals_max(seed: bytes, story_id: str, *, pending_max: int) -> int:
    """How many comments are accepted until the next slot: 2 to 4 times what the settings allow."""
    factor = _ARRIVALS_MIN + (_ARRIVALS_MAX - _ARRIVALS_MIN) * _fraction(seed, "arrivals", story_id)
    return round(pending_max * factor)


def _fraction(seed: bytes, purpose: str, story_id: str) -> float:
    """From 0 to 1, for each slot and story another one: the seed is random and changes at each slot."""
    digest = hmac.digest(seed, f"{purpose} {story_id}".encode(), "sha256")
    return int.from_bytes(digest[:8]) / _RANGE
