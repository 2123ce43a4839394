"""Whether the machine's clock can be believed: what a wrong one releases and destroys never comes back.

A clock that is ahead once (an empty battery, a typing error) would publish everything that is held
and destroy every key, original and session.
"""

from datetime import UTC, datetime
from typing import Final

from yobal.core.schedule import DAY_SECONDS, HOUR_SECONDS, Slot

BUILT_AFTER: Final = 1_760_000_000  # no clock that is right shows a time before this (2025-10-09)
LEAP_DAYS_MAX: Final = 7  # a server may be off for a week without being asked about it
BACK_SECONDS_MAX: Final = HOUR_SECONDS  # a clock that is set right by less needs nobody's help
MEND: Final = "once it is right: `yobal release --trust-clock`"


def is_unset(now: float) -> bool:
    return now < BUILT_AFTER


def is_leaping(now: float, *, released: Slot) -> bool:
    """Whether so much time has passed since the last release that somebody must say it is true."""
    return now - released > LEAP_DAYS_MAX * DAY_SECONDS


def is_behind(now: float, *, released: Slot) -> bool:
    """Whether the last release lies in the future: the clock was wrong then, or is now."""
    return released - now > BACK_SECONDS_MAX


def clock_problem(now: float, *, released: Slot) -> str | None:
    """Why this clock is not believed, and what to do; None where it is."""
    shown, last = (datetime.fromtimestamp(one, UTC).date() for one in (now, released))
    if is_unset(now):
        return f"the clock shows {shown}, which is before this version was made: set it"
    if is_leaping(now, released=released):
        return f"the clock shows {shown}, the last release was of {last}. Look at the clock; {MEND}"
    if is_behind(now, released=released):
        return f"the last release is of {last}, the clock shows {shown}. Look at the clock; {MEND}"
    return None
