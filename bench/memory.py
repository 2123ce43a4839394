"""Memory of all processes of `yobal serve`: idle, and after 20,000 submissions."""

import time
from pathlib import Path
from typing import Final

from bench import newsroom, serving, submissions
from bench.interleave import Pace
from bench.result import Row

WARM: Final = 300  # submissions before "idle" is read for growth: code and caches are loaded then
SETTLE_SECONDS: Final = 2
KIB: Final = 1_024
CHUNK_SECONDS: Final = 10


def measure(pace: Pace, folder: Path) -> list[Row]:
    """PSS: what is shared counts by its share."""
    seeded = newsroom.seed(folder / "memory")
    with serving.yobal(seeded) as process:
        time.sleep(SETTLE_SECONDS)
        idle = pss_bytes(process.pid)
        while submissions.waiting(seeded) < WARM:
            submissions.send(seeded, seconds=0.5, folder=folder)
        time.sleep(SETTLE_SECONDS)
        before, began = pss_bytes(process.pid), submissions.waiting(seeded)
        while submissions.waiting(seeded) - began < pace.submissions:
            submissions.send(seeded, seconds=CHUNK_SECONDS, folder=folder)
        sent = submissions.waiting(seeded) - began
        time.sleep(SETTLE_SECONDS)
        after = pss_bytes(process.pid)
    grown = 100 * (after - before) / before
    note = f"{before / 1e6:.1f} MB after {WARM} or more, {after / 1e6:.1f} MB after {sent:,} more"
    return [
        Row(name="memory, idle", figure=idle / 1e6, unit="MB", sense="at most", bar=150),
        Row(name="memory, growth", figure=grown, unit="%", sense="at most", bar=10, note=note),
    ]


def pss_bytes(pid: int) -> int:
    """Of a process and all below it."""
    return sum(_pss_of(one) for one in _family(pid))


def _pss_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    line = next(one for one in lines if one.startswith("Pss:"))
    return int(line.split()[1]) * KIB


def _family(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    below = [int(child) for task in tasks for child in task.read_text().split()]
    return [pid, *(one for child in below for one in _family(child))]
