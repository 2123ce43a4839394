"""Reads the times of other systems. A time without a zone is never taken for UTC unless its format says so."""

from datetime import UTC, datetime, tzinfo
from typing import Final

SECONDS_MAX: Final = 100_000_000_000  # the year 5138; a larger number counts milliseconds


def parse(text: str, zone: tzinfo = UTC) -> float | None:
    """ISO 8601, also with a space; or seconds since 1970. `zone` is for a time that names none. None if it is no time."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return _parse_iso(text, zone)
    return plausible(number / 1_000 if number > SECONDS_MAX else number)


def plausible(seconds: float) -> float | None:
    """None for a date that no calendar has, and for times before 1970, when there was no web to comment on."""
    return seconds if 0 < seconds < SECONDS_MAX else None


def _parse_iso(text: str, zone: tzinfo) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return plausible(moment.timestamp())
    except (ValueError, OverflowError):
        return None
