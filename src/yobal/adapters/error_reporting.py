"""Tell the operator that something failed and where; never with what was in hand at the time.

A traceback's message may repeat a reader's words, so only the error's class and places are told. A
line in a log carries its second, so a reader's failure is told with the next slot and not before.
"""

import sys
import threading
import traceback
from collections import Counter
from pathlib import Path

_counts: Counter[str] = Counter()  # since the last slot: what failed where, and how often
_lock = threading.Lock()


def report(error: BaseException) -> None:
    """One line on standard error, at once: for what no reader has caused."""
    _print(_describe(error))


def report_once(error: BaseException) -> None:
    """At once the first time since the last slot; after that it is only counted."""
    if _count(error) == 1:
        report(error)


def count(error: BaseException) -> None:
    """For what a reader's request has met: told with the next slot, or when the server stops."""
    _count(error)


def flush() -> None:
    """A slot has passed: say of each kind and place how often about, and begin anew."""
    with _lock:
        counted = dict(_counts)
        _counts.clear()
    for named, times in sorted(counted.items()):
        _print(f"{named}, fewer than {10 ** len(str(times))} times since the last slot")


def _count(error: BaseException) -> int:
    with _lock:
        _counts[named := _describe(error)] += 1
        return _counts[named]


def _describe(error: BaseException) -> str:
    """The class, and the innermost places inside Yobal."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "yobal" in frame.filename] or list(frames)
    next_position = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(own[-3:])
    )
    return f"{type(error).__name__} at {next_position}"


def _print(line: str) -> None:
    print(f"yobal: {line}", file=sys.stderr, flush=True)
