"""The thread that sends notices: a mail server that does not answer must delay no release."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from yobal.adapters import error_reporting, notice_sender
from yobal.server.notices import check
from yobal.server.wiring import Components

TICK_SECONDS: Final = 5.0
STOP_SECONDS: Final = 5.0  # the process that sends is killed within a second


class NoticeThread:
    """Reports a failure, and tries again at the next time at which notices may be sent."""

    def __init__(self, components: Components, clock: Callable[[], float] = time.time) -> None:
        self._components = components
        self._clock = clock
        self._stop_requested = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """A message that is being sent is given up."""
        self._stop_requested.set()
        self._thread.join(timeout=STOP_SECONDS)

    def _run(self) -> None:
        send = partial(notice_sender.send, is_stopped=self._stop_requested.is_set)
        while not self._stop_requested.wait(TICK_SECONDS):
            try:
                check.run(self._components, now=self._clock(), send=send)
            except Exception as error:  # noqa: BLE001  # no error may end the thread
                error_reporting.report_once(error)
