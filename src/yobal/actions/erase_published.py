"""Erases a published comment: deletes it if it has no replies, else leaves a tombstone.

Shared by `remove` and `process_withdrawals`; `release` uses it for tombstones that lose their last reply.
"""

from yobal.core import stale_files as stale
from yobal.core.stale_files import Placement, StaleFile
from yobal.core.thread import Removal
from yobal.store import comments, published_comments, stale_files, stories
from yobal.store.comments import Comment
from yobal.store.database import Connection
from yobal.store.published_comments import PublishedCommentRow


def erase_published(
    conn: Connection, comment: PublishedCommentRow, *, removal: Removal, clause: str | None = None
) -> set[StaleFile]:
    """Erase text and name, and mark every file that shows them as stale; returns these files."""
    files = _files_showing(conn, comment)
    if _has_replies(conn, comment):
        published_comments.make_tombstone(conn, comment.id, removal=removal, clause=clause)
    else:
        published_comments.delete(conn, comment.id)
        files |= _prune_tombstones(conn, comment)
    stories.add_to_counters(conn, comment.site_id, comment.story_id, comments=-1)
    stale_files.add(conn, comment.site_id, comment.story_id, files)
    return files


def prune_tombstones(conn: Connection, comment: Comment) -> None:
    """Delete tombstones that were kept only for this reply, which will not be published."""
    files = _prune_tombstones(conn, comment)
    stale_files.add(conn, comment.site_id, comment.story_id, files)


def _prune_tombstones(conn: Connection, reply: PublishedCommentRow | Comment) -> set[StaleFile]:
    """From the parent upwards: a tombstone may be kept only for the tombstone below it."""
    files: set[StaleFile] = set()
    for comment_id in (reply.parent_id, reply.root_id):
        tombstone = published_comments.get(conn, comment_id)
        if tombstone is None or tombstone.removal is None or _has_replies(conn, tombstone):
            continue
        files |= _files_showing(conn, tombstone)
        published_comments.delete(conn, tombstone.id)
        files |= _prune_tombstones(conn, tombstone)
    return files


def _has_replies(conn: Connection, comment: PublishedCommentRow) -> bool:
    """Published, or still possible: a pending or held reply keeps the tombstone."""
    return published_comments.has_replies(conn, comment.id) or bool(
        comments.count_pending_replies(conn, comment.site_id, comment.id)
    )


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
