"""How many comments a second a command writes to public files, in two editions, with every core."""

import os
import time
from pathlib import Path
from typing import Final

from bench import newsroom, seed
from bench.interleave import Pace
from bench.newsroom import SeededNewsroom
from bench.result import Row
from yobal.actions import mark_all_stale
from yobal.server.rebuild import write_all_stale
from yobal.store.tables import stale_files

LIMIT_PER_SECOND: Final = 8_000.0
LIMIT_WITH_SINGLE_PER_SECOND: Final = 2_000.0
ROUNDS: Final = 3
_SINGLE_PART: Final = 5  # the pages of single comments take this many times as long


def measure(pace: Pace, folder: Path) -> list[Row]:
    """The worst of three: without the pages of single comments, and with them."""
    comments = min(pace.comments, 50_000)
    seeded = newsroom.seed(folder / "threads")
    seed.add_published(seeded, comments)
    without = [_write(seeded, with_single=False) for _ in range(ROUNDS)]
    few = newsroom.seed(folder / "single")
    seed.add_published(few, comments // _SINGLE_PART)
    with_single = [_write(few, with_single=True) for _ in range(ROUNDS)]
    return [
        _row("without the pages of single comments", comments, without, LIMIT_PER_SECOND),
        _row("with them", comments // _SINGLE_PART, with_single, LIMIT_WITH_SINGLE_PER_SECOND),
    ]


def _row(name: str, comments: int, seconds: list[float], limit: float) -> Row:
    per_second = [comments / item for item in seconds]
    return Row(
        name=f"{comments:,} comments written, {name}",
        figure=min(per_second) / limit,
        sense="at least",
        limit=1.0,
        note=f"{', '.join(f'{figure:,.0f}' for figure in per_second)}/s, of {limit:,.0f}; load"
        f" {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    )


def _write(seeded: SeededNewsroom, *, with_single: bool) -> float:
    components = seeded.components
    mark_all_stale.mark_site_stale(components.database, components.rules)
    if not with_single:
        is_comment = stale_files.c.file_kind == "comment"
        with components.database.writing() as conn:
            conn.execute(stale_files.delete().where(is_comment))
    started = time.perf_counter()
    write_all_stale(components)
    return time.perf_counter() - started
