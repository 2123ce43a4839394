"""Whether the site is there, and whether Yobal can store comments and write files for it."""

import os
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from yobal.doctor import file_status
from yobal.doctor.finding import Finding, fail, ok, ok_if, warn
from yobal.server import health
from yobal.server.health import HealthProblem
from yobal.server.settings import Settings
from yobal.server.wiring import other_site
from yobal.store import sites
from yobal.store.database import Database
from yobal.store.migrations import current_revision, newest_revision

_PATHS_SHOWN_MAX: Final = 3


def examine(settings: Settings) -> list[Finding]:
    """Nothing if the schema is another version's: the check of the database says what to do."""
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            if current_revision(conn) != newest_revision():
                return []
            site = sites.get(conn)
        if site is None:
            return [fail("site", "there is none in this database yet: `yobal init` sets one up")]
        if site.id != settings.site_id:
            return [fail("site", other_site(site.id, settings.site_id))]
        return [
            ok("the site exists"),
            _finding("comments can be stored", lambda: health.storing_problems(database)),
            _finding("the disk has its reserve", lambda: health.disk_reserve_problems(settings)),
            _finding(
                "public files and keys can be written", lambda: health.writing_problems(settings)
            ),
            *_backup(settings),
            *_folders_elsewhere(settings),
            _finding("every public page exists", lambda: health.missing_pages(settings, database)),
        ]
    finally:
        database.close()


def _backup(settings: Settings) -> list[Finding]:
    if not settings.backup_dir or not settings.backup_hours_max:
        return []
    check = f"the newest backup is not older than {settings.backup_hours_max} hours"
    advice = (
        f"there is none such in {settings.backup_dir}: run `yobal backup`, and look at its timer"
    )
    return [ok_if(not health.is_backup_late(settings, now=time.time()), check, advice)]


def _folders_elsewhere(settings: Settings) -> list[Finding]:
    """A disk that became read-only would otherwise show only after `backup_hours_max`."""
    folders = {"backup_dir": settings.backup_dir, "purge_list_dir": settings.purge_list_dir}
    return [
        ok_if(
            _can_be_written(Path(folder)),
            f"{name} can be written",
            f"{folder}: correct its owner and mode, or mount its disk so that it can be written",
        )
        for name, folder in folders.items()
        if folder
    ]


def _can_be_written(folder: Path) -> bool:
    """Without writing. A folder that is missing is made, if the one above it can be written."""
    existing = next(path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK, effective_ids=True)


def owners(settings: Settings) -> list[Finding]:
    """A file of another user, often root's, is one that the server may not change."""
    owner = settings.folder.stat().st_uid
    foreign = [
        path
        for path in (settings.folder, *file_status.all_below(settings.folder))
        if (status := file_status.of(path, follow_symlinks=False)) is not None
        and status.st_uid != owner
    ]
    shown = shlex.join(map(str, foreign[:_PATHS_SHOWN_MAX]))
    more = (
        f" (and {len(foreign) - _PATHS_SHOWN_MAX} more)" if len(foreign) > _PATHS_SHOWN_MAX else ""
    )
    check = "all data belongs to the owner of its folder"
    findings = [
        ok_if(
            not foreign,
            check,
            f"not {shown}{more}: chown -R {owner} {shlex.quote(str(settings.folder))}",
        )
    ]
    if owner == 0:
        findings.append(warn("the server has a user of its own", "the data belongs to root"))
    return findings


def settings_are_readable(file: Path) -> list[Finding]:
    return [
        ok_if(
            os.access(file, os.R_OK),
            "the owner of the data can read the settings",
            f"chgrp it to the owner's group, and chmod g+r {shlex.quote(str(file))}",
        )
    ]


def _finding(check: str, find: Callable[[], list[HealthProblem]]) -> Finding:
    problems = find()
    advice = "; ".join(f"cannot {problem.task}: {problem.reason}" for problem in problems)
    return ok_if(not problems, check, advice)
