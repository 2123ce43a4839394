"""The thread that runs maintenance: one pass every second, until it is stopped."""

import threading
import time
from collections.abc import Callable
from typing import Final

from yobal.adapters import error_reporting
from yobal.core.errors import (
    ClockNotTrusted,
    DatabaseUnavailable,
    DecisionNotAuthentic,
    PublicFilesUnavailable,
    RosterInvalid,
    UnreadableEntries,
)
from yobal.core.figures import Figures
from yobal.core.schedule import Slot, last_slot
from yobal.server import figures
from yobal.server.scheduler.canary_sender import send_if_due
from yobal.server.scheduler.maintenance import (
    PassResult,
    prepare_cells,
    prepare_files,
    rotate_keys_only,
    run_once,
)
from yobal.server.wiring import Components

TICK_SECONDS: Final = 1.0  # a withdrawal "at once" takes effect within ten seconds
# A purge on SQLite needs a moment without readers, and each pass tries for two seconds only. On a busy
# machine some passes find none, which is no news: the next one repeats it.
UNPURGED_SECONDS_MAX: Final = 60.0
STUCK_SECONDS: Final = 300.0  # no pass takes so long, whatever there is to release
# These pass by themselves, or are repaired while the server runs: no reason not to start.
TRANSIENT_ERRORS: Final = (PublicFilesUnavailable, DatabaseUnavailable, ClockNotTrusted, OSError)


class MaintenanceThread:
    """Reports a failure and tries again at the next tick."""

    def __init__(
        self, components: Components, *, is_desk: bool, clock: Callable[[], float] = time.time
    ) -> None:
        """`is_desk`: the whole maintenance; otherwise only what an intake in its own process needs."""
        self._components = components
        self._is_desk = is_desk
        self._are_cells_prepared = False
        self._are_files_prepared = False
        self._clock = clock
        self._tick_at = 0.0  # of the monotonic clock
        self._slot: Slot | None = None
        self._unpurged_since: float | None = None
        self._figures: Figures | None = figures.read(components.settings)
        self._stop_requested = threading.Event()
        self._thread = threading.Thread(target=self._run, name="maintenance", daemon=True)

    def start(self) -> None:
        """Run the first pass, then start the thread. Raises errors that do not pass by themselves."""
        try:
            self._tick()
        except TRANSIENT_ERRORS as error:
            error_reporting.report_once(error)
        self._thread.start()

    def stop(self) -> None:
        self._stop_requested.set()
        self._thread.join()
        error_reporting.flush()

    def is_working(self) -> bool:
        """Whether the start is finished and passes are made, successful or not.

        Why one fails is left out, because a reader's comment can fill a disk, and the answer would tell when.
        """
        return self._are_cells_prepared and self._are_files_prepared and self.is_ticking()

    def is_ticking(self) -> bool:
        """Whether the thread is alive: on a full disk it ticks, and prepares its files once there is room."""
        return time.monotonic() - self._tick_at < STUCK_SECONDS

    def _run(self) -> None:
        while not self._stop_requested.wait(TICK_SECONDS):
            try:
                self._tick()
                if self._is_desk:
                    send_if_due(self._components, now=self._clock())
            except Exception as error:  # noqa: BLE001  # no error may end the thread
                error_reporting.report_once(error)

    def _tick(self) -> None:
        self._tick_at = time.monotonic()
        now = self._clock()
        self._flush_errors_on_new_slot(last_slot(self._components.rules.schedule, now))
        if not self._is_desk:
            rotate_keys_only(self._components, now=now)
            return
        if not self._are_cells_prepared:
            self._prepare_cells(now)
        if not self._are_files_prepared:
            self._prepare_files()
        result = run_once(self._components, now=now)
        _report(result)
        self._report_lasting(result.purge_problem, now=now)
        self._figures = figures.record(self._components, self._figures)

    def _prepare_cells(self, now: float) -> None:
        """A technician accepts the roster after a restore. Until then the rest of the pass continues."""
        try:
            prepare_cells(self._components, now=now)
            self._are_cells_prepared = True
        except RosterInvalid as error:
            error_reporting.report_once(error)

    def _prepare_files(self) -> None:
        """A full disk must not stop the rest of the pass."""
        try:
            prepare_files(self._components)
            self._are_files_prepared = True
        except PublicFilesUnavailable as error:
            error_reporting.report_once(error)

    def _report_lasting(self, purge_problem: DatabaseUnavailable | None, *, now: float) -> None:
        if purge_problem is None:
            self._unpurged_since = None
            return
        if self._unpurged_since is None:
            self._unpurged_since = now
        if now - self._unpurged_since >= UNPURGED_SECONDS_MAX:
            error_reporting.report_once(purge_problem)

    def _flush_errors_on_new_slot(self, slot: Slot) -> None:
        if self._slot not in (None, slot):
            error_reporting.flush()
        self._slot = slot


def _report(result: PassResult) -> None:
    if result.clock_problem is not None:
        error_reporting.report_once(ClockNotTrusted(result.clock_problem))
    if result.unreadable_count:
        error_reporting.report_once(UnreadableEntries(result.unreadable_count))
    if result.released is not None and result.released.refused:
        error_reporting.report(DecisionNotAuthentic())
    for problem in (
        result.files_problem,
        result.inbox_problem,
        result.purge_list_problem,
    ):
        if problem is not None:
            error_reporting.report_once(problem)
