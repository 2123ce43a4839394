"""Note every public file as touched, so that all of them are written again from the store."""

from yobal.core.site_rules import SiteRules
from yobal.store import stale_files, stories
from yobal.store.database import Database


def mark_site_stale(db: Database, rules: SiteRules) -> None:
    """All files of all stories; the caller writes them."""
    with db.reading() as connection:
        keys = [row.story for row in stories.list_all(connection, rules.site)]
    for story in keys:
        mark_story_stale(db, rules, story)


def mark_story_stale(db: Database, rules: SiteRules, story: str) -> None:
    with db.writing() as connection:
        files = stale_files.all_files(connection, rules.site, story)
        stale_files.add(connection, rules.site, story, files)
