"""Stores comments in the inbox in groups; a sender gets a response only after the commit of its group.

One thread stores one group at a time. Meanwhile the next comments are sealed and queued.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Sequence
from typing import Final

from yobal.core.errors import DatabaseUnavailable
from yobal.store.arrivals import Arrival
from yobal.store.inbox import Inbox
from yobal.store.inbox_entries import Outcome

GROUP_MAX: Final = 50
GATHER_SECONDS: Final = 0.0025  # wait for more comments: larger groups need fewer syncs

_Queued = tuple[Arrival, "asyncio.Future[Outcome]"]


class GroupCommit:
    """For an event loop: `await group.add(arrival)` returns once it is on the disk."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()  # None ends the thread
        self._thread: threading.Thread | None = None
        self._is_closed = False

    async def add(self, arrival: Arrival) -> Outcome:
        """Raises DatabaseUnavailable: then nothing was stored."""
        if self._is_closed:
            raise DatabaseUnavailable("closing")
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queue.put((arrival, future))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
            self._thread.start()
        return await future

    def close(self) -> None:
        """Refuse new arrivals and store the queued ones."""
        self._is_closed = True
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._store_next_group():
            pass

    def _store_next_group(self) -> bool:
        """False at the end.

        In a function of its own, so that no local outlives the group: a future with an exception leads to the
        frames of its sender's request, and to what the sender has written.
        """
        first = self._queue.get()
        if first is None:
            return False
        time.sleep(GATHER_SECONDS)
        group = [first, *self._take_queued()]
        _resolve(group, self._add([arrival for arrival, _ in group]))
        return True

    def _add(self, arrivals: list[Arrival]) -> Sequence[Outcome | Exception]:
        """A comment that the inbox refuses fails alone. A full or lost database fails the group."""
        try:
            return self._inbox.add(arrivals)
        except DatabaseUnavailable as error:
            # One for each: a shared one would tie the requests of all senders together.
            return [DatabaseUnavailable(*error.args) for _ in arrivals]
        except Exception as error:  # noqa: BLE001  # passed to the sender
            if len(arrivals) == 1:
                return [error]
        return [self._add([arrival])[0] for arrival in arrivals]

    def _take_queued(self) -> list[_Queued]:
        """The rest of a group, without waiting."""
        group: list[_Queued] = []
        with contextlib.suppress(queue.Empty):
            while len(group) < GROUP_MAX - 1:
                queued = self._queue.get_nowait()
                if queued is None:
                    self._queue.put(None)  # end after this group
                    break
                group.append(queued)
        return group


def _resolve(group: list[_Queued], results: Sequence[Exception | Outcome]) -> None:
    """Called in the thread. If the loop is closed, no sender waits any more."""
    loop = group[0][1].get_loop()
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(_resolve_in_loop, group, results)


def _resolve_in_loop(group: list[_Queued], results: Sequence[Exception | Outcome]) -> None:
    for (_, future), result in zip(group, results, strict=True):
        if future.done():  # the sender disconnected
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
