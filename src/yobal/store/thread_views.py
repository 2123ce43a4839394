"""Read from the store what one file of a thread shows."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Connection

from yobal.core.schedule import Schedule, day_of
from yobal.core.site_rules import SiteRules
from yobal.core.thread import (
    PAGE_COMMENTS,
    REPLIES_SHOWN,
    Edition,
    FormState,
    NewestView,
    PageView,
    PublishedComment,
    RepliesView,
    StaleFile,
    ThreadRef,
    page_of,
)
from yobal.store import published_comments, stories
from yobal.store.published_comments import PublishedCommentRow

View = NewestView | PageView | RepliesView


class Views(msgspec.Struct, frozen=True):
    """One file's view, to be had for each edition: the comments are the same, the place is not."""

    view: View
    editions: Sequence[Edition]

    def of(self, edition: Edition) -> View:
        others = tuple(other for other in self.editions if other.tag != edition.tag)
        thread = msgspec.structs.replace(self.view.thread, edition=edition, others=others)
        return msgspec.structs.replace(self.view, thread=thread)


def views(
    conn: Connection, rules: SiteRules, story_id: str, editions: Sequence[Edition], file: StaleFile
) -> Views | None:
    """What a file shows; None for replies of a comment that left without a trace."""
    site_id = rules.site_id
    thread = ThreadRef(
        site_id=site_id,
        story_id=story_id,
        edition=editions[0],
        form=form_state(conn, site_id, story_id),
    )
    view: View | None
    match file.file_kind:
        case "newest":
            view = _newest(conn, rules.schedule, thread)
        case "page":
            view = _page(conn, rules.schedule, thread, file.number)
        case _:
            view = _replies(conn, rules.schedule, thread, file)
    return Views(view, editions) if view is not None else None


def form_state(conn: Connection, site_id: str, story_id: str) -> FormState:
    if stories.newest_epoch(conn, site_id) is None:
        return "not_open_yet"
    return "open" if stories.totals(conn, site_id, story_id).is_open else "closed"


def _newest(conn: Connection, schedule: Schedule, thread: ThreadRef) -> NewestView:
    roots = published_comments.newest_roots(
        conn, thread.site_id, thread.story_id, limit=PAGE_COMMENTS
    )
    oldest = roots[-1].position if roots else 0
    return NewestView(
        thread=thread,
        comments=_with_replies(conn, schedule, thread, roots),
        comments_total=stories.totals(conn, thread.site_id, thread.story_id).comments_total,
        older_page=_older_page(conn, thread, oldest),
    )


def _older_page(conn: Connection, thread: ThreadRef, oldest: int) -> int | None:
    """The page that holds the newest comment before the oldest shown."""
    before = published_comments.newest_root_before(
        conn, thread.site_id, thread.story_id, position=oldest
    )
    return page_of(before) if before is not None else None


def _page(conn: Connection, schedule: Schedule, thread: ThreadRef, number: int) -> PageView:
    first = (number - 1) * PAGE_COMMENTS
    roots = published_comments.roots_between(
        conn, thread.site_id, thread.story_id, first=first, last=first + PAGE_COMMENTS - 1
    )
    shown = _with_replies(conn, schedule, thread, roots)
    return PageView(thread=thread, number=number, comments=shown)


def _replies(
    conn: Connection, schedule: Schedule, thread: ThreadRef, file: StaleFile
) -> RepliesView | None:
    root = published_comments.get(conn, file.root_id)
    if root is None:
        return None
    first = REPLIES_SHOWN + (file.number - 1) * PAGE_COMMENTS
    rows = published_comments.replies_between(
        conn,
        [root.id],
        site_id=thread.site_id,
        story_id=thread.story_id,
        first=first,
        last=first + PAGE_COMMENTS - 1,
    )
    names = published_comments.names_of(conn, {row.parent_id for row in rows if row.parent_id})
    return RepliesView(
        thread=thread,
        root=_letter(schedule, root),
        root_page=page_of(root.position),
        number=file.number,
        has_more=root.next_reply_position > first + PAGE_COMMENTS,
        comments=tuple(_letter(schedule, row, names) for row in rows),
    )


def _with_replies(
    conn: Connection, schedule: Schedule, thread: ThreadRef, roots: Sequence[PublishedCommentRow]
) -> tuple[PublishedComment, ...]:
    answered = [root.id for root in roots if root.next_reply_position]
    rows = published_comments.replies_between(
        conn,
        answered,
        site_id=thread.site_id,
        story_id=thread.story_id,
        first=0,
        last=REPLIES_SHOWN - 1,
    )
    names = published_comments.names_of(conn, {row.parent_id for row in rows if row.parent_id})
    under: dict[str, list[PublishedComment]] = defaultdict(list)
    for row in rows:
        under[row.root_id].append(_letter(schedule, row, names))
    return tuple(_letter(schedule, root, replies=tuple(under[root.id])) for root in roots)


def _letter(
    schedule: Schedule,
    row: PublishedCommentRow,
    names: dict[str, str] | None = None,
    replies: tuple[PublishedComment, ...] = (),
) -> PublishedComment:
    parent_name = (names or {}).get(row.parent_id or "") if row.parent_id != row.root_id else None
    return PublishedComment(
        id=row.id,
        name=row.name,
        text=row.text,
        lang=row.lang,
        edition=row.edition,
        day=day_of(schedule, row.slot).isoformat(),
        edited_clause=row.edited_clause,
        parent_id=row.parent_id,
        parent_name=parent_name,
        removal=row.removal,
        removal_clause=row.removal_clause,
        replies=replies,
        has_more_replies=row.root_id is None and row.next_reply_position > REPLIES_SHOWN,
        page=page_of(row.position) if row.root_id is None else 1,
    )
