"""Report to the technician what failed and where, and never the data that was involved.

The message of an error may repeat a reader's words, so only the error's class and its places in the
code are printed. A line in a log has a time, so errors of readers' requests wait for the next slot.
"""

import sys
import threading
import traceback
from collections import Counter
from pathlib import Path

from yobal.core.errors import YobalError

PACKAGE = Path(__file__).parents[1]  # not the libraries, which may be below a folder of its name

_counts: Counter[str] = (
    Counter()
)  # since the last slot: how often each error happened at each place
_lock = threading.Lock()


def report(error: BaseException) -> None:
    """Print one line on standard error at once. Only for errors that no reader has caused."""
    _print(_describe(error))


def report_once(error: BaseException) -> None:
    """Report an error the first time after a slot; after that, only count it."""
    if _count(error) == 1:
        report(error)


def count(error: BaseException) -> None:
    """For errors of readers' requests: reported with the next slot, or when the server stops."""
    _count(error)


def flush() -> None:
    """A slot has passed: print roughly how often each error happened, and reset the counts."""
    with _lock:
        counts = dict(_counts)
        _counts.clear()
    for description, times in sorted(counts.items()):
        _print(f"{description}, fewer than {10 ** len(str(times))} times since the last slot")


def _count(error: BaseException) -> int:
    description = _describe(error)
    with _lock:
        _counts[description] += 1
        return _counts[description]


def _describe(error: BaseException) -> str:
    """The error's class, its message if that is our own, and its innermost places inside Yobal."""
    frames = traceback.extract_tb(error.__traceback__)
    own_frames = [frame for frame in frames if PACKAGE in Path(frame.filename).parents]
    places = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in reversed((own_frames or list(frames))[-3:])
    )
    name = type(error).__name__
    if isinstance(error, YobalError) and error.is_loggable and str(error):
        name += f" ({error})"
    return f"{name} at {places}" if places else name


def _print(line: str) -> None:
    print(f"yobal: {line}", file=sys.stderr, flush=True)
