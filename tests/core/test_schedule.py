"""Slots are wall-clock times in real time zones, with hours that a clock change skips or repeats."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yobal.core import schedule as slots
from yobal.core.schedule import (
    DAY_SECONDS,
    Schedule,
    earliest_release,
    last_round,
    last_slot,
    next_round,
    next_slot,
)

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Phnom_Penh",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def utc(slot: int) -> str:
    return datetime.fromtimestamp(slot, UTC).strftime("%Y-%m-%d %H:%M")


def slots_between(schedule: Schedule, begin: str, end: str) -> list[str]:
    slot, instants = last_slot(schedule, at(begin)), []
    while (slot := next_slot(schedule, slot)) < at(end):
        instants.append(utc(slot))
    return instants


@pytest.mark.parametrize(
    ("zone", "wall", "day", "expected"),
    [
        # Skipped: the next instant that exists.
        ("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29 01:00"),
        ("America/New_York", "02:00", "2026-03-08", "2026-03-08 07:00"),
        ("Africa/Cairo", "00:00", "2026-04-24", "2026-04-23 22:00"),
        ("Africa/Cairo", "00:59", "2026-04-24", "2026-04-23 22:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03 15:30"),
        # Doubled: the first of the two.
        ("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25 00:30"),
        ("America/New_York", "01:00", "2026-11-01", "2026-11-01 05:00"),
        ("Africa/Cairo", "23:30", "2026-10-29", "2026-10-29 20:30"),
        # Ordinary.
        ("Asia/Phnom_Penh", "06:00", "2026-11-22", "2026-11-21 23:00"),
    ],
)
def test_a_skipped_slot_moves_to_the_next_instant_and_a_repeated_slot_comes_once(
    zone: str, wall: str, day: str, expected: str
) -> None:
    schedule = Schedule(time_zone=zone, release_times=(wall,))
    noon = at(f"{day} 12:00")
    near = [
        utc(slot)
        for slot in sorted(
            {
                last_slot(schedule, noon),
                last_slot(schedule, noon - DAY_SECONDS),
                next_slot(schedule, noon),
            }
        )
    ]
    assert expected in near
    begin, end = f"{day} 00:00", f"{day} 23:59"
    around = slots_between(schedule, utc(at(begin) - DAY_SECONDS), utc(at(end) + DAY_SECONDS))
    assert around.count(expected) == 1
    assert len(around) == 3  # yesterday's, today's, tomorrow's


def test_two_slots_in_a_skipped_hour_are_one() -> None:
    berlin = Schedule(time_zone="Europe/Berlin", release_times=("02:00", "02:30", "03:00"))
    assert slots_between(berlin, "2026-03-28 12:00", "2026-03-29 12:00") == ["2026-03-29 01:00"]


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    walls=st.sets(st.times(), min_size=1, max_size=6),
    moment=st.integers(at("2020-01-01 00:00"), at("2030-01-01 00:00")),
)
def test_every_time_lies_between_two_slots(zone: str, walls: set[object], moment: int) -> None:
    given_slots = tuple(sorted({str(wall)[:5] for wall in walls}))
    schedule = Schedule(time_zone=zone, release_times=given_slots)
    before, after = last_slot(schedule, moment), next_slot(schedule, moment)
    assert before <= moment < after
    assert last_slot(schedule, before) == before
    assert next_slot(schedule, before) == after
    assert last_slot(schedule, after - 1) == before
    assert next_slot(schedule, moment, steps=3) == next_slot(schedule, next_slot(schedule, after))


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_has_as_many_slots_as_days_times_four(zone: str) -> None:
    slots_of_year = slots_between(Schedule(time_zone=zone), "2026-01-01 00:00", "2027-01-01 00:00")
    assert abs(len(slots_of_year) - 4 * 365) <= 1
    assert all(slot < following for slot, following in pairwise(slots_of_year))


def test_a_slot_at_the_given_time_is_past() -> None:
    noon = at("2026-11-22 12:00")
    assert last_slot(Schedule(), noon) == noon
    assert next_slot(Schedule(), noon) == noon + 6 * 3_600


def test_a_fixed_interval_counts_from_1970() -> None:
    rhythm = Schedule(release_interval_seconds=20)
    assert (last_slot(rhythm, 59.9), next_slot(rhythm, 60), next_slot(rhythm, 0, steps=3)) == (
        40,
        80,
        60,
    )


@pytest.mark.parametrize(("picked", "expected"), [(0, "18:00"), (1, "00:00"), (2, "06:00")])
def test_a_held_comment_is_due_at_a_random_slot_of_the_next_ones(
    picked: int, expected: str
) -> None:
    asked: list[int] = []

    def chance(below: int) -> int:
        asked.append(below)
        return picked

    slot = slots.pick_slot(Schedule(max_hold_slots=3), now=at("2026-11-22 13:00"), randbelow=chance)
    assert utc(slot).endswith(expected)
    assert asked == [3]


def test_age_counts_the_midnights_of_the_sites_zone() -> None:
    schedule = Schedule(time_zone="Asia/Phnom_Penh")
    arrival = at("2026-11-22 12:00")  # 19:00 there
    ages = [slots.age_days(schedule, arrival, arrival + hours * 3_600) for hours in (0, 4, 5, 29)]
    assert ages == [0, 0, 1, 2]
    assert slots.age_days(schedule, arrival, arrival + 400 * DAY_SECONDS) == 400
    assert slots.age_days(schedule, arrival, arrival - DAY_SECONDS) == 0  # the clock was ahead


@pytest.mark.parametrize(
    ("late_slots", "batch", "goes"),
    [(-1, 99, False), (0, 3, True), (0, 2, False), (3, 1, False), (4, 1, True)],
)
def test_a_small_batch_waits_but_not_longer_than_a_day(
    late_slots: int, batch: int, *, goes: bool
) -> None:
    due_slot = at("2026-11-22 12:00")
    latest = due_slot + late_slots * 6 * 3_600
    assert slots.is_due(due_slot, batch_size=batch, min_batch_size=3, latest=latest) is goes


def test_a_slots_day_is_its_day_in_the_time_zone() -> None:
    slot = at("2026-11-22 23:00")
    assert slots.day_of(Schedule(time_zone="Asia/Phnom_Penh"), slot) == date(2026, 11, 23)
    assert slots.day_of(Schedule(time_zone="America/New_York"), slot) == date(2026, 11, 22)


# Rounds


def rounds_between(schedule: Schedule, begin: str, end: str) -> list[str]:
    round_, times = last_round(schedule, at(begin)), []
    while (round_ := next_round(schedule, round_)) < at(end):
        times.append(utc(round_)[11:])
    return times


@pytest.mark.parametrize(
    ("settings_", "expected"),
    [
        ({}, ["05:00", "11:00", "17:00", "23:00"]),
        ({"release_times": ("12:00",)}, ["11:00"]),
        ({"release_times": ("06:00", "07:00", "09:00")}, ["05:00", "06:30", "08:00"]),
        ({"release_times": ("06:00", "07:58")}, ["05:00", "06:59"]),
        ({"release_interval_seconds": 6 * 3_600}, ["05:00", "11:00", "17:00", "23:00"]),
        ({"release_interval_seconds": 24 * 3_600}, ["23:00"]),
        ({"round_times": ("08:00", "20:30")}, ["08:00", "20:30"]),
        ({"round_interval_seconds": 8 * 3_600}, ["00:00", "08:00", "16:00"]),
    ],
)
def test_a_round_comes_an_hour_before_each_slot_or_halfway_or_as_set(
    settings_: dict[str, Any], expected: list[str]
) -> None:
    times = rounds_between(Schedule(**settings_), "2026-11-21 23:59", "2026-11-22 23:59")
    assert times == expected


def test_a_short_interval_has_a_round_halfway_between_two_slots() -> None:
    every_20 = Schedule(release_interval_seconds=20)
    assert (last_round(every_20, 1_000_010), next_round(every_20, 1_000_010)) == (
        1_000_010,
        1_000_030,
    )
    assert last_round(every_20, 1_000_009) == 999_990
    every_second = Schedule(release_interval_seconds=1)
    assert next_round(every_second, 5.5) == 6


def test_rounds_follow_the_clock_of_the_zone_through_a_change() -> None:
    berlin = Schedule(time_zone="Europe/Berlin", release_times=("02:30", "12:00"))
    # 02:30 is skipped, so the slot comes at 01:00 UTC and its round an hour earlier.
    times = rounds_between(berlin, "2026-03-28 23:00", "2026-03-29 12:00")
    assert times == ["00:00", "09:00"]


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    times=st.sets(st.times().map(lambda time: f"{time:%H:%M}"), min_size=1, max_size=6),
    moment=st.integers(at("2026-01-01 00:00"), at("2027-12-31 00:00")),
)
def test_between_two_slots_there_is_exactly_one_round(
    zone: str, times: set[str], moment: int
) -> None:
    schedule = Schedule(time_zone=zone, release_times=tuple(sorted(times)))
    slot, following = last_slot(schedule, moment), next_slot(schedule, moment)
    round_ = next_round(schedule, slot)
    assert slot <= round_ < following
    assert next_round(schedule, round_) >= following
    assert last_round(schedule, moment) == (
        round_ if round_ <= moment else last_round(schedule, slot - 1)
    )
    lead = following - round_
    assert lead == 3_600 if following - slot >= 7_200 else lead == (following - slot) // 2


def test_a_comment_can_appear_at_the_first_slot_after_its_round() -> None:
    plain = Schedule()
    for sent, appears in (("16:59", "18:00"), ("17:00", "00:00"), ("17:30", "00:00")):
        slot = earliest_release(plain, at(f"2026-11-22 {sent}"))
        assert utc(slot)[11:] == appears, sent
