"""The sentences that more than one attack ends with."""

from collections.abc import Sequence
from typing import Final

from yobal.doctor.finding import Finding, fail

_SHOWN_MAX: Final = 3
_UNITS: Final = ((3_600, "hour"), (60, "minute"), (1, "second"))
_DEFECT: Final = (
    "No setting causes this, so it is a defect of Yobal: please report it (SECURITY.md)"
)


def learned_nothing(check: str, details: str) -> Finding:
    return Finding(check, "ok", f"an observer learned nothing. {details}")


def learned(check: str, observations: Sequence[str]) -> Finding:
    """What no setting permits."""
    more = len(observations) - _SHOWN_MAX
    shown = "; ".join(observations[:_SHOWN_MAX]) + (f"; and {more} more" if more > 0 else "")
    return fail(check, f"an observer learned that {shown}. {_DEFECT}")


def duration(seconds: int) -> str:
    """In the largest unit that divides it: `6 hours`, `90 minutes`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    number = seconds // size
    return f"{number:,} {unit}" + ("" if number == 1 else "s")
