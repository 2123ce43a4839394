"""Stories are declared, opened and closed by the newsroom; the caller writes the files."""

from typing import Final

from yobal.core import ids
from yobal.core.errors import InvalidInput
from yobal.core.site_rules import SiteRules
from yobal.core.thread import Edition, StaleFile
from yobal.store import stale_files, stories
from yobal.store.database import Database

_URL_STARTS: Final = ("https://", "http://", "/")


def add(database: Database, rules: SiteRules, story_id: str, edition: Edition) -> None:
    """Declare an edition of a story, or change its title and URL. Raises InvalidInput.

    Every page of the story names its editions, so all of them are touched.
    """
    _check(story_id, edition)
    with database.writing() as conn:
        stories.add_edition(conn, rules.site_id, story_id, edition)
        files = stale_files.all_files(conn, rules.site_id, story_id)
        stale_files.add(conn, rules.site_id, story_id, files)


def set_open(database: Database, rules: SiteRules, story_id: str, *, is_open: bool) -> None:
    """Take comments, or no more. Raises NoSuchStory."""
    with database.writing() as conn:
        stories.set_open(conn, rules.site_id, story_id, is_open=is_open)
        stale_files.add(conn, rules.site_id, story_id, [StaleFile("newest", "", 0)])


def _check(story_id: str, edition: Edition) -> None:
    if not ids.is_story_key(story_id):
        raise InvalidInput("a story's key is 1 to 128 of A-Z a-z 0-9 . _ ~ - (and not . or ..)")
    if not ids.is_edition(edition.tag):
        raise InvalidInput("an edition is a language tag, such as km, en or zh-Hant")
    if not edition.title.strip():
        raise InvalidInput("a story has a title")
    if not edition.url.startswith(_URL_STARTS):
        raise InvalidInput("a story's URL begins with https://, http:// or /")
