"""Slots: the times at which comments are released, and which of them a comment waits for.

A slot is an instant in whole seconds since 1970 (UTC). It is the only time Yobal ever stores.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

Slot = int  # seconds since 1970-01-01T00:00Z
RandomBelow = Callable[[int], int]  # chance is an argument: `secrets.randbelow`, or a test's

HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 24 * HOUR_SECONDS
LONGEST_WAIT_SECONDS: Final = DAY_SECONDS  # who waited that long since the drawn slot goes
_SEARCH_DAYS: Final = 2


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a site releases.

    Either wall-clock times in `time_zone`, or, with `release_interval_seconds`, a plain rhythm (which is too
    quick to hide anybody: the form must say so).
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
    def city(self) -> str:
        """The place the zone is named after, for people: `Phnom Penh`."""
        return self.time_zone.rsplit("/", 1)[-1].replace("_", " ")

    @property
    def is_anonymous(self) -> bool:
        """False where slots are under an hour apart: confidential at best."""
        return not 0 < self.shortest_gap_seconds < HOUR_SECONDS

    @property
    def shortest_gap_seconds(self) -> int:
        if self.release_interval_seconds:
            return self.release_interval_seconds
        minutes = sorted(time.fromisoformat(slot) for slot in self.release_times)
        starts = [(one.hour * 60 + one.minute) * 60 for one in minutes]
        around = [*starts[1:], starts[0] + 24 * HOUR_SECONDS]
        return min(after - before for before, after in zip(starts, around, strict=True))


def last_slot(schedule: Schedule, at: float) -> Slot:
    """The last slot at or before an instant."""
    if schedule.release_interval_seconds:
        return int(at) // schedule.release_interval_seconds * schedule.release_interval_seconds
    slots = _slots_near(schedule, int(at) // DAY_SECONDS)
    return slots[bisect_right(slots, at) - 1]


def next_slot(schedule: Schedule, after: float, *, steps: int = 1) -> Slot:
    """The slot that comes `steps` slots after an instant; a slot at the instant itself is past."""
    slot = after
    for _ in range(steps):
        slot = _next(schedule, slot)
    return int(slot)


def pick_slot(schedule: Schedule, *, now: float, random: RandomBelow) -> Slot:
    """Which slot an accepted comment waits for: 1 to `max_hold_slots` from now, evenly."""
    return next_slot(schedule, now, steps=1 + random(schedule.max_hold_slots))


def age_slots(schedule: Schedule, arrival: Slot, now: float) -> int:
    """How many slots have passed since a comment's arrival slot; counts to 99 and no further."""
    slot, passed = arrival, 0
    latest = last_slot(schedule, now)
    while slot < latest and passed < 99:
        slot, passed = next_slot(schedule, slot), passed + 1
    return passed


def day_of(schedule: Schedule, slot: Slot) -> date:
    """The day a slot lies on, in the site's zone: the only date readers ever see."""
    return datetime.fromtimestamp(slot, schedule.zone).date()


def is_due(drawn: Slot, *, batch: int, min_batch_size: int, latest: Slot) -> bool:
    """Whether a held comment leaves with the release of slot `latest`.

    `batch` is how many of the site are due with it. Fewer than `min_batch_size` wait on, so that
    nobody is alone in a release; who has waited a day since the drawn slot goes anyway.
    """
    if drawn > latest:
        return False
    return batch >= min_batch_size or latest - drawn >= LONGEST_WAIT_SECONDS


def _next(schedule: Schedule, after: float) -> Slot:
    if schedule.release_interval_seconds:
        return (
            int(after) // schedule.release_interval_seconds + 1
        ) * schedule.release_interval_seconds
    slots = _slots_near(schedule, int(after) // DAY_SECONDS)
    return slots[bisect_right(slots, after)]


@lru_cache(maxsize=64)
def _slots_near(schedule: Schedule, utc_day: int) -> tuple[Slot, ...]:
    """Every slot of the days around a day, in order; a clock change doubles none."""
    zone = schedule.zone
    noon = datetime.fromtimestamp(utc_day * DAY_SECONDS + DAY_SECONDS // 2, zone).date()
    days = (noon + timedelta(days=offset) for offset in range(-_SEARCH_DAYS, _SEARCH_DAYS + 1))
    times = [time.fromisoformat(slot) for slot in schedule.release_times]
    return tuple(sorted({_instant(day, one, zone) for day in days for one in times}))


def _instant(day: date, wall: time, zone: ZoneInfo) -> Slot:
    """A wall-clock time as an instant: the first of two, or, where it is skipped, the next that exists."""
    local = datetime.combine(day, wall, tzinfo=zone)
    instant = local.timestamp()
    back = datetime.fromtimestamp(instant, zone)
    if back.replace(tzinfo=None) == local.replace(tzinfo=None):
        return int(instant)
    # Skipped: PEP 495 reads fold=0 with the offset before the change, which lands as far behind
    # the gap as the time was inside it. The next instant that exists is the end of the gap.
    before = datetime.combine(day, wall, tzinfo=zone).replace(fold=1).timestamp()
    return _end_of_gap(int(min(before, instant)), int(max(before, instant)), zone)


def _end_of_gap(low: Slot, high: Slot, zone: ZoneInfo) -> Slot:
    """The instant of the only clock change between two instants, by bisection."""
    offset = datetime.fromtimestamp(low, UTC).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
