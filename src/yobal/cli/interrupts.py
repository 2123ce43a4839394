"""Where a command must not be stopped by Ctrl-C, and what it says after one."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from yobal.cli import terminal

STOPPED: Final = 130  # what shells report after Ctrl-C


@contextmanager
def ignoring_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for some seconds, where half of the work would be of no use, or a danger."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


@contextmanager
def explaining_interrupts(state: str) -> Iterator[None]:
    """After Ctrl-C, say in which state the command leaves its work, and exit."""
    try:
        yield
    except KeyboardInterrupt:
        terminal.show(f"stopped: {state}", err=True)
        sys.exit(STOPPED)
