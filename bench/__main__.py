"""Measure and print one table. `--strict` makes a missed bar an error, `--short` only looks if it runs."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench import memory, opening, page_size, queue_size, static, submissions, thread_size
from bench.interleave import SHORT, Pace
from bench.result import Row, table

MEASURES: Final[dict[str, Callable[[Pace, Path], list[Row]]]] = {
    "static": static.measure,
    "submissions": submissions.measure,
    "release": thread_size.measure,
    "queue": queue_size.measure,
    "opening": opening.measure,
    "weight": page_size.measure,
    "memory": memory.measure,
}


def main() -> int:
    given = _arguments()
    rows: list[Row] = []
    for name in given.only or MEASURES:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="yobal-bench-") as folder:
            rows += MEASURES[name](SHORT if given.short else Pace(), Path(folder))
    print(table(rows))
    is_missed = any(row.figure is not None and not row.is_met for row in rows)
    return 1 if given.strict and is_missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="one of them; again for more"
    )
    parser.add_argument(
        "--short", action="store_true", help="less of everything: figures mean little"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 where a bar is missed")
    return parser.parse_args()


sys.exit(main())
