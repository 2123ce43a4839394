"""The memory of all processes of `yobal serve`, idle and after 20,000 submissions."""

import time
from pathlib import Path
from typing import Final

from bench import newsroom, serving, submissions
from bench.interleave import Pace
from bench.result import Row

WARM: Final = 300  # submissions before growth is measured, so that code and caches are loaded
SETTLE_SECONDS: Final = 2
KIB: Final = 1_024
CHUNK_SECONDS: Final = 10


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Proportional set size: shared memory counts by each process's share."""
    seeded = newsroom.seed(folder / "memory")
    with serving.yobal(seeded) as process:
        time.sleep(SETTLE_SECONDS)
        idle = pss_bytes(process.pid)
        while submissions.count_stored(seeded) < WARM:
            submissions.send(seeded, seconds=0.5, folder=folder)
        time.sleep(SETTLE_SECONDS)
        before, count_before = pss_bytes(process.pid), submissions.count_stored(seeded)
        while submissions.count_stored(seeded) - count_before < pace.submissions:
            submissions.send(seeded, seconds=CHUNK_SECONDS, folder=folder)
        sent = submissions.count_stored(seeded) - count_before
        time.sleep(SETTLE_SECONDS)
        after = pss_bytes(process.pid)
    growth_percent = 100 * (after - before) / before
    note = f"{before / 1e6:.1f} MB after at least {WARM} submissions, {after / 1e6:.1f} MB after {sent:,} more"
    return [
        Row(name="memory when idle", figure=idle / 1e6, unit="MB", sense="at most", limit=150),
        Row(
            name="memory growth",
            figure=growth_percent,
            unit="%",
            sense="at most",
            limit=10,
            note=note,
        ),
    ]


def pss_bytes(pid: int) -> int:
    """The PSS of a process and its descendants."""
    return sum(_pss_of(member) for member in _family(pid))


def _pss_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    line = next(line for line in lines if line.startswith("Pss:"))
    return int(line.split()[1]) * KIB


def _family(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    below = [int(child) for task in tasks for child in task.read_text().split()]
    return [pid, *(member for child in below for member in _family(child))]
