"""Writes an archive: every thread as complete pages in one zip file, which a browser shows without a server.

Single comments have no page of their own in it: each is on a numbered page, or on a page of replies.
"""

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Final

from yobal.adapters.rendering.archive_pages import FIRST_PAGE, ArchivedStory, ArchiveRenderer
from yobal.adapters.rendering.catalogue_file import catalogue_languages
from yobal.adapters.rendering.i18n import FALLBACK
from yobal.adapters.rendering.page_context import SiteContext
from yobal.core import paths
from yobal.core.export_rows import ExportedComment, StoryExport
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import NEWEST, StaleFile
from yobal.core.thread import CommentPageView, page_of, replies_page_of
from yobal.store import stories, thread_views
from yobal.store.database import Database

_ASSETS: Final = ("comments.css", "icon.svg")


def write(
    file: IO[bytes],
    exported_stories: Iterable[StoryExport],
    *,
    database: Database,
    rules: SiteRules,
    site_context: SiteContext,
    assets: Mapping[str, bytes],
) -> None:
    """No file in it has a time, so the same comments give the same archive."""
    site_id, renderer = rules.site_id, ArchiveRenderer(site_context)
    listed: list[ArchivedStory] = []
    languages: Counter[str] = Counter()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _ASSETS:
            _add(archive, paths.asset(site_id, name), assets[name])
        for language in sorted(_languages(database, site_id)):
            _add(archive, paths.terms(site_id, language), renderer.terms(language))
        for story, main_edition, comments in exported_stories:
            pages = _Pages()
            for file_ in pages.of(comments):
                for key, page in _render(database, rules, renderer, story.story_id, file_):
                    _add(archive, key, page)
            if pages.comments:
                listed.append(ArchivedStory(story.story_id, story.editions, pages.comments))
                languages[main_edition] += pages.comments
        edition = languages.most_common(1)[0][0] if languages else FALLBACK
        _add(archive, FIRST_PAGE, renderer.first_page(edition, listed))


class _Pages:
    """Which pages a thread has, while its comments pass by."""

    def __init__(self) -> None:
        self.comments = 0

    def of(self, comments: Iterable[ExportedComment]) -> Iterator[StaleFile]:
        last_page = 0
        for comment in comments:
            self.comments += comment.removal is None
            root_page = page_of(comment.position) if comment.parent_id is None else last_page
            for number in range(last_page + 1, root_page + 1):
                yield StaleFile("page", "", number)
            last_page = root_page
            if comment.parent_id is None:
                last_replies_page = replies_page_of(comment.next_reply_position - 1) or 0
                for number in range(1, last_replies_page + 1):
                    yield StaleFile("replies", comment.id, number)
        if last_page:
            yield NEWEST


def _render(
    database: Database,
    rules: SiteRules,
    renderer: ArchiveRenderer,
    story_id: str,
    file: StaleFile,
) -> Iterator[tuple[str, bytes]]:
    """A page in every edition, by its path."""
    with database.reading() as conn:
        story_editions = thread_views.read_editions(conn, rules.site_id, story_id)
        if story_editions is None:
            return  # removed meanwhile
        ((_, thread_file),) = thread_views.read(conn, rules, story_editions, [file])
    for view in thread_file.in_editions() if thread_file is not None else ():
        if not isinstance(view, CommentPageView):
            yield renderer.complete_page(view)


def _languages(database: Database, site_id: str) -> frozenset[str]:
    """The languages of all pages that link to the terms."""
    with database.reading() as conn:
        return catalogue_languages().union(stories.languages(conn, site_id))


def _add(archive: zipfile.ZipFile, key: str, content: bytes) -> None:
    info = zipfile.ZipInfo(key)
    info.external_attr = 0o644 << 16
    archive.writestr(info, content, zipfile.ZIP_DEFLATED)
