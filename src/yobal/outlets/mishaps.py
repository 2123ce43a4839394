"""Tell the operator that something failed and where; never with what was in hand at the time.

A traceback's message may repeat a reader's words, so only the error's class and places are told.
"""

import sys
import traceback
from pathlib import Path


def report(error: BaseException) -> None:
    """One line on standard error: class, and the innermost places inside Yobal."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "yobal" in frame.filename] or list(frames)
    places = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(own[-3:])
    )
    print(f"yobal: {type(error).__name__} at {places}", file=sys.stderr, flush=True)
