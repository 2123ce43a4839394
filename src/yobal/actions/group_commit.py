"""Commit whatever has arrived in one transaction; answer each sender only after that commit.

One group at a time: while one is being synced to disk, the next is sealed and gathers.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from yobal.core.errors import StoreUnavailable
from yobal.store import intake
from yobal.store.database import Database
from yobal.store.intake import Arrival, Outcome

GROUP_MAX: Final = 200

_Waiting = tuple[Arrival, "asyncio.Future[Outcome]"]


class GroupCommit:
    """Used from an event loop: `await group.add(arrival)` returns once it is on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="group-commit")

    async def add(self, arrival: Arrival) -> Outcome:
        """Raises StoreUnavailable: then nothing of it was stored."""
        if self._is_closed:
            raise StoreUnavailable("closing")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._waiting.append((arrival, future))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())
        return await future

    def close(self) -> None:
        """Take nothing more, and let a commit that has begun end."""
        self._is_closed = True
        self._thread.shutdown(wait=True)

    async def _run(self) -> None:
        while self._waiting:
            size = min(len(self._waiting), GROUP_MAX)
            group = [self._waiting.popleft() for _ in range(size)]
            try:
                outcomes = await self._store([arrival for arrival, _ in group])
            except Exception as error:  # noqa: BLE001  # handed to every sender that waits for it
                _tell(group, [error] * size)
            else:
                _tell(group, outcomes)

    async def _store(self, arrivals: list[Arrival]) -> list[Outcome]:
        """Insert here and sync in the thread, or all of it in the thread where that would block.

        Inserting in a thread would fight with sealing for the interpreter row by row; the sync is
        what takes long, and it lets go of the interpreter.
        """
        loop = asyncio.get_running_loop()
        connection = self._database.write_at_once()
        if connection is None:
            return await loop.run_in_executor(self._thread, self._store_in_thread, arrivals)
        try:
            outcomes = intake.add(connection, arrivals)
        except BaseException:
            self._database.give_up(connection)
            raise
        await loop.run_in_executor(self._thread, self._database.commit, connection)
        return outcomes

    def _store_in_thread(self, arrivals: list[Arrival]) -> list[Outcome]:
        with self._database.writing() as connection:
            return intake.add(connection, arrivals)


def _tell(group: list[_Waiting], results: Sequence[Exception | Outcome]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():  # its sender went away
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
