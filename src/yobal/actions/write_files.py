"""Bring the public files up to the store: whatever is noted as touched is drawn and written.

Repeating it changes nothing; what a crash left undone is still noted and done at the next start.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final

import msgspec

from yobal.core import paths
from yobal.core.rules import Rules
from yobal.core.schedule import Slot
from yobal.core.thread import NewestView, PageView, Touched
from yobal.outlets.bucket import Bucket
from yobal.outlets.pages import Pages
from yobal.store import stories, touched, views_of_thread
from yobal.store.database import Database

WRITTEN_TOGETHER_MAX: Final = 200  # file sets drawn before one sync; bounds what is in memory


class Press(msgspec.Struct, frozen=True):
    """Where public files come from and go to."""

    database: Database
    pages: Pages
    bucket: Bucket
    rules: Rules


def write_touched(press: Press) -> list[str]:
    """Write every touched file; the keys of what was written. The caller holds the release lock."""
    site = press.rules.site
    with press.database.reading() as connection:
        slot = stories.released_slot(connection, site)
        rows = touched.all_of(connection, site)
    written: list[str] = []
    for story, of_story in groupby(rows, key=lambda row: row.story):
        noted = list(of_story)
        for start in range(0, len(noted), WRITTEN_TOGETHER_MAX):
            some = noted[start : start + WRITTEN_TOGETHER_MAX]
            files = [Touched(row.kind, row.root, row.number) for row in some]
            written += write(press, story, files, at=slot)
            with press.database.writing() as connection:
                touched.remove(connection, some)
    return written


def write(press: Press, story: str, files: Iterable[Touched], *, at: Slot) -> list[str]:
    """Draw these file sets in every edition; a set that shows nothing any more is removed.

    The keys of what was written.
    """
    site = press.rules.site
    drawn: dict[str, bytes] = {}
    gone: list[str] = []
    with press.database.reading() as connection:
        editions = stories.editions_of(connection, site, story)
        for file in files:
            views = views_of_thread.views(connection, press.rules, story, editions, file)
            for edition in editions:
                folder = paths.thread_folder(site, story, edition.edition)
                if views is None:
                    gone += [f"{folder}/{key}" for key in _replies_keys(file)]
                    continue
                made = _draw(press.pages, views.of(edition))
                drawn |= {f"{folder}/{key}": content for key, content in made.items()}
    press.bucket.write(drawn, at=at)
    press.bucket.remove(gone)
    return list(drawn)


def _draw(pages: Pages, view: views_of_thread.View) -> Mapping[str, bytes]:
    match view:
        case NewestView():
            return pages.newest(view)
        case PageView():
            return pages.page(view)
        case _:
            return pages.replies(view)


def _replies_keys(file: Touched) -> list[str]:
    return [paths.replies(file.root, file.number, suffix) for suffix in
            ("html", "fragment.html", "json")]  # fmt: skip


def write_assets(press: Press, *, style: bytes, icon: bytes) -> list[str]:
    """The stylesheet, the icon, and the terms in every language of the site; their keys."""
    site = press.rules.site
    with press.database.reading() as connection:
        slot = stories.released_slot(connection, site)
        languages = stories.languages(connection, site)
    files = {paths.style(site): style, paths.icon(site): icon}
    files |= {paths.terms(site, language): press.pages.terms(language) for language in languages}
    press.bucket.write(files, at=slot)
    return list(files)
