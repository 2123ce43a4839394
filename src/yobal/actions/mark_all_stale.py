"""Marks every public file as stale, so that all of them are written again from the database."""

from collections.abc import Callable

from yobal.core.site_rules import SiteRules
from yobal.store import stale_files, stories
from yobal.store.database import Database


def mark_site_stale(
    database: Database, rules: SiteRules, *, show: Callable[[int, int], None] = lambda *_: None
) -> None:
    """Mark the files of all stories; the caller writes them. `show` gets how many were marked, and of how many."""
    with database.reading() as conn:
        story_ids = [story.story_id for story in stories.list_all(conn, rules.site_id)]
    show(0, len(story_ids))
    for marked, story_id in enumerate(story_ids, start=1):
        mark_story_stale(database, rules, story_id)
        show(marked, len(story_ids))


def mark_story_stale(database: Database, rules: SiteRules, story_id: str) -> None:
    with database.writing() as conn:
        stale_files.add_all_of_thread(conn, rules.site_id, story_id)
