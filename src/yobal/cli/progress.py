"""Shows how far a long command is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

Show = Callable[[float, str], None]  # gets the part that is done, 0 to 1, and what was done
ShowCount = Callable[[int, int], None]  # gets how many are done, and of how many
LINE_SECONDS: Final = 10.0
_FIRST_LINE_SECONDS: Final = 2.0


@contextmanager
def showing() -> Iterator[Show]:
    """On standard error, so that it does not mix with what a program reads."""
    if not sys.stderr.isatty():
        yield _Lines().show
        return
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=1.0)

        def show(done: float, text: str) -> None:
            if done < bar.tasks[0].completed:  # the next step: its pace is another
                bar.reset(task, total=1.0)
            bar.update(task, completed=done, description=text)

        yield show


@contextmanager
def showing_count(what: str) -> Iterator[ShowCount]:
    """For a command that counts."""
    with showing() as show:
        yield _counting(what, show)


@contextmanager
def showing_counts(*whats: str) -> Iterator[list[ShowCount]]:
    """For a command that counts one thing after another."""
    with showing() as show:
        yield [_counting(what, show) for what in whats]


def _counting(what: str, show: Show) -> ShowCount:
    started = 0.0

    def show_count(done: int, total: int) -> None:
        nonlocal started
        started = started or time.monotonic()
        seconds = max(time.monotonic() - started, 0.001)
        show(done / max(total, 1), f"{done:,} {what}, {done / seconds:,.0f} a second")

    return show_count


class _Lines:
    """For a file or a journal."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._next = self._started + _FIRST_LINE_SECONDS
        self._done = 0.0

    def show(self, done: float, text: str) -> None:
        now = time.monotonic()
        if done < self._done:  # the next step: its pace is another
            self._started = now
        self._done = done
        if now < self._next:
            return
        self._next = now + LINE_SECONDS
        left_text = ""
        if 0 < done < 1:
            seconds = (now - self._started) * (1 - done) / done
            left_text = f", about {_duration(seconds)} to go"
        print(f"{done:.0%}, {text}{left_text}", file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
