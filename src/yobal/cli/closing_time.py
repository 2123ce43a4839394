"""Reads the time at which a story closes, for `yobal story set --closes`."""

from datetime import UTC, datetime
from typing import Final, Literal

from yobal.core.errors import InvalidInput
from yobal.core.schedule import DAY_SECONDS, Schedule, Slot, slot_from

NEVER: Final = "never"
_YEARS_MAX: Final = 10
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TAKES: Final = (
    "--closes takes a date and a time in the site's time zone, such as 2026-12-01T18:00, or never"
)


def parse(text: str, schedule: Schedule, *, now: float) -> Slot | Literal["never"]:
    """The first slot at or after a time: nothing that readers see changes between slots.

    Raises InvalidInput.
    """
    if text == NEVER:
        return NEVER
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{_TAKES}: not {text}") from None
    if len(text) <= len("2026-12-01"):
        raise InvalidInput(f"{_TAKES}: {text} has no time")
    seconds = _seconds(moment if moment.tzinfo else moment.replace(tzinfo=schedule.zone))
    if seconds <= now:
        raise InvalidInput(f"{text} is past: `yobal story close` closes a story now")
    if seconds > now + _YEARS_MAX * 366 * DAY_SECONDS:
        raise InvalidInput(f"{text} is more than {_YEARS_MAX} years away: use never")
    return slot_from(schedule, seconds)


def _seconds(moment: datetime) -> float:
    """Since 1970. Unlike `timestamp()`, for every year."""
    return (moment - _EPOCH).total_seconds()


def show(slot: Slot, schedule: Schedule) -> str:
    """As it is typed: in the site's time zone, without its offset."""
    return datetime.fromtimestamp(slot, schedule.zone).strftime("%Y-%m-%dT%H:%M")


def show_with_offset(slot: Slot | None, schedule: Schedule) -> str | None:
    """For programs."""
    return None if slot is None else datetime.fromtimestamp(slot, schedule.zone).isoformat()
