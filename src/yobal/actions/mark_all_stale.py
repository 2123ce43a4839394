"""Note every public file as touched, so that all of them are written again from the store."""

from yobal.core.site_rules import SiteRules
from yobal.store import stale_files, stories
from yobal.store.database import Database


def mark_site_stale(database: Database, rules: SiteRules) -> None:
    """All files of all stories; the caller writes them."""
    with database.reading() as conn:
        keys = [row.story_id for row in stories.list_all(conn, rules.site_id)]
    for story_id in keys:
        mark_story_stale(database, rules, story_id)


def mark_story_stale(database: Database, rules: SiteRules, story_id: str) -> None:
    with database.writing() as conn:
        files = stale_files.all_files(conn, rules.site_id, story_id)
        stale_files.add(conn, rules.site_id, story_id, files)
