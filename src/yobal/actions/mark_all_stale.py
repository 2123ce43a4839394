"""Marks every public file as stale, so that all of them are written again from the database."""

from yobal.core.site_rules import SiteRules
from yobal.store import stale_files, stories
from yobal.store.database import Database


def mark_site_stale(database: Database, rules: SiteRules) -> None:
    """Mark the files of all stories; the caller writes them."""
    with database.reading() as conn:
        story_ids = [story.story_id for story in stories.list_all(conn, rules.site_id)]
    for story_id in story_ids:
        mark_story_stale(database, rules, story_id)


def mark_story_stale(database: Database, rules: SiteRules, story_id: str) -> None:
    with database.writing() as conn:
        stale_files.add_all_of_thread(conn, rules.site_id, story_id)
