"""What the desk's process does by itself: move the inbox, withdraw, release, write files, purge, rotate keys.

`maintenance_thread.py` repeats it; `yobal release` does it once. The release lock keeps the two apart.
"""

import contextlib
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from yobal.actions import (
    clock_guard,
    destroy_epochs,
    destroy_hidden,
    destroy_unopenable,
    expire,
    follow_canary,
    mark_all_stale,
    missing_cells,
    move_inbox,
    process_withdrawals,
    publish_import,
    purge_deleted,
    redate_future_rows,
    release,
    return_held,
    session_lock,
    write_public_files,
)
from yobal.actions.release import Released
from yobal.adapters.purge_list import PurgeList
from yobal.core import canary, clock_check
from yobal.core.errors import (
    ClockNotTrusted,
    DatabaseUnavailable,
    PublicFilesUnavailable,
    PurgeListNotWritten,
)
from yobal.core.schedule import last_round, last_slot
from yobal.server.rebuild import write_assets
from yobal.server.wiring import Components
from yobal.store import intake, sites
from yobal.store import purged as purged_rows
from yobal.store.database import Connection
from yobal.store.locks import release_lock

IMPORT_TURNS_MAX: Final = 10  # per pass: 10,000 comments of an import
WRITING_TURNS_MAX: Final = 10  # per pass, so that a withdrawal never waits for a whole archive
PURGE_SECONDS: Final = 2  # per pass; a purge that a long reader blocks is repeated by the next one


class PassResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one pass released, and what it could not do; the next pass tries again."""

    released: Released | None
    unreadable_count: int  # entries of the inbox that were dropped
    clock_problem: str | None  # nothing was released, expired or destroyed, and why
    files_problem: PublicFilesUnavailable | None  # some public files are still stale
    purge_problem: DatabaseUnavailable | None  # deleted text may still be in the database's files
    inbox_problem: DatabaseUnavailable | None  # an inbox is not moved, or not destroyed, yet
    purge_list_problem: PurgeListNotWritten | None  # a restore would bring back what went since


def run_once(components: Components, *, now: float, is_clock_trusted: bool = False) -> PassResult:
    """One pass. It may end at any point: whatever is left undone is recorded in the database.

    Withdrawals, files and the purge need no clock. A round that fails stops no withdrawal, and none of
    files, keys and purge waits for another of them. Raises DatabaseUnavailable.
    """
    database, rules, random = components.database, components.rules, secrets.token_bytes
    released: Released | None = None
    unreadable_count = 0
    round_problem: DatabaseUnavailable | None = None
    purge_list_problem: PurgeListNotWritten | None = None
    session_lock.forget_device_keys(database, components.device_keys, rules.site_id, now=now)
    try:
        with release_lock(database):
            with database.reading() as conn:
                clock_problem = None if is_clock_trusted else _clock_problem(conn, components, now)
                is_round_due = clock_problem is None and _has_round_come(conn, components, now)
                is_due = clock_problem is None and _has_slot_come(conn, components, now)
            if is_round_due:
                unreadable_count, round_problem = _move_inbox(components, now)
                destroy_unopenable.destroy_unopenable(
                    database, rules, components.roster_reader, now=now, random=random
                )
            inbox_problem = _destroy_moved(components) or round_problem
            process_withdrawals.collect(
                database, components.inbox, rules, with_release=is_due, random=random
            )
            process_withdrawals.process(database, rules, with_release=is_due, random=random)
            if is_due:
                missing_cells.requeue_held(
                    database, components.cell_file, rules, now=now, random=random
                )
                return_held.return_held(
                    database, rules, components.roster_reader, now=now, random=random
                )
                destroy_hidden.destroy_due(
                    database, rules, until=last_slot(rules.schedule, now), random=random
                )
                released = release.release(
                    database,
                    components.cell_file,
                    rules,
                    now=now,
                    random=random,
                    roster_reader=components.roster_reader,
                )
                expire.expire(database, components.keyring, rules, now=now, random=random)
                destroy_epochs.destroy_emptied(database, rules, now=now, random=random)
                purge_list_problem = _write_purge_list(components)
            _follow_canary(components, released=released)
        publish_import.publish_due(
            database,
            rules,
            components.roster_reader,
            moves_file=components.moves_file,
            turns_max=IMPORT_TURNS_MAX,
            with_stopped=released is not None,
        )
        files_problem = _write_stale_files(components)
        if clock_problem is None:
            _rotate_keys(components, now)
    finally:
        purge_problem = _purge(components)
    return PassResult(
        released=released,
        unreadable_count=unreadable_count,
        clock_problem=clock_problem,
        files_problem=files_problem,
        purge_problem=purge_problem,
        inbox_problem=inbox_problem,
        purge_list_problem=purge_list_problem,
    )


def trust_clock(components: Components, *, now: float) -> PassResult:
    """One pass by a clock that the technician vouches for; dates that a fast clock left are corrected."""
    with release_lock(components.database):
        with components.database.reading() as conn:
            released_slot = sites.released_slot(conn, components.rules.site_id)
        if released_slot > now:
            _redate_canary(
                components, now
            )  # first, because afterwards nothing shows that it is due
            mark_all_stale.mark_site_stale(components.database, components.rules)
            redate_future_rows.redate(
                components.database,
                components.keyring,
                components.rules,
                now=now,
                random=secrets.token_bytes,
            )
    return run_once(components, now=now, is_clock_trusted=True)


def _redate_canary(components: Components, now: float) -> None:
    """The caller holds the release lock. A file that is not there stays so."""
    before = components.canary_file.read()
    after = canary.redate(before, components.rules.schedule, now)
    if after != before:
        components.canary_file.write(after)


def rotate_keys_only(components: Components, *, now: float) -> None:
    """The only maintenance of an intake that runs in its own process. Raises ClockNotTrusted."""
    with components.database.reading() as conn:
        site = intake.get_site(conn)
    clock_problem = (
        clock_check.clock_problem(now, released=site.released_slot) if site is not None else None
    )
    if clock_problem is not None and not components.is_demo:
        raise ClockNotTrusted(clock_problem)
    _rotate_keys(components, now)


def prepare_files(components: Components) -> None:
    """Called once at startup, before the first pass. Raises PublicFilesUnavailable."""
    with release_lock(components.database):
        components.file_writer.public_files.remove_unfinished()
    _mark_stale_if_config_changed(components)
    write_assets(components)


def prepare_cells(components: Components, *, now: float) -> None:
    """Called once at startup, before the first pass. Raises DatabaseUnavailable and RosterInvalid.

    What cannot be decrypted after a restore goes back to the queue, or is lost; cells that a crash left
    are overwritten. Not while the roster is not the one that `secrets/` names: this may be another
    database, which needs none of these cells.
    """
    with components.database.reading() as conn:
        components.roster_reader.read(conn)
    with release_lock(components.database):
        missing_cells.requeue_and_mark_lost(
            components.database,
            components.cell_file,
            components.rules,
            now=now,
            random=secrets.token_bytes,
        )
    purge_deleted.sweep(components.database, components.cell_file)


def _clock_problem(conn: Connection, components: Components, now: float) -> str | None:
    return clock_guard.clock_problem(conn, components.rules.site_id, now=now)


def _has_slot_come(conn: Connection, components: Components, now: float) -> bool:
    released_slot = sites.released_slot(conn, components.rules.site_id)
    return released_slot < last_slot(components.rules.schedule, now)


def _has_round_come(conn: Connection, components: Components, now: float) -> bool:
    last = sites.last_round(conn, components.rules.site_id)
    return last < last_round(components.rules.schedule, now)


def _move_inbox(components: Components, now: float) -> tuple[int, DatabaseUnavailable | None]:
    """How many entries were dropped, or why nothing was moved; the next pass tries again."""
    try:
        moved = move_inbox.move(
            components.database,
            components.inbox,
            components.cell_file,
            components.rules,
            arrival_round=last_round(components.rules.schedule, now),
            random=secrets.token_bytes,
            canary_mark=_canary_mark(components),
        )
    except DatabaseUnavailable as error:
        return 0, error
    return moved.unreadable_count, None


def _destroy_moved(components: Components) -> DatabaseUnavailable | None:
    """Why an inbox that was moved still exists; the next pass tries again."""
    try:
        move_inbox.destroy_moved(
            components.database,
            components.inbox,
            components.cell_file,
            components.rules,
            random=secrets.token_bytes,
            canary_mark=_canary_mark(components),
        )
    except DatabaseUnavailable as error:
        return error
    return None


def _canary_mark(components: Components) -> bytes | None:
    state = components.canary_file.read()
    return bytes.fromhex(state.mark) if state.stage == "sent" else None


def _follow_canary(components: Components, *, released: Released | None) -> None:
    """Other checks report a full disk; the next pass goes on where this one could not write."""
    before = components.canary_file.read()
    after = follow_canary.follow(
        components.database,
        components.inbox,
        components.cell_file,
        components.rules,
        before,
        released=released.slot if released is not None else None,
    )
    if after != before:
        with contextlib.suppress(OSError):
            components.canary_file.write(after)


def _write_stale_files(components: Components) -> PublicFilesUnavailable | None:
    """Why files are still stale: a full disk must not stop the purge or the keys' rotation."""
    try:
        write_public_files.write_stale(components.file_writer, turns_max=WRITING_TURNS_MAX)
    except PublicFilesUnavailable as error:
        return error
    return None


