"""Whether a story has no waiting comments: none in the inbox, in the queue, or held for a release."""

from sqlalchemy.engine import Connection

from yobal.core.errors import InvalidInput
from yobal.store import sites, stories, story_contents
from yobal.store.inbox import Inbox


def check(conn: Connection, inbox: Inbox, site_id: str, story_id: str) -> None:
    """Raises NoSuchStory, and InvalidInput if the story is open or a comment waits."""
    if stories.get(conn, site_id, story_id).is_open:
        raise InvalidInput(
            f"{story_id} is open: close it with `yobal story close {story_id}`, then decide on waiting comments"
        )
    released = sites.released_slot(conn, site_id)
    waiting = story_contents.count_unsettled(conn, site_id, story_id, released=released)
    waiting += inbox.count_comments().get(story_id, 0)
    if waiting:
        raise InvalidInput(
            f"{waiting} comments under {story_id} wait, or were decided on since the last release:"
            " decide on them, and try again after the next release"
        )
