"""Limits on how long a request's body may take, and on how much of long bodies is in memory.

All requests are checked together, every few seconds: a timer for each would cost a twentieth of what
storing a comment costs. Bodies that begin and never end must neither fill the memory nor keep others
out, so the oldest long body is given up when all of them together are too large.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

LONG_BYTES_MAX: Final = 32 * 1024 * 1024
T = TypeVar("T")


class BodyTimeout:
    """For one event loop. Takes effect only if `cancel_late` is called regularly."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        long_bytes_max: int = LONG_BYTES_MAX,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._long_bytes_max = long_bytes_max
        self._long_bytes = 0
        self._received: dict[asyncio.Task[Any], int] = {}  # of long bodies, the oldest first
        self._started: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()

    async def wait_for(self, reading: Coroutine[Any, Any, T]) -> T:
        """Raises TimeoutError if it takes too long, or is given up to make room for others."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("outside of a task")
        self._started[task] = self._clock()
        try:
            return await reading
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise TimeoutError from None
        finally:
            del self._started[task]
            self._late.discard(task)
            self._long_bytes -= self._received.pop(task, 0)

    def count(self, size_bytes: int) -> None:
        """More of a long body, read by the current task, is in memory. Raises TimeoutError."""
        task = asyncio.current_task()
        if task not in self._started:
            raise RuntimeError("outside of wait_for")
        self._received[task] = self._received.get(task, 0) + size_bytes
        self._long_bytes += size_bytes
        while self._long_bytes > self._long_bytes_max:
            oldest = next(iter(self._received))
            if oldest is task:  # it may never wait again, so it could not be cancelled here
                raise TimeoutError
            self._long_bytes -= self._received.pop(oldest)
            self._cancel(oldest)

    def cancel_late(self) -> int:
        """Cancel everything that takes too long. Returns how many."""
        started_max = self._clock() - self._seconds
        late = [task for task, started in self._started.items() if started <= started_max]
        for task in late:
            self._cancel(task)
        return len(late)

    def _cancel(self, task: asyncio.Task[Any]) -> None:
        self._late.add(task)
        task.cancel()
