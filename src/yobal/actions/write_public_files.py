"""Writes the stale public files from the database.

A file stays marked as stale until it is written, so that the next start finishes after a crash.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

import msgspec

from yobal.adapters.durable_files import read_untraced
from yobal.adapters.public_files import PublicFiles
from yobal.adapters.rendering.catalogue_file import catalogue_languages
from yobal.adapters.rendering.pages import PageRenderer
from yobal.core import paths
from yobal.core.errors import PublicFilesUnavailable
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import NEWEST, StaleFile
from yobal.core.thread import CommentPageView, NewestView, PageView
from yobal.store import site_views, sites, stale_files, stories, thread_views
from yobal.store.database import Connection, Database
from yobal.store.locks import release_lock
from yobal.store.stale_files import StaleFileRow

NO_FILES: Final[Mapping[str, bytes]] = MappingProxyType({})
PAUSE_SECONDS: Final = 0.001  # between turns, or this process would take the lock again at once
WRITTEN_TOGETHER_MAX: Final = 200  # in one turn: bounds memory, and how long the lock is held
SINGLE_PAGES_PER_SET: Final = 5  # those of single comments, which are one small file each


class FileWriter(msgspec.Struct, frozen=True):
    """Where public files come from and go to."""

    database: Database
    page_renderer: PageRenderer
    public_files: PublicFiles
    rules: SiteRules


class WriteThreads(Protocol):
    """Writes files of threads in other processes. Whether all were written; if not, some may have been."""

    def __call__(self, rows: Sequence[StaleFileRow], slot: Slot, /) -> bool: ...


def write_stale(
    file_writer: FileWriter,
    *,
    turns_max: int | None = None,
    workers: WriteThreads | None = None,
    show_written: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the stale files, some in each turn, until none is left; returns how many.

    The release lock is held for one turn at a time, so that a removal or a release does not wait
    until a whole archive is written. A crash leaves them marked. Raises PublicFilesUnavailable.
    """
    written = turns = 0
    while turns != turns_max:
        with release_lock(file_writer.database):
            with file_writer.database.reading() as conn:
                rows = stale_files.next_batch(
                    conn,
                    file_writer.rules.site_id,
                    limit=WRITTEN_TOGETHER_MAX,
                    single_limit=WRITTEN_TOGETHER_MAX * SINGLE_PAGES_PER_SET,
                )
            _write_rows(file_writer, rows, workers)
        if not rows:
            break
        written, turns = written + len(rows), turns + 1
        show_written(written)
        time.sleep(PAUSE_SECONDS)
    return written


def write_files_now(file_writer: FileWriter, story_id: str, files: Collection[StaleFile]) -> None:
    """Write these before all other stale files. Raises PublicFilesUnavailable."""
    with release_lock(file_writer.database):
        with file_writer.database.reading() as conn:
            rows = stale_files.still_stale(conn, file_writer.rules.site_id, story_id, files)
        _write_rows(file_writer, rows)


def _write_rows(
    file_writer: FileWriter, rows: Sequence[StaleFileRow], workers: WriteThreads | None = None
) -> None:
    """Write these files and unmark them. The caller holds the release lock."""
    if not rows:
        return
    _remove_old_editions(file_writer, rows)
    with file_writer.database.reading() as conn:
        slot = sites.released_slot(conn, file_writer.rules.site_id)
        site_files = _render_site(file_writer, conn) if _concern_site(rows) else {}
    if workers is None or not workers(rows, slot):
        try:
            write_threads(file_writer, rows, slot, site_files)
        except PublicFilesUnavailable:
            # Perhaps in one story's folder only, which must not stop the stories before it.
            file_writer.public_files.write(site_files, slot=slot)
            _write_story_by_story(file_writer, rows, slot)
    else:
        file_writer.public_files.write(site_files, slot=slot)
    with file_writer.database.writing() as conn:
        stale_files.remove(conn, rows)


def write_threads(
    file_writer: FileWriter,
    rows: Sequence[StaleFileRow],
    slot: Slot,
    more_files: Mapping[str, bytes] = NO_FILES,
) -> None:
    """Write these files of threads, and `more_files`, with one sync. Raises PublicFilesUnavailable."""
    collected = _CollectedFiles()
    collector = msgspec.structs.replace(file_writer, public_files=collected)
    # One transaction: each compiles its statements again, which takes longer than running them.
    with file_writer.database.reading() as conn:
        for story_id, story_rows in _by_story(rows):
            write(collector, conn, story_id, [row.file for row in story_rows], slot=slot)
    collected.write(more_files, slot=slot)
    collected.write_to(file_writer.public_files, slot=slot)


def _by_story(rows: Sequence[StaleFileRow]) -> list[tuple[str, list[StaleFileRow]]]:
    return [
        (story_id, list(of_story)) for story_id, of_story in groupby(rows, lambda row: row.story_id)
    ]


def _write_story_by_story(
    file_writer: FileWriter, rows: Sequence[StaleFileRow], slot: Slot
) -> None:
    """And unmark the files of each. Raises PublicFilesUnavailable at the first that cannot be written."""
    for story_id, story_rows in _by_story(rows):
        with file_writer.database.reading() as conn:
            write(file_writer, conn, story_id, [row.file for row in story_rows], slot=slot)
        with file_writer.database.writing() as conn:
            stale_files.remove(conn, story_rows)


