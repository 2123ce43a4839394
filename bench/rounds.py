"""A round of 5,000 comments, and how long the intake's writers wait while it runs."""

import sys
import threading
import time
from pathlib import Path
from statistics import median
from typing import Final

from bench import newsroom, seed
from bench.interleave import Pace
from bench.newsroom import SeededNewsroom
from bench.result import Row
from yobal.server.serve import SWITCH_SECONDS
from yobal.store.arrivals import Arrival
from yobal.store.inbox import Inbox

ROUND_SECONDS: Final = 1.0
WRITER_SECONDS: Final = 0.05
PAUSE_SECONDS: Final = 0.002


def measure(pace: Pace, folder: Path) -> list[Row]:
    """The whole round: switching, moving, destroying. One writer adds single comments meanwhile."""
    interval_seconds = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)  # the scheduler's thread and the writer share a process
    try:
        return _measure(pace, folder)
    finally:
        sys.setswitchinterval(interval_seconds)


def _measure(pace: Pace, folder: Path) -> list[Row]:
    seeded = newsroom.seed(folder / "rounds")
    comments = min(pace.comments, 5_000)
    seconds: list[float] = []
    waits: list[float] = []
    for _ in range(pace.rounds):
        seed.add_to_inbox(seeded, comments)
        extra = seed.sealed_comments(seeded, 500)
        taken, waited = _round(seeded, extra)
        seconds.append(taken)
        waits.append(waited)
    return [
        Row(
            name=f"round of {comments:,} comments",
            figure=median(seconds),
            sense="at most",
            limit=ROUND_SECONDS,
            unit="s",
        ),
        Row(
            name="longest wait of a writer during a round",
            figure=median(waits),
            sense="at most",
            limit=WRITER_SECONDS,
            unit="s",
        ),
    ]


def _round(seeded: SeededNewsroom, extra: list[Arrival]) -> tuple[float, float]:
    """Seconds of a round, and of the longest wait of a writer meanwhile."""
    is_over = threading.Event()
    waits: list[float] = []
    writer = threading.Thread(target=_write, args=(seeded.components.inbox, extra, is_over, waits))
    writer.start()
    started = time.perf_counter()
    seed.move_inbox_now(seeded)
    seconds = time.perf_counter() - started
    is_over.set()
    writer.join()
    return seconds, max(waits)


def _write(
    inbox: Inbox, extra: list[Arrival], is_over: threading.Event, waits: list[float]
) -> None:
    for arrival in extra:
        if is_over.is_set():
            return
        started = time.perf_counter()
        inbox.add([arrival])
        waits.append(time.perf_counter() - started)
        time.sleep(PAUSE_SECONDS)
