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
from yobal.core.errors import ClockNotTrusted, YobalError
from yobal.core.schedule import Slot, last_slot
from yobal.server.wiring import Components, read_built_asset
from yobal.store import stories
from yobal.store.locks import release_lock

WRITING_TURNS_MAX: Final = 10  # at one look: whoever wishes something does not wait for an archive
PURGE_SECONDS: Final = 2  # … nor for a reader of old pages: the next look tries again


def run_once(
    components: Components, *, now: float, is_clock_trusted: bool = False
) -> Released | None:
    """One look: wishes, the release if a slot has come, files, purge, keys.

    Raises ClockNotTrusted where the clock cannot be believed and nobody said that it is right: then
    nothing was released or destroyed, but wishes were carried out. Raises PublicFilesUnavailable.
    """
    with release_lock(components.database):
        released_slot, clock_problem = _check_clock(
            components, now, is_clock_trusted=is_clock_trusted
        )
        is_due = clock_problem is None and released_slot < last_slot(components.rules.schedule, now)
        with _owing_a_purge(components):
            went = process_withdrawals.process(
                components.database, components.rules, with_release=is_due
            )
            released = _release(components, now) if is_due else None
    _write_and_purge(components, is_changed=bool(went) or is_due)
    if clock_problem is not None:
        raise ClockNotTrusted(clock_problem)
    _rotate_keys(components, now)
    return released


def catch_up(components: Components, *, now: float) -> None:
    """At the start: what a crash left undone, and what this version or these settings draw anew."""
    prepare_files(components)
    run_once(components, now=now)


def prepare_files(components: Components) -> None:
    """The folder as this start wants it. Raises PublicFilesUnavailable."""
    # A crash may have come between a withdrawal and its purge.
    components.database.is_purge_pending = True
    with release_lock(components.database):
        components.file_writer.bucket.sweep()
    _mark_stale_if_config_changed(components)
    write_assets(components)


def rebuild_all(components: Components) -> int:
    """Every file again from the store, and nothing else in the folder; how many there are then.

    What lay there before and was not written again, by us or by a running desk, belongs to nothing.
    """
    bucket = components.file_writer.bucket
    before = bucket.states()
    mark_all_stale.mark_site_stale(components.database, components.rules)
    write_assets(components)
    write_public_files.write_stale(components.file_writer)
    with release_lock(components.database):
        left = bucket.states().items()
        bucket.remove(key for key, state in left if before.get(key) == state)
    return len(bucket.keys())


def trust_clock(components: Components, *, now: float) -> Released | None:
    """Somebody says that the clock is right: mend what a wrong one has dated, then release."""
    with release_lock(components.database):
        with components.database.reading() as conn:
            released = stories.released_slot(conn, components.rules.site_id)
        if released > now:
            mark_all_stale.mark_site_stale(components.database, components.rules)
            redate_future_rows.redate(
                components.database, components.keyring, components.rules, now=now
            )
    return run_once(components, now=now, is_clock_trusted=True)


def rotate_keys_only(components: Components, *, now: float) -> None:
    """What an intake that runs apart does on its own. Raises ClockNotTrusted."""
    with components.database.reading() as conn:
        site = stories.site_from_view(conn)
    clock_problem = (
        clock_check.clock_problem(now, released=site.released_slot) if site is not None else None
    )
    if clock_problem is not None and not components.is_demo:
        raise ClockNotTrusted(clock_problem)
    _rotate_keys(components, now)


def write_assets(components: Components) -> None:
    """The stylesheet, the icon, the terms. Raises PublicFilesUnavailable."""
    write_public_files.write_assets(
        components.file_writer,
        style=read_built_asset("comments.css"),
        icon=read_built_asset("icon.svg"),
    )


def _check_clock(
    components: Components, now: float, *, is_clock_trusted: bool
) -> tuple[Slot, str | None]:
    """The last slot that was released, and why the clock is not believed."""
    site_id = components.rules.site_id
    with components.database.reading() as conn:
        clock_problem = (
            None if is_clock_trusted else clock_guard.clock_problem(conn, site_id, now=now)
        )
        return stories.released_slot(conn, site_id), clock_problem


def _release(components: Components, now: float) -> Released | None:
    released = release.release(components.database, components.rules, now=now)
    expire.expire(components.database, components.keyring, components.rules, now=now)
    return released


def _write_and_purge(components: Components, *, is_changed: bool) -> None:
    """The purge comes whether or not files can be written: a full disk is no reason to keep words."""
    is_purging = is_changed or components.database.is_purge_pending
    try:
        with _owing_a_purge(components):
            written = write_public_files.write_stale(
                components.file_writer, turns_max=WRITING_TURNS_MAX
            )
        # A moderator's act that a crash kept from writing its files was not purged either.
        is_purging = is_purging or written > 0
    except YobalError:
        is_purging = True
        raise
    finally:
        if is_purging:
            components.database.purge(seconds=PURGE_SECONDS)


@contextmanager
def _owing_a_purge(components: Components) -> Iterator[None]:
    """What ends in the middle may have deleted words already: the next look purges."""
    try:
        yield
    except YobalError:
        components.database.is_purge_pending = True
        raise


def _mark_stale_if_config_changed(components: Components) -> None:
    """Note all pages where settings or version are others than they were drawn with: they promise
    a schedule, limits and days. Noted first, so that a crash between the two notes them again."""
    site_id, fingerprint = components.rules.site_id, components.pages.fingerprint
    with components.database.reading() as conn:
        if stories.rendering_fingerprint(conn, site_id) == fingerprint:
            return
    mark_all_stale.mark_site_stale(components.database, components.rules)
    with components.database.writing() as conn:
        stories.set_rendering_fingerprint(conn, site_id=site_id, mark=fingerprint)


def _rotate_keys(components: Components, now: float) -> None:
    today = datetime.fromtimestamp(now, UTC).date()
    components.keyring.prepare(today)
    components.keyring.destroy_old(today)
