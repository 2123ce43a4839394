"""The model of three observers agrees with a simulation of readers, moderators and slots."""

import random
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Final

import msgspec
import pytest

from yobal.core import observers
from yobal.core.observers import CANDIDATES_MIN, Audience, Observer, candidates, hides_authors
from yobal.core.schedule import (
    DAY_SECONDS,
    Round,
    Schedule,
    Slot,
    last_round,
    last_slot,
    next_round,
    pick_slot,
)

ROOT: Final = Path(__file__).parents[2]
WEEK_DAYS: Final = 7  # one comment in each week, so that no window is another's
DAYS: Final = WEEK_DAYS * observers.LINKED_COMMENTS
START: Final = 1_795_305_600.0  # a midnight, UTC
RUNS: Final = 8
AUDIENCE: Final = Audience(readers=1_000, visits_per_day=1.0, comments_per_day=500.0)


def every(hours: int, *, max_hold_slots: int = 2) -> Schedule:
    times = tuple(f"{hour:02}:00" for hour in range(0, 24, hours))
    return Schedule(release_times=times, max_hold_slots=max_hold_slots)


SCHEDULES: Final = {
    "6 hours": every(6),
    "6 hours, the next slot only": every(6, max_hold_slots=1),
    "12 hours": every(12),
    "24 hours, three slots": every(24, max_hold_slots=3),
    "12 hours, a round every 3": msgspec.structs.replace(
        every(12), round_interval_seconds=3 * 3_600
    ),
    "4 hours, a round every 12": msgspec.structs.replace(every(4), round_times=("03:00", "15:00")),
}


class Simulation:
    """Readers who come at random times, of whom one writes five comments, and a list of who came."""

    def __init__(self, schedule: Schedule, observer: Observer, draw: random.Random) -> None:
        self._schedule, self._observer, self._draw = schedule, observer, draw
        self._arrivals: list[float] = []

    def candidates(self, *, slots_assumed: int) -> tuple[int, bool]:
        """How many readers could have written all comments, and whether the author is one of them."""
        windows = [self._window(week, slots_assumed) for week in range(observers.LINKED_COMMENTS)]
        per_day = AUDIENCE.visits_per_day
        if self._observer == "bytes":
            per_day = AUDIENCE.comments_per_day / AUDIENCE.readers
        others = (self._events(per_day) for _ in range(AUDIENCE.readers - 1))
        could_be = sum(all(_has_event(events, *window) for window in windows) for events in others)
        author = sorted(self._arrivals)
        self._arrivals.clear()
        is_author_found = all(_has_event(author, *window) for window in windows)
        return could_be + is_author_found, is_author_found

    def _events(self, per_day: float) -> list[float]:
        """A Poisson process."""
        events, at = [], START
        while (
            at := at + self._draw.expovariate(per_day) * DAY_SECONDS
        ) < START + DAYS * DAY_SECONDS:
            events.append(at)
        return events

    def _window(self, week: int, slots_assumed: int) -> tuple[float, float]:
        """A comment comes, is accepted at once, and is released: when may it have come?"""
        arrival = START + (week * WEEK_DAYS + self._draw.uniform(3, 4)) * DAY_SECONDS
        arrival_round = next_round(self._schedule, arrival)
        released = pick_slot(self._schedule, now=arrival_round, randbelow=self._draw.randrange)
        self._arrivals.append(arrival)
        if self._observer == "desk":
            return last_round(self._schedule, arrival), arrival_round
        first_slot = self._slots_before(released, slots_assumed)
        return self._round_before(first_slot), self._round_before(released)

    def _round_before(self, slot: Slot) -> Round:
        return last_round(self._schedule, slot - 1)

    def _slots_before(self, slot: Slot, slots: int) -> Slot:
        for _ in range(slots):
            slot = last_slot(self._schedule, slot - 1)
        return slot


def _has_event(events: list[float], begin: float, end: float) -> bool:
    return bisect_right(events, end) > bisect_left(events, begin)


def simulate(
    schedule: Schedule, observer: Observer, *, slots_assumed: int | None = None
) -> tuple[float, bool]:
    """The mean number of candidates, and whether the author was always one."""
    simulation = Simulation(schedule, observer, random.Random(17))
    slots_assumed = slots_assumed or schedule.max_hold_slots
    runs = [simulation.candidates(slots_assumed=slots_assumed) for _ in range(RUNS)]
    return mean(count for count, _ in runs), all(is_found for _, is_found in runs)


