"""A limit on how long a request's body may take.

All requests are checked together, every few seconds: a timer for each would cost a twentieth of what
storing a comment costs.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class BodyTimeout:
    """For one event loop. Takes effect only if `cancel_late` is called regularly."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._started: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()

    async def wait_for(self, reading: Coroutine[Any, Any, T]) -> T:
        """Raises TimeoutError if `cancel_late` finds that it takes too long."""
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

    def cancel_late(self) -> int:
        """Cancel everything that takes too long. Returns how many."""
        started_max = self._clock() - self._seconds
        late = [task for task, started in self._started.items() if started <= started_max]
        for task in late:
            self._late.add(task)
            task.cancel()
        return len(late)