def _remove_old_editions(file_writer: FileWriter, rows: Sequence[StaleFileRow]) -> None:
    """Delete the folders of editions and stories that no longer exist."""
    site_id = file_writer.rules.site_id
    story_ids = [row.story_id for row in rows if row.file == NEWEST]
    with file_writer.database.reading() as conn:
        tags_by_story = stories.tags_of(conn, site_id, story_ids)
    for story_id, tags in tags_by_story.items():
        folder = paths.story_folder(site_id, story_id)
        file_writer.public_files.remove_other_folders(folder, tags)


def _concern_site(rows: Sequence[StaleFileRow]) -> bool:
    """Counts and the site's feed change whenever a thread's newest comments do."""
    return any(row.file == NEWEST for row in rows)


def _render_site(file_writer: FileWriter, conn: Connection) -> dict[str, bytes]:
    return file_writer.page_renderer.site(site_views.read(conn, file_writer.rules))


class _CollectedFiles(PublicFiles):
    """Gathers the files of several stories: one sync for all of them, instead of one for each."""

    def __init__(self) -> None:
        self._written: dict[str, bytes] = {}
        self._removed: list[str] = []

    def write(self, files: Mapping[str, bytes], *, slot: Slot) -> None:  # noqa: ARG002  # the signature of PublicFiles
        self._written |= files

    def remove(self, keys: Iterable[str]) -> None:
        self._removed += keys

    def differing(self, folder: Path) -> list[str]:
        """Which of them a folder does not have, or has with other bytes."""
        return [
            key
            for key, content in self._written.items()
            if not (folder / key).is_file() or read_untraced(folder / key) != content
        ]

    def write_to(self, public_files: PublicFiles, *, slot: Slot) -> None:
        public_files.write(self._written, slot=slot)
        public_files.remove(self._removed)


def write(
    file_writer: FileWriter,
    conn: Connection,
    story_id: str,
    files: Iterable[StaleFile],
    *,
    slot: Slot,
) -> None:
    """Render and write these files in every edition; delete those of deleted comments."""
    site_id = file_writer.rules.site_id
    rendered: dict[str, bytes] = {}
    deleted: list[str] = []
    story_editions = thread_views.read_editions(conn, site_id, story_id)
    if story_editions is None:
        return
    tags = [edition.tag for edition in story_editions.editions]
    for file, thread_file in thread_views.read(conn, file_writer.rules, story_editions, files):
        if thread_file is None:
            folders = [paths.thread_folder(site_id, story_id, tag) for tag in tags]
            deleted += [f"{folder}/{key}" for folder in folders for key in _keys(file)]
            continue
        for view in thread_file.in_editions():
            folder = paths.thread_folder(site_id, story_id, view.thread.edition.tag)
            contents = _render(file_writer.page_renderer, view)
            rendered |= {f"{folder}/{key}": content for key, content in contents.items()}
    file_writer.public_files.write(rendered, slot=slot)
    file_writer.public_files.remove(deleted)


def _render(page_renderer: PageRenderer, view: thread_views.View) -> Mapping[str, bytes]:
    match view:
        case NewestView():
            return page_renderer.newest(view)
        case PageView():
            return page_renderer.page(view)
        case CommentPageView():
            return page_renderer.comment(view)
        case _:
            return page_renderer.replies(view)


def _keys(file: StaleFile) -> list[str]:
    """The keys of a file that may have to be deleted: a comment's page, or a page of its replies."""
    if file.file_kind == "comment":
        return [paths.comment(file.comment_id)]
    return [
        paths.replies(file.comment_id, file.number, suffix)
        for suffix in ("html", "fragment.html", "json")
    ]


def differing_files(
    file_writer: FileWriter, story_id: str, *, choose: Callable[[list[StaleFile]], list[StaleFile]]
) -> list[str]:
    """The keys of public files that are not what the database would give; nothing of a stale thread.

    `choose` picks from all files of the thread; there may be many.
    """
    collected, site_id = _CollectedFiles(), file_writer.rules.site_id
    collector = msgspec.structs.replace(file_writer, public_files=collected)
    with release_lock(file_writer.database), file_writer.database.reading() as conn:
        if story_id in stale_files.stories_waiting(conn, site_id):
            return []
        files = choose(sorted(stale_files.all_of_thread(conn, site_id, story_id)))
        write(collector, conn, story_id, files, slot=sites.released_slot(conn, site_id))
        return sorted(collected.differing(file_writer.public_files.folder))


def write_assets(file_writer: FileWriter, assets: Mapping[str, bytes]) -> None:
    """What is the same for all stories, by name, the terms in every language of the site, and its own files.

    Also in every language that has a catalogue: pages without a story link to the terms, too.
    """
    site_id = file_writer.rules.site_id
    with release_lock(file_writer.database):
        with file_writer.database.reading() as conn:
            slot = sites.released_slot(conn, site_id)
            languages = catalogue_languages().union(stories.languages(conn, site_id))
            site_files = _render_site(file_writer, conn)
        files = site_files | {
            paths.asset(site_id, name): content for name, content in assets.items()
        }
        files |= {
            paths.terms(site_id, language): file_writer.page_renderer.terms(language)
            for language in sorted(languages)
        }
        file_writer.public_files.write(files, slot=slot)
