"""Slots, at which comments are released, and rounds, at which the desk gets new ones.

Both are times in whole seconds since 1970 (UTC). They are the only kinds of time that Yobal stores.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

Slot = int  # seconds since 1970-01-01T00:00Z
Round = int  # the same
RandomBelow = Callable[[int], int]  # `secrets.randbelow`, or a test's own

HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 24 * HOUR_SECONDS
WAIT_SECONDS_MAX: Final = DAY_SECONDS  # after its slot; then a small batch is released too
ROUND_LEAD_SECONDS: Final = HOUR_SECONDS  # moderators decide between a round and its slot
_SEARCH_DAYS: Final = 3  # the first round of them needs a slot before it


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a site releases: at wall-clock times in `time_zone`, or at a fixed interval.

    `core/observers.py` says how well a schedule hides who wrote what. Rounds have times or an
    interval of their own; without both, there is one before each slot.
    """

    time_zone: str = "UTC"
    release_times: tuple[str, ...] = ("00:00", "06:00", "12:00", "18:00")
    release_interval_seconds: int = 0
    max_hold_slots: int = 2
    min_batch_size: int = 3
    round_times: tuple[str, ...] = ()
    round_interval_seconds: int = 0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def last_slot(schedule: Schedule, at: float) -> Slot:
    """The last slot at or before a time."""
    interval = schedule.release_interval_seconds
    if interval:
        return int(at) // interval * interval
    slots = _slots_near(schedule, int(at) // DAY_SECONDS)
    return slots[bisect_right(slots, at) - 1]


def next_slot(schedule: Schedule, after: float, *, steps: int = 1) -> Slot:
    """The slot that comes `steps` slots after a time; a slot at that time does not count."""
    slot = after
    for _ in range(steps):
        slot = _next(schedule, slot)
    return int(slot)


def slot_from(schedule: Schedule, at: float) -> Slot:
    """The first slot at or after a time."""
    slot = last_slot(schedule, at)
    return slot if slot >= at else next_slot(schedule, at)


def last_round(schedule: Schedule, at: float) -> Round:
    """The last round at or before a time."""
    interval, offset = _round_interval(schedule)
    if interval:
        return (int(at) - offset) // interval * interval + offset
    rounds = _rounds_near(schedule, int(at) // DAY_SECONDS)
    return rounds[bisect_right(rounds, at) - 1]


def next_round(schedule: Schedule, after: float) -> Round:
    """The round after a time; a round at that time does not count."""
    interval, offset = _round_interval(schedule)
    if interval:
        return ((int(after) - offset) // interval + 1) * interval + offset
    rounds = _rounds_near(schedule, int(after) // DAY_SECONDS)
    return rounds[bisect_right(rounds, after)]


def last_time_of_day(schedule: Schedule, times: tuple[str, ...], at: float) -> int:
    """The last of these wall-clock times of the site's zone at or before a time."""
    instants = _instants_near(times, schedule.zone, int(at) // DAY_SECONDS)
    return instants[bisect_right(instants, at) - 1]


def earliest_release(schedule: Schedule, now: float) -> Slot:
    """The first slot at which a comment sent now can appear: moderators get it at the next round."""
    return next_slot(schedule, next_round(schedule, now))


def pick_slot(schedule: Schedule, *, now: float, randbelow: RandomBelow) -> Slot:
    """The slot that a held comment is due at: 1 to `max_hold_slots` from now, all equally likely."""
    return next_slot(schedule, now, steps=1 + randbelow(schedule.max_hold_slots))


def age_slots(schedule: Schedule, arrival_round: Round, now: float, *, maximum: int) -> int:
    """How many slots have passed since a comment's round, at most `maximum`."""
    slot: float = arrival_round
    for passed in range(maximum):
        slot = next_slot(schedule, slot)
        if slot > now:
            return passed
    return maximum


def age_days(schedule: Schedule, arrival_round: Round, now: float) -> int:
    """How many midnights of the site's zone have passed since a comment's round."""
    return max(0, (day_of(schedule, int(now)) - day_of(schedule, arrival_round)).days)


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
    interval = schedule.release_interval_seconds
    if interval:
        return (int(after) // interval + 1) * interval
    slots = _slots_near(schedule, int(after) // DAY_SECONDS)
    return slots[bisect_right(slots, after)]


def _round_interval(schedule: Schedule) -> tuple[int, int]:
    """The seconds between rounds, and of the first one after midnight; zeros for rounds at wall-clock times."""
    if schedule.round_times:
        return 0, 0
    if schedule.round_interval_seconds:
        return schedule.round_interval_seconds, 0
    interval = schedule.release_interval_seconds
    return (interval, interval - _round_lead(interval)) if interval else (0, 0)


def _round_lead(gap: int) -> int:
    """How long before a slot its round comes, if the slot before it is `gap` seconds earlier."""
    return ROUND_LEAD_SECONDS if gap >= 2 * ROUND_LEAD_SECONDS else gap // 2


@lru_cache(maxsize=64)
def _rounds_near(schedule: Schedule, utc_day: int) -> tuple[Round, ...]:
    """Every round of the days around a day, in order."""
    if schedule.round_times:
        return _instants_near(schedule.round_times, schedule.zone, utc_day)
    slots = _slots_near(schedule, utc_day)
    return tuple(slot - _round_lead(slot - previous) for previous, slot in pairwise(slots))


@lru_cache(maxsize=64)
def _slots_near(schedule: Schedule, utc_day: int) -> tuple[Slot, ...]:
    """Every slot of the days around a day, in order."""
    return _instants_near(schedule.release_times, schedule.zone, utc_day)


def _instants_near(times: tuple[str, ...], zone: ZoneInfo, utc_day: int) -> tuple[int, ...]:
    """Wall-clock times of the days around a day, in order. An hour that occurs twice counts once."""
    local_day = datetime.fromtimestamp(utc_day * DAY_SECONDS + DAY_SECONDS // 2, zone).date()
    days = (local_day + timedelta(days=offset) for offset in range(-_SEARCH_DAYS, _SEARCH_DAYS + 1))
    wall_times = [time.fromisoformat(text) for text in times]
    return tuple(sorted({_instant(day, time_, zone) for day in days for time_ in wall_times}))


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
