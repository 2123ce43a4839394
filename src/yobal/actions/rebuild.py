"""Note every public file as touched, so that all of them are written again from the store."""

from yobal.core.rules import Rules
from yobal.store import stories, touched
from yobal.store.database import Database


def touch_everything(db: Database, rules: Rules) -> None:
    """All files of all stories; the caller writes them."""
    with db.reading() as connection:
        keys = [row.story for row in stories.listing(connection, rules.site)]
    for story in keys:
        touch_story(db, rules, story)


def touch_story(db: Database, rules: Rules, story: str) -> None:
    with db.writing() as connection:
        files = touched.everything(connection, rules.site, story)
        touched.add(connection, rules.site, story, files)
