"""The first page of the queue: of 5,000 waiting, beside 500."""

import time
from pathlib import Path
from statistics import median
from typing import Final

from bench import newsroom, seed, serving
from bench.api import Api
from bench.interleave import Pace, in_turns, ratio, spread
from bench.result import Row

MANY, FEW = 5_000, 500
ASKED: Final = 20  # times in a round
PAGE: Final = 50


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Through the desk's HTTP interface, with a session."""
    long, short = newsroom.seed(folder / "long"), newsroom.seed(folder / "short")
    seed.wait(long, MANY)
    seed.wait(short, FEW)
    with serving.yobal(long, "desk"), serving.yobal(short, "desk"):
        apis = Api(long), Api(short)
        figures = in_turns(pace.rounds, *(lambda api=api: _first_page(api) for api in apis))
    note = spread({f"{MANY:,} waiting": figures[0], f"{FEW}": figures[1]}, "s")
    name = f"first page of {MANY:,} waiting : of {FEW}"
    return [Row(name=name, figure=ratio(*figures), sense="at most", bar=1.5, note=note)]


def _first_page(api: Api) -> float:
    """The median of some, in seconds."""
    return median(_asked_once(api) for _ in range(ASKED))


def _asked_once(api: Api) -> float:
    started = time.perf_counter()
    answer = api.ask("/api/queue", {"after": None})
    took = time.perf_counter() - started
    if len(answer["rows"]) != PAGE:
        raise ValueError(f"{len(answer['rows'])} rows")
    return took
