"""The loop that tends, in a thread: every second one look, until told to stop."""

import threading
import time
from collections.abc import Callable
from typing import Final

from yobal.adapters import error_reporting
from yobal.core.errors import ClockNotTrusted, DatabaseUnavailable, PublicFilesUnavailable
from yobal.core.schedule import Slot, last_slot
from yobal.server.scheduler.maintenance import prepare_files, rotate_keys_only, run_once
from yobal.server.wiring import Components

TICK_SECONDS: Final = 1.0  # a wish is carried out within ten
# What passes by itself, or is mended while the server runs: no reason not to start.
TRANSIENT_ERRORS: Final = (PublicFilesUnavailable, DatabaseUnavailable, ClockNotTrusted, OSError)


class MaintenanceThread:
    """A failure is reported and tried again at the next look."""

    def __init__(
        self, components: Components, *, is_desk: bool, clock: Callable[[], float] = time.time
    ) -> None:
        """`is_desk`: all of it; else only what an intake that runs apart does."""
        self._newsroom = components
        self._is_desk = is_desk
        self._is_ready = not is_desk
        self._clock = clock
        self._slot: Slot | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tend", daemon=True)

    def start(self) -> None:
        """The first look, then the thread. Raises what no later look could mend."""
        try:
            self._tick()
        except TRANSIENT_ERRORS as error:
            error_reporting.report_once(error)
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()
        error_reporting.flush()

    def _run(self) -> None:
        while not self._is_over.wait(TICK_SECONDS):
            try:
                self._tick()
            except Exception as error:  # noqa: BLE001  # the loop outlives what it meets
                error_reporting.report_once(error)

    def _tick(self) -> None:
        now = self._clock()
        self._flush_errors_on_new_slot(last_slot(self._newsroom.rules.schedule, now))
        if not self._is_desk:
            rotate_keys_only(self._newsroom, now=now)
            return
        if not self._is_ready:
            prepare_files(self._newsroom)
            self._is_ready = True
        run_once(self._newsroom, now=now)

    def _flush_errors_on_new_slot(self, slot: Slot) -> None:
        if self._slot not in (None, slot):
            error_reporting.flush()
        self._slot = slot
