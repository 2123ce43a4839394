"""A thread as readers see it: pages and replies.

Pages are numbered from the oldest, and a comment never moves to another page. So a release rewrites
only the pages that it adds to, and its cost grows with what it releases.
"""

from typing import Final, Literal

import msgspec

from yobal.core.schedule import Slot
from yobal.core.terms import EditKind

PAGE_COMMENTS: Final = 50  # top-level comments on a page, and replies on a page of replies
REPLIES_SHOWN: Final = 5  # replies shown under their root; the rest are on pages of replies

FEED_ENTRIES_MAX: Final = 50

Removal = Literal["withdrawn", "removed", "withheld"]  # withheld: it does not verify
FormState = Literal["open", "closed", "not_open_yet"]
EmbeddedForm = Literal["frame", "page"]  # where `embed.js` has the form: in a frame, or on our page


class PublishedComment(msgspec.Struct, kw_only=True, frozen=True):
    """One comment in a view. `day` is ISO 8601 (YYYY-MM-DD), `lang` is BCP 47.

    With `removal` it is a tombstone: text and name are empty.
    """

    id: str
    name: str  # empty: "Anonymous"
    text: str
    lang: str
    edition: str  # that it was sent under
    day: str
    edit_kind: EditKind | None = None  # how a moderator edited it, with the clause
    edited_clause: str | None = None
    parent_id: str | None = None
    # None if the parent is the root, which is shown above anyway, or was removed.
    parent_name: str | None = None
    removal: Removal | None = None
    removal_clause: str | None = None
    replies: tuple["PublishedComment", ...] = ()  # the first five, oldest first
    has_more_replies: bool = False


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    tag: str
    title: str
    url: str


class EditorTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What the newsroom says in one edition of a story; empty if nothing."""

    question: str = ""  # above the form
    pinned_note: str = ""  # above the thread


class ThreadRef(msgspec.Struct, frozen=True, kw_only=True):
    """A thread in one edition, with the state of its form. `is_framed`: seen in a newsroom's page.

    `id_suffix` is a random end of all ids in a framed answer. A page can ask its frame to show an element,
    and if it guessed the id, see by its own scrolling where on the answer that element is.
    """

    site_id: str
    story_id: str
    edition: Edition
    other_editions: tuple[Edition, ...] = ()  # the story's other editions
    form: FormState = "open"
    closes_slot: Slot | None = None  # when an open form closes, if the newsroom has said it
    editor_texts: EditorTexts = EditorTexts()
    is_framed: bool = False
    id_suffix: str = ""


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A comment in a feed, with the title of its story in its edition."""

    story_id: str
    headline: str
    comment: PublishedComment


class SiteView(msgspec.Struct, frozen=True, kw_only=True):
    """What the files of the whole site show."""

    counts: dict[str, int]  # comments that are published and not removed, by story
    entries: tuple[FeedEntry, ...]  # newest first


class NewestView(msgspec.Struct, frozen=True, kw_only=True):
    """The thread's own address: the newest top-level comments, newest first."""

    thread: ThreadRef
    comments: tuple[PublishedComment, ...]
    comments_total: int  # published and not removed, replies included
    older: "CommentLocation | None"  # the newest comment that is not shown
    feed: tuple[PublishedComment, ...] = ()  # the newest comments and replies, newest first


class CommentLocation(msgspec.Struct, frozen=True, kw_only=True):
    """Where a comment is: on a numbered page, or on page `number` of the replies of `root_id`."""

    comment_id: str
    number: int
    root_id: str | None = None


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered page, newest first. It holds nothing that comments on other pages can change,
    except that the first one on the next page adds a link."""

    thread: ThreadRef
    number: int  # from 1, the oldest
    last_position: int  # of its comments, counted from 1, removed ones included
    has_newer: bool  # there is a page after this one
    comments: tuple[PublishedComment, ...]

    @property
    def first_position(self) -> int:
        return (self.number - 1) * PAGE_COMMENTS + 1


class RepliesView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the replies after the first five, oldest first."""

    thread: ThreadRef
    root: PublishedComment
    root_page: int
    number: int  # from 1
    last_position: int  # of its replies under the root, counted from 1, removed ones included
    has_more: bool  # there is a page after this one
    comments: tuple[PublishedComment, ...]

    @property
    def first_position(self) -> int:
        return REPLIES_SHOWN + (self.number - 1) * PAGE_COMMENTS + 1


class CommentPageView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one comment, in the edition that it was written in.

    It shows nothing of the parent, so that it stays as it is when the parent is removed.
    """

    thread: ThreadRef
    comment: PublishedComment  # with its first direct replies, or those below it if it is a root
    parent: "CommentLink | None"
    more_replies: CommentLocation | None  # the first reply that is not shown


class CommentLink(msgspec.Struct, frozen=True, kw_only=True):
    """What a link to the page of a comment needs."""

    comment_id: str
    edition: str


def form_state(*, has_epoch: bool, is_open: bool) -> FormState:
    """Without an epoch there is no key to seal comments to. A closed story will not open with one."""
    if not is_open:
        return "closed"
    return "open" if has_epoch else "not_open_yet"


def page_of(position: int) -> int:
    """The page that holds a position; positions count from 0, the oldest."""
    return position // PAGE_COMMENTS + 1


def replies_page_of(reply_position: int) -> int | None:
    """The page of replies that holds a reply; None for the first five, which are shown under their root."""
    if reply_position < REPLIES_SHOWN:
        return None
    return (reply_position - REPLIES_SHOWN) // PAGE_COMMENTS + 1