def agrees(figure: float, simulated: float) -> bool:
    """Within four standard errors of a count that is close to Poisson's."""
    return bool(abs(figure - simulated) <= 4 * (max(figure, 1) / RUNS) ** 0.5)


@pytest.mark.parametrize("observer", ["visits", "bytes", "desk"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_the_model_agrees_with_the_simulation(name: str, observer: Observer) -> None:
    simulated, is_author_found = simulate(SCHEDULES[name], observer)
    assert is_author_found
    assert agrees(candidates(SCHEDULES[name], observer, audience=AUDIENCE), simulated)


def test_control_an_observer_who_assumes_a_shorter_wait_loses_the_author() -> None:
    simulated, is_author_found = simulate(every(12), "visits", slots_assumed=1)
    assert not is_author_found
    assert not agrees(candidates(every(12), "visits", audience=AUDIENCE), simulated)


def test_control_counting_visitors_where_the_observer_counts_writers_is_noticed() -> None:
    simulated, _ = simulate(every(12), "bytes")
    assert not agrees(candidates(every(12), "visits", audience=AUDIENCE), simulated)


def test_the_shortest_windows_count() -> None:
    """An author who always writes before the two releases that are close is hidden least."""
    uneven = Schedule(release_times=("00:00", "01:00", "12:00"), max_hold_slots=1)
    assert observers.window_seconds(uneven, "visits") == 5_400, "from the round at 23:00 to 00:30"
    assert (
        observers.window_seconds(Schedule(release_times=("00:00", "01:00", "12:00")), "visits")
        == 12 * 3_600
    )
    assert observers.window_seconds(Schedule(release_interval_seconds=20), "visits") == 40


def test_at_the_desk_the_time_between_rounds_counts() -> None:
    for interval in (600, 3_600, 3 * 3_600):
        schedule = Schedule(round_interval_seconds=interval)
        assert observers.window_seconds(schedule, "desk") == interval
        assert observers.window_seconds(schedule, "visits") == 12 * 3_600
    assert observers.window_seconds(Schedule(), "desk") == 6 * 3_600
    assert observers.window_seconds(Schedule(round_times=("01:00", "03:00")), "desk") == 7_200


@pytest.mark.parametrize(
    ("schedule", "is_hidden"),
    [
        (Schedule(), True),
        (every(24, max_hold_slots=1), True),
        (every(3), True),
        (every(2), False),
        (every(1), False),
        (every(3, max_hold_slots=1), False),
        (Schedule(release_times=("00:00", "00:10", "12:00"), max_hold_slots=1), False),
        (Schedule(release_interval_seconds=3_600), False),
        (Schedule(release_interval_seconds=20), False),
    ],
)
def test_a_schedule_that_leaves_fewer_than_20_candidates_does_not_hide_authors(
    schedule: Schedule, *, is_hidden: bool
) -> None:
    assert hides_authors(schedule) is is_hidden
    assert (candidates(schedule, "visits") >= CANDIDATES_MIN) is is_hidden


# The tables in the documents

COLUMNS: Final[dict[str, Callable[[Schedule], float]]] = {
    "who came": lambda schedule: candidates(schedule, "visits"),
    "who came, of 5,000 readers": lambda schedule: candidates(
        schedule, "visits", audience=Audience(readers=5_000)
    ),
    "who came, and is a moderator": lambda schedule: candidates(schedule, "desk"),
    "who sent how much": lambda schedule: candidates(schedule, "bytes"),
}


@pytest.mark.parametrize("name", ["settings.md", "threat-model.md"])
def test_the_published_tables_are_the_models(name: str) -> None:
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if "who sent how much" in line)
    columns = _cells(lines[head])[1:]
    rows = [_cells(line) for line in lines[head + 2 : head + 8]]
    assert [row[0] for row in rows] == [
        "1 hour",
        *(f"{hours} hours" for hours in (2, 3, 6, 12, 24)),
    ]
    for label, *cells in rows:
        schedule = every(int(label.split()[0]))
        for column, cell in zip(columns, cells, strict=True):
            assert cell == f"{round(COLUMNS[column](schedule)):,}", (label, column)


def test_the_published_table_of_rounds_is_the_models() -> None:
    lines = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("| time between rounds"))
    seconds = {"minutes": 60, "hour": 3_600, "hours": 3_600}
    for label, cell in (_cells(line) for line in lines[head + 2 : head + 8]):
        number, unit = label.split()
        schedule = Schedule(round_interval_seconds=int(number) * seconds[unit])
        assert cell == f"{round(candidates(schedule, 'desk')):,}", label


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
