"""Says in the journal when Yobal cannot do its work, and when it can again: once for each change.

The times of these lines are those of the probe's own schedule, and the lines name a slot.
"""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from yobal.adapters import error_reporting
from yobal.core.errors import DatabaseUnavailable
from yobal.core.schedule import last_slot
from yobal.server import health
from yobal.server.health import HealthProblem
from yobal.server.wiring import Components

# Rarely enough that a line does not tell which comment filled a disk, often enough to act on.
PROBE_SECONDS: Final = 60.0


class HealthProbe:
    """A thread of its own, so that a database that blocks it blocks nothing else."""

    def __init__(
        self,
        components: Components,
        roles: Sequence[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._components = components
        self._roles = roles
        self._clock = clock
        self._problems: dict[str, HealthProblem] = {}
        self._stop_requested = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health probe", daemon=True)

    def start(self) -> None:
        """The first probe is at once: what is wrong at the start is said at the start."""
        self._thread.start()

    def stop(self) -> None:
        self._stop_requested.set()
        self._thread.join(timeout=PROBE_SECONDS)

    def probe(self) -> None:
        """Compare with the last time, and print what is different."""
        problems = {problem.task: problem for problem in self._find()}
        for task in sorted({*problems, *self._problems}):
            before, after = self._problems.get(task), problems.get(task)
            if after is not None and after != before:
                _print(f"cannot {task} since {self._slot()}: {after.reason}")
            elif after is None:
                _print(f"can {task} again since {self._slot()}")
        self._problems = problems

    def _run(self) -> None:
        while True:
            try:
                self.probe()
            except Exception as error:  # noqa: BLE001  # no error may end the thread
                error_reporting.report_once(error)
            if self._stop_requested.wait(PROBE_SECONDS):
                return

    def _find(self) -> list[HealthProblem]:
        components, problems = self._components, []
        problems += health.storing_problems(components.database)
        problems += health.disk_reserve_problems(components.settings)
        is_desk = "desk" in self._roles
        reader = components.roster_reader if is_desk else components.intake_roster_reader
        problems += health.roster_problems(components.database, reader)
        if is_desk:
            problems += health.writing_problems(components.settings)
            try:
                problems += health.missing_pages(components.settings, components.database)
            except DatabaseUnavailable as error:
                problems.append(HealthProblem(health.STORE_TASK, str(error)))
        return problems

    def _slot(self) -> str:
        schedule = self._components.rules.schedule
        slot = datetime.fromtimestamp(last_slot(schedule, self._clock()), schedule.zone)
        return f"the slot {slot:%Y-%m-%d %H:%M} ({schedule.time_zone})"


def _print(line: str) -> None:
    print(f"yobal: {line}", file=sys.stderr, flush=True)
