"""Removes a story with its comments, or one edition. The caller writes the public files and purges."""

from yobal.adapters.moves_file import MovesFile
from yobal.core.errors import InvalidInput
from yobal.core.ids import RandomBytes
from yobal.core.moves import Move
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import NEWEST
from yobal.store import pending_purge, settled_stories, stale_files, stories, story_contents
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox
from yobal.store.locks import release_lock


def remove(database: Database, rules: SiteRules, story_id: str, *, random: RandomBytes) -> None:
    """Its files are deleted when its stale file is written. Raises NoSuchStory.

    What is in the inbox for it is dropped at the next round.
    """
    with release_lock(database), database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        stories.get(conn, rules.site_id, story_id)
        story_contents.delete(conn, rules.site_id, story_id)
        stale_files.add(conn, rules.site_id, story_id, {NEWEST})


def check_edition(
    database: Database, inbox: Inbox, rules: SiteRules, story_id: str, tag: str
) -> str:
    """The edition to which its comments move. Raises NoSuchStory, InvalidInput."""
    with database.reading() as conn:
        return _check_edition(conn, inbox, rules, story_id, tag)


def remove_edition(
    database: Database,
    inbox: Inbox,
    rules: SiteRules,
    story_id: str,
    tag: str,
    *,
    moves_file: MovesFile,
    random: RandomBytes,
) -> None:
    """Every file of the story names its editions, so every file becomes stale. Raises NoSuchStory, InvalidInput."""
    with release_lock(database), database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        remaining = _check_edition(conn, inbox, rules, story_id, tag)
        moves_file.add(
            Move(story_id=story_id, to_story_id=story_id, edition=tag, to_edition=remaining)
        )
        story_contents.delete_envelopes(conn, rules.site_id, story_id)
        story_contents.delete_edition(conn, rules.site_id, story_id, tag, remaining=remaining)
        stale_files.add_all_of_thread(conn, rules.site_id, story_id)


def _check_edition(
    conn: Connection, inbox: Inbox, rules: SiteRules, story_id: str, tag: str
) -> str:
    tags = [edition.tag for edition in stories.editions_of(conn, rules.site_id, story_id)]
    if tags and tag not in tags:
        raise InvalidInput(f"{story_id} has no edition {tag}; it has {', '.join(tags)}")
    if tags == [tag]:
        raise InvalidInput(
            f"{tag} is the only edition of {story_id}: without --edition the whole story goes"
        )
    settled_stories.check(conn, inbox, rules.site_id, story_id)
    return next(other for other in tags if other != tag)
