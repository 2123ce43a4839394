"""A published comment goes: without a trace if nobody answered it, else a line stays in its place.

Shared by `remove` and `withdraw`; says which files show it, so that the caller writes them.
"""

from typing import Any

from yobal.core.thread import (
    PAGE_COMMENTS,
    REPLIES_SHOWN,
    Removal,
    StaleFile,
    page_of,
    replies_page_of,
)
from yobal.store import comments, published_comments, stale_files, stories
from yobal.store.database import Connection
from yobal.store.published_comments import PublishedCommentRow

NEWEST = StaleFile("newest", "", 0)


def erase_published(
    conn: Connection,
    published_comment: PublishedCommentRow,
    *,
    removal: Removal,
    clause: str | None = None,
) -> set[StaleFile]:
    """Take the words away and note every file that showed them or its author's name: these."""
    noted = _files_showing(conn, published_comment)
    for answer in published_comments.replies_to(
        conn, published_comment.id
    ):  # they name whom they answer
        noted |= _files_of_place(conn, answer)
    if _is_answered(conn, published_comment):
        published_comments.make_tombstone(
            conn, published_comment.id, removal=removal, clause=clause
        )
    else:
        published_comments.delete(conn, published_comment.id)
        noted |= _prune_tombstones(conn, published_comment)
    stories.add_to_counters(
        conn, published_comment.site_id, published_comment.story_id, comments=-1
    )
    stale_files.add(conn, published_comment.site_id, published_comment.story_id, noted)
    return noted


def prune_tombstones(conn: Connection, left: Any) -> None:
    """Lines that stood only because this comment, which never appeared, might have answered them.

    `left` is its row in `comments`; it neither waits nor is held any more.
    """
    stale_files.add(conn, left.site_id, left.story_id, _prune_tombstones(conn, left))


def files_for_new_comment(
    conn: Connection, *, root_id: str | None, position: int
) -> set[StaleFile]:
    """The files that a newly published comment stands in."""
    if root_id is None:
        return {NEWEST, StaleFile("page", "", page_of(position))}
    noted = {NEWEST}
    page = replies_page_of(position)
    if page is not None:
        noted.add(StaleFile("replies", root_id, page))
        is_first_of_page = (position - REPLIES_SHOWN) % PAGE_COMMENTS == 0
        if page > 1 and is_first_of_page:  # the page before begins to say that more follow
            noted.add(StaleFile("replies", root_id, page - 1))
    if position <= REPLIES_SHOWN:  # the sixth only makes "more replies" appear
        noted.add(_page_of_root(conn, root_id))
    return noted


def _files_showing(conn: Connection, published_comment: PublishedCommentRow) -> set[StaleFile]:
    noted = _files_of_place(conn, published_comment)
    if published_comment.root_id is None:  # it stands at the top of every page of its replies
        pages = range(1, (replies_page_of(published_comment.next_reply_position - 1) or 0) + 1)
        noted |= {StaleFile("replies", published_comment.id, page) for page in pages}
    return noted


def _files_of_place(conn: Connection, published_comment: PublishedCommentRow) -> set[StaleFile]:
    if published_comment.root_id is None:
        return {NEWEST, StaleFile("page", "", page_of(published_comment.position))}
    page = replies_page_of(published_comment.position)
    if page is not None:
        return {NEWEST, StaleFile("replies", published_comment.root_id, page)}
    return {NEWEST, _page_of_root(conn, published_comment.root_id)}


def _page_of_root(conn: Connection, root_id: str) -> StaleFile:
    row = published_comments.get(conn, root_id)
    return StaleFile("page", "", page_of(row.position)) if row is not None else NEWEST


def _prune_tombstones(conn: Connection, left: Any) -> set[StaleFile]:
    """Delete the lines above a comment that nobody answers any more; the files that showed them.

    From the one it answered upwards: a line may stand only because of the line below it.
    """
    noted: set[StaleFile] = set()
    for above in (left.parent_id, left.root_id):
        line = published_comments.get(conn, above) if above is not None else None
        if line is None or line.removal is None or _is_answered(conn, line):
            continue
        noted |= _files_showing(conn, line)
        published_comments.delete(conn, line.id)
        noted |= _prune_tombstones(conn, line)
    return noted


def _is_answered(conn: Connection, published_comment: PublishedCommentRow) -> bool:
    return bool(
        published_comments.replies_to(conn, published_comment.id)
        or published_comments.has_replies(conn, published_comment.id)
        or comments.count_pending_replies(conn, published_comment.site_id, published_comment.id)
    )
