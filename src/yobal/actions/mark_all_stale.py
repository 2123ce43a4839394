"""Note every public file as touched, so that all of them are written again from the store."""

from yobal.core.site_rules import Rules
from yobal.store import stale_files, stories
from yobal.store.database import Database


def touch_everything(db: Database, rules: Rules) -> None:
    """All files of all stories; the caller writes them."""
    with db.reading() as connection:
        keys = [row.story for row in stories.listing(connection, rules.site)]
    for story in keys:
        touch_story(db, rules, story)


def touch_story(db: Database, rules: Rules, story: str) -> None:
    with db.writing() as connection:
        files = stale_files.everything(connection, rules.site, story)
        stale_files.add(connection, rules.site, story, files)