def _write_purge_list(components: Components) -> PurgeListNotWritten | None:
    """Why it could not be written; the next release tries again."""
    settings = components.settings
    if not settings.purge_list_dir:
        return None
    with components.database.reading() as conn:
        purged = purged_rows.list_all(conn, settings.site_id)
    try:
        PurgeList(Path(settings.purge_list_dir), settings.site_id).write(purged)
        components.roster_pin.write_copy()
    except OSError as error:
        return PurgeListNotWritten(f"purge_list_dir: {error.strerror}")
    return None


def _purge(components: Components) -> DatabaseUnavailable | None:
    """Why deleted text may still be in the database's files; the next pass repeats the purge."""
    try:
        purge_deleted.purge_deleted(
            components.database,
            components.cell_file,
            components.rules.site_id,
            seconds=PURGE_SECONDS,
        )
    except DatabaseUnavailable as error:
        return error
    return None


def _mark_stale_if_config_changed(components: Components) -> None:
    """Pages state settings (schedule, limits, days), so other settings or another version make them stale.

    The fingerprint is stored last, so that a crash in between marks them again.
    """
    site_id, fingerprint = components.rules.site_id, components.page_renderer.fingerprint
    with components.database.reading() as conn:
        if sites.rendering_fingerprint(conn, site_id) == fingerprint:
            return
    with release_lock(components.database):
        mark_all_stale.mark_site_stale(components.database, components.rules)
    with components.database.writing() as conn:
        sites.set_rendering_fingerprint(conn, site_id, fingerprint)


def _rotate_keys(components: Components, now: float) -> None:
    today = datetime.fromtimestamp(now, UTC).date()
    components.keyring.prepare(today)
    components.keyring.destroy_old(today)
