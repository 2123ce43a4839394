"""Whether the clock can be right: slots, days and the end of every receipt depend on it."""

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from yobal.actions import clock_guard
from yobal.core import clock_check as core_clock
from yobal.doctor.finding import Finding, look, mend, well, well_if
from yobal.server.settings import Settings
from yobal.store import diagnostics, stories
from yobal.store.database import Database

LATE_SECONDS: Final = (
    60  # between writing a file and looking at it a clock may be put back a little
)
_UNKEPT: Final = 5  # TIME_ERROR of adjtimex(2): nothing keeps the clock


class Timex(ctypes.Structure):
    """`struct timex`: with no modes set, the kernel only answers."""

    _fields_ = (("modes", ctypes.c_uint), ("rest", ctypes.c_long * 64))


def examine(settings: Settings, *, clock: Callable[[], float]) -> list[Finding]:
    now = clock()
    if core_clock.is_unset(now):
        return [mend("clock", "it shows a time before this version was made: set it")]
    return [*_newest_file(settings, now), *_last_release(settings, now), kept()]


def _newest_file(settings: Settings, now: float) -> Iterator[Finding]:
    newest = max(_written(settings), key=lambda path: path.stat().st_mtime, default=None)
    if newest is not None:
        is_past = newest.stat().st_mtime <= now + LATE_SECONDS
        advice = f"{newest} was written later than now: the clock was wrong then, or is now; set it"
        yield well_if(is_past, "clock and newest file agree", advice)


def _written(settings: Settings) -> Iterator[Path]:
    """What is written when it happens: public files carry their slot's time instead."""
    file = diagnostics.sqlite_file(settings.database_url)
    if file is not None:
        yield from (one for one in (file, file.with_name(file.name + "-wal")) if one.exists())
    yield from settings.secrets_dir.rglob("*")


def _last_release(settings: Settings, now: float) -> Iterator[Finding]:
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            site = stories.get_site(conn)
            clock_problem = (
                clock_guard.clock_problem(conn, site.id, now=now) if site is not None else None
            )
    finally:
        database.close()
    if site is not None:
        advice = f"{clock_problem}. Until then nothing is released"
        yield well_if(clock_problem is None, "clock and last release agree", advice)


def kept(adjtimex: Callable[[Any], int] | None = None) -> Finding:
    """What the kernel knows: whether something (chrony, systemd-timesyncd, …) keeps its clock."""
    what = "something keeps the clock right"
    try:
        state = (adjtimex or ctypes.CDLL(None).adjtimex)(ctypes.byref(Timex()))
    except AttributeError:
        state = -1
    if state < 0:
        return look(what, "this system does not say; see to it that it does")
    if state == _UNKEPT:
        return look(what, "the kernel knows of nothing that does: install chrony, or ask the host")
    return well(what)
