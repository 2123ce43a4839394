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
        place = msgspec.structs.replace(self.view.place, edition=edition, others=others)
        return msgspec.structs.replace(self.view, place=place)


def views(
    db: Connection, rules: SiteRules, story: str, editions: Sequence[Edition], file: StaleFile
) -> Views | None:
    """What a file shows; None for replies of a comment that left without a trace."""
    site = rules.site
    place = ThreadRef(site=site, story=story, edition=editions[0], form=form_state(db, site, story))
    view: View | None
    match file.kind:
        case "newest":
            view = _newest(db, rules.schedule, place)
        case "page":
            view = _page(db, rules.schedule, place, file.number)
        case _:
            view = _replies(db, rules.schedule, place, file)
    return Views(view, editions) if view is not None else None


def form_state(db: Connection, site: str, story: str) -> FormState:
    if stories.newest_epoch(db, site) is None:
        return "not_open_yet"
    return "open" if stories.totals(db, site, story).is_open else "closed"


def _newest(db: Connection, schedule: Schedule, place: ThreadRef) -> NewestView:
    roots = published_comments.newest_roots(db, place.site, place.story, limit=PAGE_COMMENTS)
    oldest = roots[-1].place if roots else 0
    return NewestView(
        place=place,
        comments=_with_replies(db, schedule, place, roots),
        comments_total=stories.totals(db, place.site, place.story).comments_total,
        older_page=_older_page(db, place, oldest),
    )


def _older_page(db: Connection, place: ThreadRef, oldest: int) -> int | None:
    """The page that holds the newest comment before the oldest shown."""
    before = published_comments.newest_root_before(db, place.site, place.story, place=oldest)
    return page_of(before) if before is not None else None


def _page(db: Connection, schedule: Schedule, place: ThreadRef, number: int) -> PageView:
    first = (number - 1) * PAGE_COMMENTS
    roots = published_comments.roots_between(
        db, place.site, place.story, first=first, last=first + PAGE_COMMENTS - 1
    )
    shown = _with_replies(db, schedule, place, roots)
    return PageView(place=place, number=number, comments=shown)


def _replies(
    db: Connection, schedule: Schedule, place: ThreadRef, file: StaleFile
) -> RepliesView | None:
    root = published_comments.get(db, file.root)
    if root is None:
        return None
    first = REPLIES_SHOWN + (file.number - 1) * PAGE_COMMENTS
    rows = published_comments.replies_between(
        db,
        [root.id],
        site=place.site,
        story=place.story,
        first=first,
        last=first + PAGE_COMMENTS - 1,
    )
    names = published_comments.names_of(db, {row.to_id for row in rows if row.to_id})
    return RepliesView(
        place=place,
        root=_letter(schedule, root),
        root_page=page_of(root.place),
        number=file.number,
        has_more=root.replies > first + PAGE_COMMENTS,
        comments=tuple(_letter(schedule, row, names) for row in rows),
    )


def _with_replies(
    db: Connection, schedule: Schedule, place: ThreadRef, roots: Sequence[PublishedCommentRow]
) -> tuple[PublishedComment, ...]:
    answered = [root.id for root in roots if root.replies]
    rows = published_comments.replies_between(
        db, answered, site=place.site, story=place.story, first=0, last=REPLIES_SHOWN - 1
    )
    names = published_comments.names_of(db, {row.to_id for row in rows if row.to_id})
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
        page=page_of(row.place) if row.root is None else 1,
    )
