"""What the desk's side does on its own: carry out wishes, release at every slot, write files, purge.

The release lock keeps `yobal release` and a second desk apart. `tending.py` does it again and again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from yobal.actions import (
    clock_guard,
    expire,
    mark_all_stale,
    process_withdrawals,
    redate_future_rows,
    release,
    write_public_files,
)
from yobal.actions.release import Released
from yobal.core import clock_check
from yobal.core.errors import ClockDoubted, YobalError
from yobal.core.schedule import Slot, last_slot
from yobal.server.wiring import Newsroom, built
from yobal.store import stories
from yobal.store.locks import release_lock

WRITING_TURNS_MAX: Final = 10  # at one look: whoever wishes something does not wait for an archive
PURGE_SECONDS: Final = 2  # … nor for a reader of old pages: the next look tries again


def tend_once(newsroom: Newsroom, *, now: float, is_clock_right: bool = False) -> Released | None:
    """One look: wishes, the release if a slot has come, files, purge, keys.

    Raises ClockDoubted where the clock cannot be believed and nobody said that it is right: then
    nothing was released or destroyed, but wishes were carried out. Raises BucketUnavailable.
    """
    with release_lock(newsroom.database):
        released_slot, doubt = _look_at_clock(newsroom, now, is_clock_right=is_clock_right)
        is_due = doubt is None and released_slot < last_slot(newsroom.rules.schedule, now)
        with _owing_a_purge(newsroom):
            went = process_withdrawals.carry_out(
                newsroom.database, newsroom.rules, with_release=is_due
            )
            released = _release(newsroom, now) if is_due else None
    _write_and_purge(newsroom, is_changed=bool(went) or is_due)
    if doubt is not None:
        raise ClockDoubted(doubt)
    _change_keys(newsroom, now)
    return released


def catch_up(newsroom: Newsroom, *, now: float) -> None:
    """At the start: what a crash left undone, and what this version or these settings draw anew."""
    make_ready(newsroom)
    tend_once(newsroom, now=now)


def make_ready(newsroom: Newsroom) -> None:
    """The folder as this start wants it. Raises BucketUnavailable."""
    # A crash may have come between a withdrawal and its purge.
    newsroom.database.is_purge_owed = True
    with release_lock(newsroom.database):
        newsroom.press.bucket.sweep()
    _draw_anew(newsroom)
    write_assets(newsroom)


def rebuild_all(newsroom: Newsroom) -> int:
    """Every file again from the store, and nothing else in the folder; how many there are then.

    What lay there before and was not written again, by us or by a running desk, belongs to nothing.
    """
    bucket = newsroom.press.bucket
    before = bucket.states()
    mark_all_stale.touch_everything(newsroom.database, newsroom.rules)
    write_assets(newsroom)
    write_public_files.write_touched(newsroom.press)
    with release_lock(newsroom.database):
        left = bucket.states().items()
        bucket.remove(key for key, state in left if before.get(key) == state)
    return len(bucket.keys())


def set_clock_right(newsroom: Newsroom, *, now: float) -> Released | None:
    """Somebody says that the clock is right: mend what a wrong one has dated, then release."""
    with release_lock(newsroom.database):
        with newsroom.database.reading() as db:
            released = stories.released_slot(db, newsroom.rules.site)
        if released > now:
            mark_all_stale.touch_everything(newsroom.database, newsroom.rules)
            redate_future_rows.set_back(
                newsroom.database, newsroom.keyring, newsroom.rules, now=now
            )
    return tend_once(newsroom, now=now, is_clock_right=True)


def tend_keys(newsroom: Newsroom, *, now: float) -> None:
    """What an intake that runs apart does on its own. Raises ClockDoubted."""
    with newsroom.database.reading() as db:
        site = stories.seen_by_anybody(db)
    doubt = clock_check.doubt(now, released=site.released_slot) if site is not None else None
    if doubt is not None and not newsroom.is_demo:
        raise ClockDoubted(doubt)
    _change_keys(newsroom, now)


def write_assets(newsroom: Newsroom) -> None:
    """The stylesheet, the icon, the terms. Raises BucketUnavailable."""
    write_public_files.write_assets(
        newsroom.press, style=built("letters.css"), icon=built("icon.svg")
    )


def _look_at_clock(
    newsroom: Newsroom, now: float, *, is_clock_right: bool
) -> tuple[Slot, str | None]:
    """The last slot that was released, and why the clock is not believed."""
    site = newsroom.rules.site
    with newsroom.database.reading() as db:
        doubt = None if is_clock_right else clock_guard.doubt_clock(db, site, now=now)
        return stories.released_slot(db, site), doubt


def _release(newsroom: Newsroom, now: float) -> Released | None:
    released = release.release(newsroom.database, newsroom.rules, now=now)
    expire.expire(newsroom.database, newsroom.keyring, newsroom.rules, now=now)
    return released


def _write_and_purge(newsroom: Newsroom, *, is_changed: bool) -> None:
    """The purge comes whether or not files can be written: a full disk is no reason to keep words."""
    is_purging = is_changed or newsroom.database.is_purge_owed
    try:
        with _owing_a_purge(newsroom):
            written = write_public_files.write_touched(newsroom.press, turns_max=WRITING_TURNS_MAX)
        # A moderator's act that a crash kept from writing its files was not purged either.
        is_purging = is_purging or written > 0
    except YobalError:
        is_purging = True
        raise
    finally:
        if is_purging:
            newsroom.database.purge(seconds=PURGE_SECONDS)


@contextmanager
def _owing_a_purge(newsroom: Newsroom) -> Iterator[None]:
    """What ends in the middle may have deleted words already: the next look purges."""
    try:
        yield
    except YobalError:
        newsroom.database.is_purge_owed = True
        raise


def _draw_anew(newsroom: Newsroom) -> None:
    """Note all pages where settings or version are others than they were drawn with: they promise
    a schedule, limits and days. Noted first, so that a crash between the two notes them again."""
    site, mark = newsroom.rules.site, newsroom.pages.mark
    with newsroom.database.reading() as db:
        if stories.drawn_as(db, site) == mark:
            return
    mark_all_stale.touch_everything(newsroom.database, newsroom.rules)
    with newsroom.database.writing() as db:
        stories.set_drawn_as(db, site=site, mark=mark)


def _change_keys(newsroom: Newsroom, now: float) -> None:
    today = datetime.fromtimestamp(now, UTC).date()
    newsroom.keyring.make_ready(today)
    newsroom.keyring.destroy_old(today)
