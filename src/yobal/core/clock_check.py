"""Whether the machine's clock is plausible.

A clock that is ahead once (an empty battery, a typing error) would publish everything that is held
and destroy every key, original and session; none of it could be undone.
"""

from datetime import UTC, datetime
from typing import Final

from yobal.core.schedule import DAY_SECONDS, HOUR_SECONDS, Slot

BUILT_AFTER: Final = 1_760_000_000  # a correct clock shows no time before this (2025-10-09)
JUMP_DAYS_MAX: Final = 7  # a server may be off for a week without a question
BACK_SECONDS_MAX: Final = HOUR_SECONDS  # a smaller correction needs no confirmation
HOW_TO_CONFIRM: Final = "then run `yobal release --trust-clock`"


def is_unset(now: float) -> bool:
    return now < BUILT_AFTER


def has_jumped_ahead(now: float, *, released: Slot) -> bool:
    """Whether so much time has passed since the last release that a person must confirm it."""
    return now - released > JUMP_DAYS_MAX * DAY_SECONDS


def is_behind(now: float, *, released: Slot) -> bool:
    """Whether the last release lies in the future: the clock was wrong then or is wrong now."""
    return released - now > BACK_SECONDS_MAX


def clock_problem(now: float, *, released: Slot) -> str | None:
    """Why this clock is not trusted, and what to do; None if it is plausible."""
    today, last_release = (datetime.fromtimestamp(time, UTC).date() for time in (now, released))
    if is_unset(now):
        return f"the clock shows {today}, which is before this version was made. Set the clock"
    if has_jumped_ahead(now, released=released) or is_behind(now, released=released):
        return (
            f"the clock shows {today} but the last release was on {last_release}. "
            f"Check the clock, {HOW_TO_CONFIRM}"
        )
    return None
