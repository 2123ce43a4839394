"""A thread as readers see it: pages, replies, and which files a change touches.

Pages are numbered from the oldest and never reflowed: a comment keeps its place for ever, so a
release rewrites only the pages it touches and its cost grows with what it releases.
"""

from typing import Final, Literal

import msgspec

PAGE_COMMENTS: Final = 50  # top-level comments on a page, and replies on a page of replies
REPLIES_SHOWN: Final = 5  # first replies that stand under their comment

Removal = Literal["withdrawn", "removed"]
FormState = Literal["open", "closed", "not_open_yet"]


class PublishedComment(msgspec.Struct, kw_only=True, frozen=True):
    """One comment in a view. `day` is ISO 8601 (YYYY-MM-DD), `lang` BCP 47, `edition` where it was sent.

    `removal` says that only a line stands in its place: text and name are empty then.
    """

    id: str
    name: str  # empty: "Anonymous"
    text: str
    lang: str
    edition: str
    day: str
    edited_clause: str | None = None
    parent_id: str | None = None  # the comment it answers
    # Its name, read at release; None where it is the root above, or has gone.
    parent_name: str | None = None
    removal: Removal | None = None
    removal_clause: str | None = None
    replies: tuple["PublishedComment", ...] = ()  # the first five, oldest first
    has_more_replies: bool = False
    page: int = 1  # the numbered page it stands on for ever: where a link to it leads


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    tag: str
    title: str
    url: str


class ThreadRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which thread, in which language version."""

    site_id: str
    story_id: str
    edition: Edition
    others: tuple[Edition, ...] = ()  # the story's other editions
    form: FormState = "open"


class NewestView(msgspec.Struct, frozen=True, kw_only=True):
    """The thread's own address: the newest 50, newest first."""

    thread: ThreadRef
    comments: tuple[PublishedComment, ...]
    comments_total: int  # published and present, replies included
    older_page: int | None  # the numbered page where reading on begins


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered page, newest first. Names nothing that changes with comments it does not show."""

    thread: ThreadRef
    number: int  # from 1, the oldest
    comments: tuple[PublishedComment, ...]


class RepliesView(msgspec.Struct, frozen=True, kw_only=True):
    """The replies of one comment beyond the first five, oldest first."""

    thread: ThreadRef
    root: PublishedComment
    root_page: int
    number: int  # from 1
    comments: tuple[PublishedComment, ...]
    has_more: bool = False  # a page after this one begins; it changes once, when that happens


class StaleFile(msgspec.Struct, frozen=True, order=True):
    """One set of files to write again, in every edition of the story.

    `file_kind` is `newest` (number 0), `page` (its number) or `replies` (of `root_id`, its number).
    """

    file_kind: Literal["newest", "page", "replies"]
    root_id: str
    number: int


def page_of(position: int) -> int:
    """The page that holds a place; places count from 0, the oldest."""
    return position // PAGE_COMMENTS + 1


def replies_page_of(reply_position: int) -> int | None:
    """The page of replies that holds a reply; None for the first five, which stand under the comment."""
    if reply_position < REPLIES_SHOWN:
        return None
    return (reply_position - REPLIES_SHOWN) // PAGE_COMMENTS + 1
