"""Reads the times of other systems. A time without a zone is never taken for UTC unless its format says so."""

from datetime import UTC, datetime, tzinfo
from typing import Final

_MILLISECONDS_FROM: Final = 100_000_000_000  # as seconds, this would be the year 5138


def parse(text: str, zone: tzinfo = UTC) -> float | None:
    """ISO 8601, also with a space; or seconds since 1970. `zone` is for a time that names none. None if it is no time."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return _parse_iso(text, zone)
    seconds = number / 1_000 if number > _MILLISECONDS_FROM else number
    return seconds if 0 < seconds < _MILLISECONDS_FROM else None


def _parse_iso(text: str, zone: tzinfo) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return None
