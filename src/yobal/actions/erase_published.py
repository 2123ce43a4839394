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
    conn: Connection, letter: PublishedCommentRow, *, gone: Removal, clause: str | None = None
) -> set[StaleFile]:
    """Take the words away and note every file that showed them or its author's name: these."""
    noted = _files_showing(conn, letter)
    for answer in published_comments.replies_to(conn, letter.id):  # they name whom they answer
        noted |= _files_of_place(conn, answer)
    if _is_answered(conn, letter):
        published_comments.make_tombstone(conn, letter.id, gone=gone, clause=clause)
    else:
        published_comments.delete(conn, letter.id)
        noted |= _prune_tombstones(conn, letter)
    stories.add_to_counters(conn, letter.site, letter.story, comments=-1)
    stale_files.add(conn, letter.site, letter.story, noted)
    return noted


def prune_tombstones(conn: Connection, left: Any) -> None:
    """Lines that stood only because this comment, which never appeared, might have answered them.

    `left` is its row in `comments`; it neither waits nor is held any more.
    """
    stale_files.add(conn, left.site, left.story, _prune_tombstones(conn, left))


def files_for_new_comment(conn: Connection, *, root: str | None, position: int) -> set[StaleFile]:
    """The files that a newly published comment stands in."""
    if root is None:
        return {NEWEST, StaleFile("page", "", page_of(position))}
    noted = {NEWEST}
    page = replies_page_of(position)
    if page is not None:
        noted.add(StaleFile("replies", root, page))
        is_first_of_page = (position - REPLIES_SHOWN) % PAGE_COMMENTS == 0
        if page > 1 and is_first_of_page:  # the page before begins to say that more follow
            noted.add(StaleFile("replies", root, page - 1))
    if position <= REPLIES_SHOWN:  # the sixth only makes "more replies" appear
        noted.add(_page_of_root(conn, root))
    return noted


def _files_showing(conn: Connection, letter: PublishedCommentRow) -> set[StaleFile]:
    noted = _files_of_place(conn, letter)
    if letter.root is None:  # it stands at the top of every page of its replies
        pages = range(1, (replies_page_of(letter.replies - 1) or 0) + 1)
        noted |= {StaleFile("replies", letter.id, page) for page in pages}
    return noted


def _files_of_place(conn: Connection, letter: PublishedCommentRow) -> set[StaleFile]:
    if letter.root is None:
        return {NEWEST, StaleFile("page", "", page_of(letter.position))}
    page = replies_page_of(letter.position)
    if page is not None:
        return {NEWEST, StaleFile("replies", letter.root, page)}
    return {NEWEST, _page_of_root(conn, letter.root)}


def _page_of_root(conn: Connection, root: str) -> StaleFile:
    row = published_comments.get(conn, root)
    return StaleFile("page", "", page_of(row.position)) if row is not None else NEWEST


def _prune_tombstones(conn: Connection, left: Any) -> set[StaleFile]:
    """Delete the lines above a comment that nobody answers any more; the files that showed them.

    From the one it answered upwards: a line may stand only because of the line below it.
    """
    noted: set[StaleFile] = set()
    for above in (left.to_id, left.root):
        line = published_comments.get(conn, above) if above is not None else None
        if line is None or line.gone is None or _is_answered(conn, line):
            continue
        noted |= _files_showing(conn, line)
        published_comments.delete(conn, line.id)
        noted |= _prune_tombstones(conn, line)
    return noted


def _is_answered(conn: Connection, letter: PublishedCommentRow) -> bool:
    return bool(
        published_comments.replies_to(conn, letter.id)
        or published_comments.has_replies(conn, letter.id)
        or comments.count_pending_replies(conn, letter.site, letter.id)
    )
