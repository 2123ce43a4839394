"""Shows how far a long command is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

# Gets the part that is done, 0 to 1, or None if that is not known; and what was done.
Show = Callable[[float | None, str], None]
# Gets how many are done, and of how many; 0 if that is not known.
ShowCount = Callable[[int, int], None]
LINE_SECONDS: Final = 10.0
_FIRST_LINE_SECONDS: Final = 2.0
_COUNT_SECONDS: Final = 0.1  # between two counts: to show each takes longer than some steps


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

        def show(done: float | None, text: str) -> None:
            total = 1.0 if done is not None else None
            # The next step: its pace is another.
            if total != bar.tasks[0].total or (done or 0.0) < bar.tasks[0].completed:
                bar.reset(task, total=total)
            bar.update(task, completed=done, total=total, description=text)

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
    started = shown = 0.0

    def show_count(done: int, total: int) -> None:
        nonlocal started, shown
        now = time.monotonic()
        started = started or now
        if 0 < done != total and now < shown + _COUNT_SECONDS:
            return
        shown = now
        seconds = max(now - started, 0.001)
        part = done / total if total else None
        show(part, f"{done:,} {what}, {done / seconds:,.0f} a second")

    return show_count


class _Lines:
    """For a file or a journal."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._next = self._started + _FIRST_LINE_SECONDS
        self._done = 0.0

    def show(self, done: float | None, text: str) -> None:
        now = time.monotonic()
        if done is None or done < self._done:  # the next step: its pace is another
            self._started = now
        self._done = 1.0 if done is None else done
        if now < self._next:
            return
        self._next = now + LINE_SECONDS
        if done is None:
            print(text, file=sys.stderr, flush=True)
            return
        left_text = ""
        if 0 < done < 1:
            seconds = (now - self._started) * (1 - done) / done
            left_text = f", about {_duration(seconds)} to go"
        print(f"{done:.0%}, {text}{left_text}", file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
