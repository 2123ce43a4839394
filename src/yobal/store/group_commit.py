"""Commit whatever has arrived in one transaction; answer each sender only after that commit.

One group at a time, in a thread: while one is being stored, the next is sealed and gathers.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Sequence
from typing import Final

from yobal.core.errors import DatabaseUnavailable
from yobal.store import arrivals
from yobal.store.arrivals import Arrival, Outcome
from yobal.store.database import Database

GROUP_MAX: Final = 50
GATHER_SECONDS: Final = 0.0025  # for company: fewer syncs, and nobody is answered in real time

_Waiting = tuple[Arrival, "asyncio.Future[Outcome]"]


class GroupCommit:
    """Used from an event loop: `await group.add(arrival)` returns once it is on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()  # None: no more
        self._thread: threading.Thread | None = None
        self._is_closed = False

    async def add(self, arrival: Arrival) -> Outcome:
        """Raises DatabaseUnavailable: then nothing of it was stored."""
        if self._is_closed:
            raise DatabaseUnavailable("closing")
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.put((arrival, future))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
            self._thread.start()
        return await future

    def close(self) -> None:
        """Take nothing more, and store what was taken."""
        self._is_closed = True
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            time.sleep(GATHER_SECONDS)
            group = [first, *self._gathered()]
            try:
                outcomes = arrivals.add(self._database, [arrival for arrival, _ in group])
            except Exception as error:  # noqa: BLE001  # handed to every sender that waits for it
                _tell(group, [error] * len(group))
            else:
                _tell(group, outcomes)

    def _gathered(self) -> list[_Waiting]:
        """What else waits, as much as a group holds."""
        group: list[_Waiting] = []
        with contextlib.suppress(queue.Empty):
            while len(group) < GROUP_MAX - 1:
                one = self._waiting.get_nowait()
                if one is None:
                    self._waiting.put(None)  # for the next round
                    break
                group.append(one)
        return group


def _tell(group: list[_Waiting], results: Sequence[Exception | Outcome]) -> None:
    """From the thread. A loop that is closed has no sender left who waits."""
    loop = group[0][1].get_loop()
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(_tell_in_loop, group, results)


def _tell_in_loop(group: list[_Waiting], results: Sequence[Exception | Outcome]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():  # its sender went away
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
