"""Slots: the times at which comments are released, and which slot a held comment is due at.

A slot is a time in whole seconds since 1970 (UTC). It is the only kind of time that Yobal stores.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

Slot = int  # seconds since 1970-01-01T00:00Z
RandomBelow = Callable[[int], int]  # `secrets.randbelow`, or a test's own

HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 24 * HOUR_SECONDS
WAIT_SECONDS_MAX: Final = DAY_SECONDS  # after its slot; then a small batch is released too
_SEARCH_DAYS: Final = 2


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a site releases: at wall-clock times in `time_zone`, or at a fixed interval.

    `core/observers.py` says how well a schedule hides who wrote what.
    """

    time_zone: str = "UTC"
    release_times: tuple[str, ...] = ("00:00", "06:00", "12:00", "18:00")
    release_interval_seconds: int = 0
    max_hold_slots: int = 2
    min_batch_size: int = 3

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def gaps_seconds(self) -> tuple[int, ...]:
        """The time from each release of a day to the next, on a day without a clock change."""
        if self.release_interval_seconds:
            return (self.release_interval_seconds,)
        times = sorted(time.fromisoformat(text) for text in self.release_times)
        starts = [(time_.hour * 60 + time_.minute) * 60 for time_ in times]
        following = [*starts[1:], starts[0] + DAY_SECONDS]
        return tuple(after - before for before, after in zip(starts, following, strict=True))


def last_slot(schedule: Schedule, at: float) -> Slot:
    """The last slot at or before a time."""
    if schedule.release_interval_seconds:
        return int(at) // schedule.release_interval_seconds * schedule.release_interval_seconds
    slots = _slots_near(schedule, int(at) // DAY_SECONDS)
    return slots[bisect_right(slots, at) - 1]


def next_slot(schedule: Schedule, after: float, *, steps: int = 1) -> Slot:
    """The slot that comes `steps` slots after a time; a slot at that time does not count."""
    slot = after
    for _ in range(steps):
        slot = _next(schedule, slot)
    return int(slot)


def pick_slot(schedule: Schedule, *, now: float, randbelow: RandomBelow) -> Slot:
    """The slot that a held comment is due at: 1 to `max_hold_slots` from now, all equally likely."""
    return next_slot(schedule, now, steps=1 + randbelow(schedule.max_hold_slots))


def age_days(schedule: Schedule, arrival: Slot, now: float) -> int:
    """How many midnights of the site's zone have passed since a comment's arrival slot."""
    return max(0, (day_of(schedule, int(now)) - day_of(schedule, arrival)).days)


def day_of(schedule: Schedule, slot: Slot) -> date:
    """The day of a slot in the site's zone: the only date that readers see."""
    return datetime.fromtimestamp(slot, schedule.zone).date()


def is_due(due_slot: Slot, *, batch_size: int, min_batch_size: int, latest: Slot) -> bool:
    """Whether a held comment is released with slot `latest`.

    `batch_size` counts the comments of the site that are due with it. Fewer than `min_batch_size` wait, so
    that an author is not alone in a release, but not longer than a day after their slot.
    """
    if due_slot > latest:
        return False
    return batch_size >= min_batch_size or latest - due_slot >= WAIT_SECONDS_MAX


def _next(schedule: Schedule, after: float) -> Slot:
    if schedule.release_interval_seconds:
        return (
            int(after) // schedule.release_interval_seconds + 1
        ) * schedule.release_interval_seconds
    slots = _slots_near(schedule, int(after) // DAY_SECONDS)
    return slots[bisect_right(slots, after)]


@lru_cache(maxsize=64)
def _slots_near(schedule: Schedule, utc_day: int) -> tuple[Slot, ...]:
    """Every slot of the days around a day, in order. An hour that occurs twice has its slots once."""
    zone = schedule.zone
    local_day = datetime.fromtimestamp(utc_day * DAY_SECONDS + DAY_SECONDS // 2, zone).date()
    days = (local_day + timedelta(days=offset) for offset in range(-_SEARCH_DAYS, _SEARCH_DAYS + 1))
    times = [time.fromisoformat(text) for text in schedule.release_times]
    return tuple(sorted({_instant(day, time_, zone) for day in days for time_ in times}))


def _instant(day: date, wall_time: time, zone: ZoneInfo) -> Slot:
    """A wall-clock time as a slot: the first if it occurs twice, the next instant if it is skipped."""
    local = datetime.combine(day, wall_time, tzinfo=zone)
    instant = local.timestamp()
    round_trip = datetime.fromtimestamp(instant, zone)
    if round_trip.replace(tzinfo=None) == local.replace(tzinfo=None):
        return int(instant)
    # Skipped: PEP 495 applies the offset before the change for fold=0, and the result lies as far
    # after the gap as the time lies inside it. The next instant is the end of the gap.
    before = datetime.combine(day, wall_time, tzinfo=zone).replace(fold=1).timestamp()
    return _end_of_gap(int(min(before, instant)), int(max(before, instant)), zone)


def _end_of_gap(low: Slot, high: Slot, zone: ZoneInfo) -> Slot:
    """The only clock change between two instants, by bisection."""
    offset = datetime.fromtimestamp(low, UTC).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
