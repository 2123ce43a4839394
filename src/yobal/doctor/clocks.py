"""Whether the clock can be right: slots, days and the expiry of every receipt depend on it."""

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from yobal.actions import clock_guard
from yobal.core import clock_check
from yobal.doctor import file_status
from yobal.doctor.finding import Finding, fail, ok, ok_if, warn
from yobal.server.settings import Settings
from yobal.store import diagnostics, sites
from yobal.store.database import Database
from yobal.store.migrations import current_revision, newest_revision

# Between the time a file is written and this check, a clock may be set back by a little.
FILE_AGE_TOLERANCE_SECONDS: Final = 60
_TIME_ERROR: Final = 5  # adjtimex(2): the clock is not synchronised


class Timex(ctypes.Structure):
    """`struct timex`: with no modes set, the kernel changes nothing."""

    _fields_ = (("modes", ctypes.c_uint), ("rest", ctypes.c_long * 64))


def examine(settings: Settings, *, clock: Callable[[], float]) -> list[Finding]:
    now = clock()
    if clock_check.is_unset(now):
        return [fail("clock", "it shows a time before this version was made: set it")]
    return [
        *_newest_file(settings, now),
        *_last_release(settings, now),
        clock_is_synchronised(),
    ]


def _newest_file(settings: Settings, now: float) -> Iterator[Finding]:
    changed_at = {
        path: status.st_mtime
        for path in _files_with_true_times(settings)
        if (status := file_status.of(path)) is not None
    }
    if changed_at:
        newest = max(changed_at, key=lambda path: changed_at[path])
        is_past = changed_at[newest] <= now + FILE_AGE_TOLERANCE_SECONDS
        advice = f"{newest} was written later than now: the clock was wrong then, or is now; set it"
        yield ok_if(is_past, "clock and newest file agree", advice)


def _files_with_true_times(settings: Settings) -> Iterator[Path]:
    """Not the public files: they carry the time of their slot."""
    file = diagnostics.sqlite_file(settings.database_url)
    if file is not None:
        yield from (file, file.with_name(file.name + "-wal"))
    yield from file_status.all_below(settings.secrets_dir)


def _last_release(settings: Settings, now: float) -> Iterator[Finding]:
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            if current_revision(conn) != newest_revision():
                return  # its tables may be others; the check of the schema says what to do
            site = sites.get(conn)
            clock_problem = (
                clock_guard.clock_problem(conn, site.id, now=now) if site is not None else None
            )
    finally:
        database.close()
    if site is not None:
        advice = f"{clock_problem}. Until then nothing is released"
        yield ok_if(clock_problem is None, "clock and last release agree", advice)


def clock_is_synchronised(adjtimex: Callable[[Any], int] | None = None) -> Finding:
    """Asks the kernel whether a service (chrony, systemd-timesyncd, …) synchronises its clock."""
    check = "the clock is synchronised"
    try:
        state = (adjtimex or ctypes.CDLL(None).adjtimex)(ctypes.byref(Timex()))
    except AttributeError:
        state = -1
    if state < 0:
        return warn(check, "this system does not say; make sure that it is")
    if state == _TIME_ERROR:
        return warn(check, "the kernel says that it is not: install chrony, or ask the host")
    return ok(check)
