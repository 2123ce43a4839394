"""Finds out whether Yobal can do its work: store comments, write public files, rotate keys.

`health_probe.py` asks regularly, and `yobal doctor` asks once. No request of a reader asks or is
looked at, so what is found says nothing about when a reader wrote.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.adapters import disk_reserve
from yobal.adapters.backup_folder import BackupFolder
from yobal.adapters.canary_file import CanaryFile
from yobal.core import canary, paths
from yobal.core.canary import Step
from yobal.core.errors import DatabaseUnavailable, RosterInvalid
from yobal.core.schedule import HOUR_SECONDS
from yobal.server.settings import Settings
from yobal.store import diagnostics, sqlite_inbox, stale_files, stories
from yobal.store.database import Database

# Twice the largest envelope: what a disk must still hold to store a comment.
ROOM_BYTES: Final = 64 * 1_024
_EXAMPLES_MAX: Final = 3


class HealthProblem(msgspec.Struct, frozen=True):
    """What Yobal cannot do, and why. The same problem is equal, however often it is found."""

    task: str  # completes "cannot …"
    reason: str


STORE_TASK: Final = "store comments"
ACCEPT_TASK: Final = "accept comments"
FILES_TASK: Final = "write public files"
KEYS_TASK: Final = "rotate its keys"
READ_TASK: Final = "show every public page"
ROSTER_TASK: Final = "verify the signed list of members and keys"


def storing_problems(database: Database) -> list[HealthProblem]:
    """Why the next comment could not be stored, without storing anything.

    A row that is written and deleted again would put a time beside readers' rows in the log of the
    database. So the disk is tested with a file that has no name, and the database with a
    transaction that changes nothing.
    """
    reasons: list[str] = []
    if database.is_sqlite:
        file = Path(database.url.database or "")
        reasons += _unwritable_database(file)
        reasons += _no_room(file.parent)
    try:
        diagnostics.check_writable(database)
    except DatabaseUnavailable as error:
        reasons.append(str(error))
    return [HealthProblem(STORE_TASK, reason) for reason in reasons[:1]]


def disk_reserve_problems(settings: Settings) -> list[HealthProblem]:
    """Why the form accepts no comments although they could be stored."""
    reserve_mib = settings.disk_reserve_mib
    try:
        is_low = disk_reserve.is_low(settings.written_dir, reserve_mib)
    except OSError:  # reported by the others
        return []
    reason = (
        f"less than {reserve_mib} MiB are free on the disk of {settings.written_dir}"
        " (`disk_reserve_mib`): free some space; comments are accepted again from the next slot on"
    )
    return [HealthProblem(ACCEPT_TASK, reason)] if is_low else []


def roster_problems(database: Database, reader: RosterReader) -> list[HealthProblem]:
    """Why the form accepts no comments and the desk is closed although the database works."""
    try:
        with database.reading() as conn:
            reader.read_all(conn)
    except RosterInvalid as error:
        reason = (
            f"rule “{error.rule}”, statement {error.number}: no comment can be sent and no moderator can"
            " sign in until it verifies; run `yobal roster`, and see “The red page” in docs/trouble.md"
        )
        return [HealthProblem(ROSTER_TASK, reason)]
    except DatabaseUnavailable as error:
        return [HealthProblem(STORE_TASK, str(error))]
    return []


def writing_problems(settings: Settings) -> list[HealthProblem]:
    """Why public files or keys could not be written."""
    folders = {
        FILES_TASK: (settings.files_dir, settings.files_dir / settings.site_id),
        KEYS_TASK: (settings.secrets_dir,),
    }
    problems = []
    for task, (top, *below) in folders.items():
        reasons = [*_unwritable_folders([top, *below]), *_no_room(top)]
        problems += [HealthProblem(task, reason) for reason in reasons[:1]]
    return problems


def missing_pages(settings: Settings, database: Database) -> list[HealthProblem]:
    """Public pages that should exist and do not. Pages that are about to be written do not count."""
    site_id = settings.site_id
    with database.reading() as conn:
        editions = stories.editions_of_site(conn, site_id)
        waiting = stale_files.stories_waiting(conn, site_id)
    keys = [paths.style(site_id)]
    keys += [
        f"{paths.thread_folder(site_id, story_id, tag)}/{paths.NEWEST}"
        for story_id, tag in editions
        if story_id not in waiting
    ]
    missing = [key for key in keys if not (settings.files_dir / key).exists()]
    if not missing:
        return []
    names = ", ".join(missing[:_EXAMPLES_MAX]) + (" …" if len(missing) > _EXAMPLES_MAX else "")
    reason = (
        f"{len(missing)} files are missing in {settings.files_dir} ({names}): run `yobal rebuild`"
    )
    return [HealthProblem(READ_TASK, reason)]


def unable_to(settings: Settings, database: Database) -> list[str]:
    """The tasks that a person has to repair; a low disk is not one of them."""
    problems = [*storing_problems(database), *writing_problems(settings)]
    return list(dict.fromkeys(problem.task for problem in problems))


def is_disk_nearly_full(settings: Settings) -> bool:
    """Warns before the form stops accepting comments, so that there is time to free some space."""
    try:
        return disk_reserve.is_low(settings.written_dir, 2 * settings.disk_reserve_mib)
    except OSError:
        return False  # what cannot be looked at cannot be written either, which is another problem


def newest_backup_at(settings: Settings) -> float | None:
    """None if there is none."""
    return BackupFolder(Path(settings.backup_dir), settings.site_id).newest_at()


def is_backup_late(settings: Settings, *, now: float) -> bool:
    """Backups are configured, and the newest is older than it may be. Also if the folder cannot be read."""
    if not (settings.backup_dir and settings.backup_hours_max):
        return False
    newest = newest_backup_at(settings)
    return newest is None or now - newest > settings.backup_hours_max * HOUR_SECONDS


def missed_canary_step(settings: Settings, *, now: float) -> Step | None:
    """The step at which the daily canary did not come through; None if all is well, or the canary is off."""
    if settings.canary == "off":
        return None
    return canary.missed_step(CanaryFile(settings.secrets_dir).read(), now)


def _unwritable_database(file: Path) -> Iterator[str]:
    """Connections that are open could still write; the next one could not."""
    if not file.exists():
        yield f"{file} does not exist any more: restore a backup"
    files = [file.with_name(file.name + ending) for ending in ("", "-wal", "-shm")]
    for path in (*files, *sqlite_inbox.files(file)):
        if path.exists() and not _may_write(path):
            yield f"{path} may not be written by this user: {_owner_advice(path)}"


def _unwritable_folders(folders: list[Path]) -> Iterator[str]:
    for folder in folders:
        if not folder.is_dir():
            yield f"{folder} does not exist: restart Yobal, then run `yobal rebuild`"
        elif not _may_write(folder):
            yield f"{folder} may not be written by this user: {_owner_advice(folder)}"


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _owner_advice(path: Path) -> str:
    folder_owner = path.parent.stat().st_uid
    return f"`chown {folder_owner} {path}`, or make its file system writable"


def _no_room(folder: Path) -> Iterator[str]:
    """A file without a name is gone when it is closed, even if this process is killed."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield f"{folder}: {error.strerror}"
