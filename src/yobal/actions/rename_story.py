"""Gives a story another id. Only while nothing is sealed for the old one: an envelope names its story inside.

The caller writes the public files and purges.
"""

from yobal.adapters.moves_file import MovesFile
from yobal.core import ids
from yobal.core.errors import InvalidInput
from yobal.core.ids import RandomBytes
from yobal.core.moves import Move
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import NEWEST
from yobal.store import pending_purge, settled_stories, stale_files, stories, story_contents
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox
from yobal.store.locks import release_lock


def check(database: Database, inbox: Inbox, rules: SiteRules, story_id: str, new_id: str) -> None:
    """Raises NoSuchStory, InvalidInput."""
    with database.reading() as conn:
        _check(conn, inbox, rules, story_id, new_id)


def rename(
    database: Database,
    inbox: Inbox,
    rules: SiteRules,
    story_id: str,
    new_id: str,
    *,
    moves_file: MovesFile,
    random: RandomBytes,
) -> None:
    """The files of the old id are deleted when its stale file is written. Raises NoSuchStory, InvalidInput."""
    with release_lock(database), database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        _check(conn, inbox, rules, story_id, new_id)
        moves_file.add(Move(story_id=story_id, to_story_id=new_id))
        story_contents.delete_envelopes(conn, rules.site_id, story_id)
        story_contents.rename(conn, rules.site_id, story_id, new_id)
        stale_files.add(conn, rules.site_id, story_id, {NEWEST})
        stale_files.add_all_of_thread(conn, rules.site_id, new_id)


def _check(conn: Connection, inbox: Inbox, rules: SiteRules, story_id: str, new_id: str) -> None:
    settled_stories.check(conn, inbox, rules.site_id, story_id)
    if not ids.is_story_id(new_id):
        raise InvalidInput(
            "a story id has 1 to 128 characters of A-Z a-z 0-9 . _ ~ - and is not . or .."
        )
    if stories.exists(conn, rules.site_id, new_id):
        raise InvalidInput(f"there is a story {new_id} already")
