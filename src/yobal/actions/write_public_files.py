"""Bring the public files up to the store: whatever is noted as touched is drawn and written.

Repeating it changes nothing; what a crash left undone is still noted and done at the next start.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from yobal.adapters.public_files import PublicFiles
from yobal.adapters.rendering.pages import PageRenderer
from yobal.core import paths
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.core.thread import NewestView, PageView, StaleFile
from yobal.store import stale_files, stories, thread_views
from yobal.store.database import Database
from yobal.store.locks import release_lock

WRITTEN_TOGETHER_MAX: Final = 200  # file sets of one turn; bounds what is in memory, and the lock


class FileWriter(msgspec.Struct, frozen=True):
    """Where public files come from and go to."""

    database: Database
    pages: PageRenderer
    bucket: PublicFiles
    rules: SiteRules


def write_stale(file_writer: FileWriter, *, turns_max: int | None = None) -> int:
    """Write touched files, some at each turn, until none is left; how many sets.

    The release lock is taken for one turn at a time, so that a removal or a release never waits
    for a whole archive that is written anew. Raises PublicFilesUnavailable.
    """
    written = turns = 0
    while turns != turns_max:
        with release_lock(file_writer.database):
            with file_writer.database.reading() as conn:
                rows = stale_files.next_batch(
                    conn, file_writer.rules.site_id, limit=WRITTEN_TOGETHER_MAX
                )
            _write_rows(file_writer, rows)
        if not rows:
            break
        written, turns = written + len(rows), turns + 1
    return written


def write_files_now(file_writer: FileWriter, story_id: str, files: Collection[StaleFile]) -> None:
    """Write these, whatever else is waiting to be written. Raises PublicFilesUnavailable."""
    with release_lock(file_writer.database):
        with file_writer.database.reading() as conn:
            rows = stale_files.filter_pending(conn, file_writer.rules.site_id, story_id, files)
        _write_rows(file_writer, rows)


def _write_rows(file_writer: FileWriter, rows: Sequence[Any]) -> None:
    """Draw and write what these notes name, then forget them. The caller holds the release lock."""
    with file_writer.database.reading() as conn:
        slot = stories.released_slot(conn, file_writer.rules.site_id)
    for story_id, of_story in groupby(rows, key=lambda row: row.story_id):
        noted = list(of_story)
        write(
            file_writer,
            story_id,
            [StaleFile(row.file_kind, row.root_id, row.number) for row in noted],
            at=slot,
        )
        with file_writer.database.writing() as conn:
            stale_files.remove(conn, noted)


def write(file_writer: FileWriter, story_id: str, files: Iterable[StaleFile], *, at: Slot) -> None:
    """Draw these file sets in every edition; a set that shows nothing any more is removed."""
    site_id = file_writer.rules.site_id
    drawn: dict[str, bytes] = {}
    removal: list[str] = []
    with file_writer.database.reading() as conn:
        editions = stories.editions_of(conn, site_id, story_id)
        for file in files:
            views = thread_views.views(conn, file_writer.rules, story_id, editions, file)
            for edition in editions:
                folder = paths.thread_folder(site_id, story_id, edition.tag)
                if views is None:
                    removal += [f"{folder}/{key}" for key in _replies_keys(file)]
                    continue
                made = _draw(file_writer.pages, views.of(edition))
                drawn |= {f"{folder}/{key}": content for key, content in made.items()}
    file_writer.bucket.write(drawn, at=at)
    file_writer.bucket.remove(removal)


def _draw(pages: PageRenderer, view: thread_views.View) -> Mapping[str, bytes]:
    match view:
        case NewestView():
            return pages.newest(view)
        case PageView():
            return pages.page(view)
        case _:
            return pages.replies(view)


def _replies_keys(file: StaleFile) -> list[str]:
    return [
        paths.replies(file.root_id, file.number, suffix)
        for suffix in ("html", "fragment.html", "json")
    ]


def write_assets(file_writer: FileWriter, *, style: bytes, icon: bytes) -> None:
    """The stylesheet, the icon, and the terms in every language of the site."""
    site_id = file_writer.rules.site_id
    with release_lock(file_writer.database):
        with file_writer.database.reading() as conn:
            slot = stories.released_slot(conn, site_id)
            languages = stories.languages(conn, site_id)
        files = {paths.style(site_id): style, paths.icon(site_id): icon}
        files |= {paths.terms(site_id, one): file_writer.pages.terms(one) for one in languages}
        file_writer.bucket.write(files, at=slot)
