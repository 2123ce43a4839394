"""How many people could have written a comment, in the eyes of three observers: a model in numbers.

The only source of the tables in docs/settings.md and docs/threat-model.md, of the label on the form, and of
what `yobal doctor` says about a schedule. `tests/core/test_observers.py` simulates what it computes.

The assumptions favour the observer. Moderators decide at once, each reader comes and writes
independently of the others and of the hour, and the author's comments come in different windows, all of them
the shortest.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import msgspec

from yobal.core.schedule import DAY_SECONDS, Round, Schedule, Slot, next_round, next_slot

# `visits` sees who reached the site, and when; `bytes` counts what they sent as well, so that writing
# differs from reading; `desk` is like `visits`, and a moderator too, who sees with which round a comment came.
Observer = Literal["visits", "bytes", "desk"]
LINKED_COMMENTS: Final = 5  # known to be by one author, from a name or a style
_DAYS: Final = 12  # more than the longest wait: 8 slots, one a day
CANDIDATES_MIN: Final = 20  # a schedule that leaves fewer to `visits` is labelled on the form


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Everyone who reads a site; those who do not write hide those who do."""

    readers: int = 50_000
    visits_per_day: float = 1.0  # of each reader
    comments_per_day: float = 200.0  # of all readers together


AUDIENCE: Final = Audience()


def candidates(
    schedule: Schedule,
    observer: Observer,
    *,
    audience: Audience = AUDIENCE,
    linked: int = LINKED_COMMENTS,
) -> float:
    """The expected number of readers, the author included, who could have written all linked comments.

    Others are candidates if they came (for `bytes`: wrote) in the window of each comment. A reader who does
    so at a rate of r a day does it in a window of w days with a probability of 1 - exp(-rw).
    """
    per_day = audience.visits_per_day
    if observer == "bytes":
        per_day = audience.comments_per_day / audience.readers
    window_days = window_seconds(schedule, observer) / DAY_SECONDS
    return 1 + (audience.readers - 1) * -(math.expm1(-per_day * window_days) ** linked)


@lru_cache(maxsize=16)
def window_seconds(schedule: Schedule, observer: Observer) -> int:
    """In how much time a released comment can have arrived, where the schedule hides it least.

    An accepted comment waits for one of the next `max_hold_slots` releases, and moderators get it at a round:
    it arrived in the time between the last rounds before two releases. Somebody at the desk sees with
    which round it came.
    """
    rounds, slots = _rounds(schedule), _slots(schedule)
    if observer == "desk":
        return min(after - before for before, after in pairwise(rounds))
    last_rounds = [rounds[bisect_left(rounds, slot) - 1] for slot in slots if slot > rounds[0]]
    held = schedule.max_hold_slots
    windows = zip(last_rounds, last_rounds[held:], strict=False)
    # Zero, if no round comes between: then nothing can have been accepted there.
    return min(end - begin for begin, end in windows if end > begin)


def _rounds(schedule: Schedule) -> list[Round]:
    return list(_until(lambda at: next_round(_in_utc(schedule), at)))


def _slots(schedule: Schedule) -> list[Slot]:
    return list(_until(lambda at: next_slot(_in_utc(schedule), at)))


def _in_utc(schedule: Schedule) -> Schedule:
    """The schedule without clock changes."""
    return msgspec.structs.replace(schedule, time_zone="UTC")


def _until(following: Callable[[int], int]) -> Iterator[int]:
    at = 0
    while (at := following(at)) <= _DAYS * DAY_SECONDS:
        yield at


def hides_authors(schedule: Schedule) -> bool:
    """Whether enough candidates remain for an observer who sees who reached the site."""
    return candidates(schedule, "visits") >= CANDIDATES_MIN
