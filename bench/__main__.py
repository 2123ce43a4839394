"""Run measurements and print one table of figures and limits."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench import (
    cells,
    decisions,
    embedded,
    importing,
    memory,
    opening,
    page_size,
    queue_size,
    rebuilding,
    removing,
    roster,
    rounds,
    signing_in,
    static,
    story_sync,
    submissions,
    thread_size,
)
from bench.interleave import SHORT, Pace
from bench.result import Row, table

MEASURES: Final[dict[str, Callable[[Pace, Path], list[Row]]]] = {
    "static": static.measure,
    "submissions": submissions.measure,
    "round": rounds.measure,
    "release": thread_size.measure,
    "cells": cells.measure,
    "decisions": decisions.measure,
    "roster": roster.measure,
    "removing": removing.measure,
    "queue": queue_size.measure,
    "opening": opening.measure,
    "signing-in": signing_in.measure,
    "page-size": page_size.measure,
    "embed": embedded.measure,
    "memory": memory.measure,
    "story-sync": story_sync.measure,
    "import": importing.measure,
    "rebuild": rebuilding.measure,
}


def main() -> int:
    arguments = _parse_arguments()
    rows: list[Row] = []
    for name in arguments.only or MEASURES:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="yobal-bench-") as folder:
            rows += MEASURES[name](SHORT if arguments.short else Pace(), Path(folder))
    print(table(rows))
    has_missed_limit = any(row.figure is not None and not row.is_met for row in rows)
    return 1 if arguments.strict and has_missed_limit else 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="one measurement; repeat for more"
    )
    parser.add_argument(
        "--short", action="store_true", help="small amounts, only to check that everything runs"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit with 1 if a figure misses its limit"
    )
    return parser.parse_args()


sys.exit(main())
