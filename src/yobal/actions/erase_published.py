"""Erases a published comment, or all that is left of a withdrawn one. Its line stays until the next release, and after that only with replies.

If pending replies kept the line, everyone could see from it whether a reply is waiting.
Shared by `remove`, `process_withdrawals`, `release` and `restore`.
"""

from yobal.core import stale_files as stale
from yobal.core.stale_files import Placement, StaleFile
from yobal.core.states import WITHDRAWN
from yobal.core.thread import Removal
from yobal.store import (
    comments,
    envelopes,
    feedback,
    held_texts,
    published_comments,
    stale_files,
    stories,
)
from yobal.store.comments import Comment
from yobal.store.database import Connection
from yobal.store.published_comments import PublishedCommentRow


def erase_published(
    conn: Connection, comment: PublishedCommentRow, *, removal: Removal, clause: str | None = None
) -> set[StaleFile]:
    """Erase text and name, and mark every file that shows them as stale; returns these files."""
    files = _files_showing(conn, comment)
    published_comments.make_tombstone(conn, comment.id, removal=removal, clause=clause)
    stories.add_to_counters(conn, comment.site_id, comment.story_id, comments=-1)
    stale_files.add(conn, comment.site_id, comment.story_id, files)
    return files


def withdraw(conn: Connection, comment: Comment) -> bool:
    """Erase a comment in any state; the caller requests the purge. Whether it was still in its state."""
    if comments.transition(conn, comment.id, from_=comment.state, to=WITHDRAWN) == 0:
        return False
    published_comment = published_comments.get(conn, comment.id)
    if published_comment is not None:
        erase_published(conn, published_comment, removal="withdrawn")
    _erase_remains(conn, comment.id)
    return True


def delete_tombstones_without_replies(conn: Connection, site_id: str) -> None:
    """As the last step of a release. A tombstone may be kept only for the tombstone below it."""
    while tombstones := published_comments.tombstones_without_replies(conn, site_id):
        for tombstone in tombstones:
            files = _files_showing(conn, tombstone)
            stale_files.add(conn, tombstone.site_id, tombstone.story_id, files)
            published_comments.delete(conn, tombstone.id)


def _files_showing(conn: Connection, comment: PublishedCommentRow) -> set[StaleFile]:
    replies = published_comments.replies_to(conn, comment.id)
    return stale.after_erasure(
        _placement(conn, comment), [_placement(conn, reply) for reply in replies]
    )


def _placement(conn: Connection, comment: PublishedCommentRow) -> Placement:
    root = published_comments.get(conn, comment.root_id)
    return Placement(
        comment_id=comment.id,
        position=comment.position,
        root_id=comment.root_id,
        parent_id=comment.parent_id,
        root_position=root.position if root is not None else None,
        reply_count=comment.next_reply_position,
    )


def _erase_remains(conn: Connection, comment_id: str) -> None:
    """Receipts go, too, and what was written to the author."""
    comments.delete_receipts(conn, comment_id)
    feedback.delete_of_comment(conn, comment_id)
    held_texts.delete(conn, comment_id)
    envelopes.delete(conn, comment_id)
    comments.blank_withdrawn(conn, comment_id)
