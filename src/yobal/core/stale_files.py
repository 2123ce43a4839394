"""The only place that decides which public files a change makes stale."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from yobal.core.thread import PAGE_COMMENTS, REPLIES_SHOWN, page_of, replies_page_of


class StaleFile(msgspec.Struct, frozen=True, order=True):
    """A file to write again, in every edition and format of its story.

    `file_kind` is `newest` (number 0), `page` (its number), `replies` (of the root `comment_id`, its
    number) or `comment` (the page of `comment_id`, number 0, in one edition and format only).
    """

    file_kind: Literal["newest", "page", "replies", "comment"]
    comment_id: str
    number: int


NEWEST: Final = StaleFile("newest", "", 0)


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """The position of a published comment in its thread.

    `root_position` is None for a top-level comment, and for a reply whose root was deleted.
    """

    comment_id: str
    position: int
    root_id: str | None
    parent_id: str | None
    root_position: int | None
    reply_count: int = 0  # reply positions ever used under this comment


def after_first_epoch() -> set[StaleFile]:
    """The first form opens. Nothing is published yet, so there is only the newest page."""
    return {NEWEST}


def after_publication(comment: Placement) -> set[StaleFile]:
    """The files in which a comment appears, or a link to it."""
    stale = _files_containing(comment)
    if comment.root_id is None:
        page = page_of(comment.position)
        if page > 1 and comment.position % PAGE_COMMENTS == 0:  # the page before now links to it
            stale.add(StaleFile("page", "", page - 1))
        return stale
    replies_page = replies_page_of(comment.position)
    if replies_page is None:
        return stale
    is_first_of_page = (comment.position - REPLIES_SHOWN) % PAGE_COMMENTS == 0
    if replies_page > 1 and is_first_of_page:  # the page before now links to this one
        stale.add(StaleFile("replies", comment.root_id, replies_page - 1))
    if comment.position == REPLIES_SHOWN:  # the sixth makes the link "more replies" appear
        stale |= {_page_of_root(comment), _own_page(comment.root_id)}
    return stale


def after_erasure(comment: Placement, replies: Iterable[Placement]) -> set[StaleFile]:
    """The files that show a comment, or its tombstone, which changes or disappears.

    `replies` are the direct ones: they show its name.
    """
    stale = _files_containing(comment)
    if comment.root_id is None:  # every page of its replies shows it at the top
        stale |= _replies_pages(comment.comment_id, comment.reply_count)
    return stale.union(*(_files_naming_parent(reply) for reply in replies))


def all_of_thread(
    *, root_positions: int, reply_counts: Mapping[str, int], comment_ids: Iterable[str]
) -> set[StaleFile]:
    """Every file of a thread; `reply_counts` by root, `comment_ids` of all published comments."""
    stale = {NEWEST, *map(_own_page, comment_ids)}
    if root_positions:
        stale |= {
            StaleFile("page", "", number) for number in range(1, page_of(root_positions - 1) + 1)
        }
    return stale.union(*(_replies_pages(root_id, count) for root_id, count in reply_counts.items()))


def _files_containing(comment: Placement) -> set[StaleFile]:
    stale = {NEWEST, _own_page(comment.comment_id)}
    if comment.root_id is None:
        return stale | {StaleFile("page", "", page_of(comment.position))}
    if comment.parent_id is not None and comment.parent_id != comment.root_id:
        # A reply's page shows its direct replies, a root's page the first ones below it.
        stale.add(_own_page(comment.parent_id))
    return stale | _files_naming_parent(comment)


def _files_naming_parent(reply: Placement) -> set[StaleFile]:
    """Files that show a reply below its root. Its own page links to the parent without a name."""
    if reply.root_id is None:
        return set()
    page = replies_page_of(reply.position)
    if page is not None:
        return {NEWEST, StaleFile("replies", reply.root_id, page)}
    return {NEWEST, _page_of_root(reply), _own_page(reply.root_id)}


def _own_page(comment_id: str) -> StaleFile:
    return StaleFile("comment", comment_id, 0)


def _page_of_root(reply: Placement) -> StaleFile:
    if reply.root_position is None:
        return NEWEST
    return StaleFile("page", "", page_of(reply.root_position))


def _replies_pages(root_id: str, reply_count: int) -> set[StaleFile]:
    last_page = replies_page_of(reply_count - 1) or 0
    return {StaleFile("replies", root_id, number) for number in range(1, last_page + 1)}
