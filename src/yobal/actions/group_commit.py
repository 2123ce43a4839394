"""Commit whatever has arrived in one transaction; answer each sender only after that commit.

One thread, one transaction at a time: while one is being synced to disk, the next group gathers.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from yobal.core.errors import StoreUnavailable
from yobal.store import intake
from yobal.store.database import Database
from yobal.store.intake import Arrival, Outcome

GROUP_MAX: Final = 200
# Where several send at once, a moment's patience makes one sync to disk of what would be many; a
# sender that is alone never waits for it.
GATHER_SECONDS: Final = 0.003

_Waiting = tuple[Arrival, "asyncio.Future[Outcome]", asyncio.AbstractEventLoop]


class GroupCommit:
    """Used from an event loop: `await group.add(arrival)` returns once it is on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._is_wanted = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    async def add(self, arrival: Arrival) -> Outcome:
        """Raises StoreUnavailable: then nothing of it was stored."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        with self._is_wanted:
            if self._is_closing:
                raise StoreUnavailable("closing")
            self._waiting.append((arrival, future, loop))
            self._is_wanted.notify()
        return await future

    def close(self) -> None:
        """Commit what has arrived, then stop."""
        with self._is_wanted:
            self._is_closing = True
            self._is_wanted.notify()
        self._thread.join()

    def _run(self) -> None:
        size = 0
        while group := self._next_group(is_busy=size > 1):
            self._commit(group)
            size = len(group)

    def _next_group(self, *, is_busy: bool) -> list[_Waiting]:
        with self._is_wanted:
            self._is_wanted.wait_for(lambda: self._waiting or self._is_closing)
        if is_busy:
            time.sleep(GATHER_SECONDS)
        with self._is_wanted:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_MAX))]

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            with self._database.writing() as db:
                outcomes = intake.add(db, [arrival for arrival, _, _ in group])
        except Exception as error:  # noqa: BLE001  # handed to every sender that waits for it
            _tell_all(group, [error] * len(group))
        else:
            _tell_all(group, outcomes)


def _tell_all(group: list[_Waiting], results: Sequence[Exception | Outcome]) -> None:
    loop = group[0][2]
    futures = [future for _, future, _ in group]
    with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
        loop.call_soon_threadsafe(_settle, futures, results)


def _settle(
    futures: list["asyncio.Future[Outcome]"], results: Sequence[Exception | Outcome]
) -> None:
    for future, result in zip(futures, results, strict=True):
        if future.done():  # its sender went away
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
