"""Gives every response to a form one duration: how long the work took would show what others do.

The first form in a second loads the status of its thread, and comments that arrive together wait for one
commit. Someone who measured the difference would see when somebody else sends a form, and a moderator decides.
"""

import asyncio
import math
import time
from typing import Final

# Longer than a form takes on a slow disk, and shorter than a reader notices.
SECONDS_MIN: Final = 0.1
STEP_SECONDS: Final = 0.05


class ResponseTime:
    """Holds responses back, without occupying anything but memory. With `is_equal` false it does not."""

    def __init__(self, *, is_equal: bool = True) -> None:
        self._is_equal = is_equal

    async def wait(self, received_at: float) -> None:
        """Until 100 ms after `time.monotonic()` said this, or 150 if that has passed, and so on."""
        if self._is_equal:
            elapsed = time.monotonic() - received_at
            await asyncio.sleep(duration(elapsed) - elapsed)


def duration(elapsed_seconds: float) -> float:
    """How long a response takes whose work took this long."""
    return max(SECONDS_MIN, math.ceil(elapsed_seconds / STEP_SECONDS) * STEP_SECONDS)
