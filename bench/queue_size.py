"""The first page of the queue: with 5,000 pending comments, compared with 500."""

import time
from pathlib import Path
from statistics import median
from typing import Final

from bench import newsroom, seed, serving
from bench.api import Api
from bench.interleave import Pace, interleave, medians, ratio
from bench.result import Row

MANY, FEW = 5_000, 500
REQUESTS: Final = 20  # in each round
PAGE: Final = 50


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Through the desk's HTTP interface, with a session."""
    long, short = newsroom.seed(folder / "long"), newsroom.seed(folder / "short")
    seed.add_pending(long, MANY)
    seed.add_pending(short, FEW)
    with serving.yobal(long, "desk"), serving.yobal(short, "desk"):
        apis = Api(long), Api(short)
        figures = interleave(pace.rounds, *(lambda api=api: _first_page(api) for api in apis))
    note = medians({f"{MANY:,} pending": figures[0], f"{FEW}": figures[1]}, "s")
    name = f"first queue page, {MANY:,} pending : {FEW} pending"
    return [Row(name=name, figure=ratio(*figures), sense="at most", limit=1.5, note=note)]


def _first_page(api: Api) -> float:
    """The median time of several requests, in seconds."""
    return median(_time_request(api) for _ in range(REQUESTS))


def _time_request(api: Api) -> float:
    started = time.perf_counter()
    page = api.ask("queue", {"cursor": None})
    took = time.perf_counter() - started
    if len(page["comments"]) != PAGE:
        raise ValueError(f"{len(page['comments'])} rows")
    return took
