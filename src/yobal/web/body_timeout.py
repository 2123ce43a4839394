"""A limit on how long whoever sends may take: all are looked at together, every few seconds.

A timer for each would cost a twentieth of what taking a comment costs.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class BodyTimeout:
    """Used from one event loop; somebody has to call `cancel_late` now and then."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._since: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()

    async def wait_for(self, sent: Coroutine[Any, Any, T]) -> T:
        """Raises TimeoutError once it has taken too long and `cancel_late` has found it."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("outside of a task")
        self._since[task] = self._clock()
        try:
            return await sent
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise TimeoutError from None
        finally:
            del self._since[task]
            self._late.discard(task)

    def cancel_late(self) -> int:
        """On everybody who has taken too long; how many."""
        begun = self._clock() - self._seconds
        late = [task for task, since in self._since.items() if since <= begun]
        for task in late:
            self._late.add(task)
            task.cancel()
        return len(late)
