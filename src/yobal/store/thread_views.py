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
        others = tuple(other for other in self.editions if other.edition != edition.edition)
        thread = msgspec.structs.replace(self.view.thread, edition=edition, others=others)
        return msgspec.structs.replace(self.view, thread=thread)


def views(
    conn: Connection, rules: SiteRules, story: str, editions: Sequence[Edition], file: StaleFile
) -> Views | None:
    """What a file shows; None for replies of a comment that left without a trace."""
    site = rules.site
    thread = ThreadRef(
        site=site, story=story, edition=editions[0], form=form_state(conn, site, story)
    )
    view: View | None
    match file.kind:
        case "newest":
            view = _newest(conn, rules.schedule, thread)
        case "page":
            view = _page(conn, rules.schedule, thread, file.number)
        case _:
            view = _replies(conn, rules.schedule, thread, file)
    return Views(view, editions) if view is not None else None


def form_state(conn: Connection, site: str, story: str) -> FormState:
    if stories.newest_epoch(conn, site) is None:
        return "not_open_yet"
    return "open" if stories.totals(conn, site, story).is_open else "closed"


def _newest(conn: Connection, schedule: Schedule, thread: ThreadRef) -> NewestView:
    roots = published_comments.newest_roots(conn, thread.site, thread.story, limit=PAGE_COMMENTS)
    oldest = roots[-1].position if roots else 0
    return NewestView(
        thread=thread,
        comments=_with_replies(conn, schedule, thread, roots),
        comments_total=stories.totals(conn, thread.site, thread.story).comments_total,
        older_page=_older_page(conn, thread, oldest),
    )


def _older_page(conn: Connection, thread: ThreadRef, oldest: int) -> int | None:
    """The page that holds the newest comment before the oldest shown."""
    before = published_comments.newest_root_before(conn, thread.site, thread.story, position=oldest)
    return page_of(before) if before is not None else None


def _page(conn: Connection, schedule: Schedule, thread: ThreadRef, number: int) -> PageView:
    first = (number - 1) * PAGE_COMMENTS
    roots = published_comments.roots_between(
        conn, thread.site, thread.story, first=first, last=first + PAGE_COMMENTS - 1
    )
    shown = _with_replies(conn, schedule, thread, roots)
    return PageView(thread=thread, number=number, comments=shown)


def _replies(
    conn: Connection, schedule: Schedule, thread: ThreadRef, file: StaleFile
) -> RepliesView | None:
    root = published_comments.get(conn, file.root)
    if root is None:
        return None
    first = REPLIES_SHOWN + (file.number - 1) * PAGE_COMMENTS
    rows = published_comments.replies_between(
        conn,
        [root.id],
        site=thread.site,
        story=thread.story,
        first=first,
        last=first + PAGE_COMMENTS - 1,
    )
    names = published_comments.names_of(conn, {row.to_id for row in rows if row.to_id})
    return RepliesView(
        thread=thread,
        root=_letter(schedule, root),
        root_page=page_of(root.position),
        number=file.number,
        has_more=root.replies > first + PAGE_COMMENTS,
        comments=tuple(_letter(schedule, row, names) for row in rows),
    )


def _with_replies(
    conn: Connection, schedule: Schedule, thread: ThreadRef, roots: Sequence[PublishedCommentRow]
) -> tuple[PublishedComment, ...]:
    answered = [root.id for root in roots if root.replies]
    rows = published_comments.replies_between(
        conn, answered, site=thread.site, story=thread.story, first=0, last=REPLIES_SHOWN - 1
    )
    names = published_comments.names_of(conn, {row.to_id for row in rows if row.to_id})
    under: dict[str, list[PublishedComment]] = defaultdict(list)
    for row in rows:
        under[row.root].append(_letter(schedule, row, names))
    return tuple(_letter(schedule, root, replies=tuple(under[root.id])) for root in roots)


def _letter(
    schedule: Schedule,
    row: PublishedCommentRow,
    names: dict[str, str] | None = None,
    replies: tuple[PublishedComment, ...] = (),
) -> PublishedComment:
    to_name = (names or {}).get(row.to_id or "") if row.to_id != row.root else None
    return PublishedComment(
        id=row.id,
        name=row.name,
        text=row.text,
        lang=row.lang,
        edition=row.edition,
        day=day_of(schedule, row.slot).isoformat(),
        edited_clause=row.edited_clause,
        to=row.to_id,
        to_name=to_name,
        gone=row.gone,
        gone_clause=row.gone_clause,
        replies=replies,
        has_more_replies=row.root is None and row.replies > REPLIES_SHOWN,
        page=page_of(row.position) if row.root is None else 1,
    )
