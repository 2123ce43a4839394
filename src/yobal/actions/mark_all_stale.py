"""Marks every public file as stale, so that all of them are written again from the database."""

from collections.abc import Callable
from typing import Final

from yobal.core.errors import NoSuchStory
from yobal.core.site_rules import SiteRules
from yobal.store import stale_files, stories
from yobal.store.database import Database

# In one transaction: each waits for the disk, and 10,000 of them take minutes. More files would make moderators wait.
MARKED_TOGETHER: Final = 2_000


def mark_site_stale(
    database: Database, rules: SiteRules, *, show: Callable[[int, int], None] = lambda *_: None
) -> None:
    """Mark the files of all stories; the caller writes them. `show` gets how many were marked, and of how many.

    In the order of their ids, so that two transactions that mark the same files cannot deadlock.
    """
    with database.reading() as conn:
        story_ids = sorted(
            (story.story_id for story in stories.list_all(conn, rules.site_id)), reverse=True
        )
    total = len(story_ids)
    show(0, total)
    while story_ids:
        _mark_some(database, rules, story_ids)
        show(total - len(story_ids), total)


def _mark_some(database: Database, rules: SiteRules, story_ids: list[str]) -> None:
    """In one transaction. Takes what it marks from the end of the list."""
    marked = 0
    with database.writing() as conn:
        while story_ids and marked < MARKED_TOGETHER:
            try:
                marked += stale_files.add_all_of_thread(conn, rules.site_id, story_ids.pop())
            except NoSuchStory:  # removed meanwhile
                continue
