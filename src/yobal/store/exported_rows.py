"""Reads what is public, for an export: stories, and the comments of a thread in the order of its pages."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.export_rows import ExportedComment, ExportedEdition, ExportedStory
from yobal.core.language import UNKNOWN
from yobal.store import published_comments, stories
from yobal.store.published_comments import PublishedCommentRow
from yobal.store.rows import fetch_all
from yobal.store.tables import published_comments as comments_table

REPLIES_MAX: Final = 2_000  # read at once
_ALL: Final = 2**31 - 1


class EditionCount(NamedTuple):
    story_id: str
    edition: str


def comment_counts(conn: Connection, site_id: str) -> dict[EditionCount, int]:
    """How many lines each edition of each story has, removed ones included."""
    rows = conn.execute(
        sa.select(
            comments_table.c.story_id, comments_table.c.edition, sa.func.count().label("comments")
        )
        .where(comments_table.c.site_id == site_id)
        .group_by(comments_table.c.story_id, comments_table.c.edition)
    )
    return {EditionCount(row.story_id, row.edition): row.comments for row in rows}


def story(conn: Connection, site_id: str, story_id: str, *, comments: int) -> ExportedStory:
    """Raises NoSuchStory."""
    row = stories.get(conn, site_id, story_id)
    return ExportedStory(
        story_id=story_id,
        is_open=row.is_open,
        closes_slot=row.closes_slot,
        next_position=row.next_position,
        comments=comments,
        editions=tuple(
            ExportedEdition(
                tag=edition.tag,
                title=edition.title,
                url=edition.url,
                question=texts.question,
                pinned_note=texts.pinned_note,
            )
            for edition, texts in stories.editions_with_texts(conn, site_id, story_id)
        ),
    )


def roots(
    conn: Connection, site_id: str, story_id: str, *, first: int, limit: int
) -> list[PublishedCommentRow]:
    """Top-level comments from a position on, oldest first."""
    chosen = (
        sa.select(comments_table)
        .where(
            comments_table.c.site_id == site_id,
            comments_table.c.story_id == story_id,
            comments_table.c.root_id.is_(None),
            comments_table.c.position >= first,
        )
        .order_by(comments_table.c.position)
        .limit(limit)
    )
    return fetch_all(conn, PublishedCommentRow, chosen)


def replies(
    conn: Connection, rows: Sequence[PublishedCommentRow], *, first: int = 0, last: int = _ALL
) -> dict[str | None, list[PublishedCommentRow]]:
    """The replies to these top-level comments of a thread at these positions, oldest first."""
    root_ids = [row.id for row in rows if row.next_reply_position]
    by_root: dict[str | None, list[PublishedCommentRow]] = {}
    if not root_ids:
        return by_root
    site_id, story_id = rows[0].site_id, rows[0].story_id
    for reply in published_comments.replies_between(
        conn, root_ids, site_id=site_id, story_id=story_id, first=first, last=last
    ):
        by_root.setdefault(reply.root_id, []).append(reply)
    return by_root


def parts(rows: Sequence[PublishedCommentRow]) -> Iterator[list[PublishedCommentRow]]:
    """Split top-level comments into parts whose replies fit in memory. Each has at least one comment."""
    part: list[PublishedCommentRow] = []
    reply_count = 0
    for row in rows:
        if part and reply_count + row.next_reply_position > REPLIES_MAX:
            yield part
            part, reply_count = [], 0
        part.append(row)
        reply_count += row.next_reply_position
    if part:
        yield part


def comment_of(row: PublishedCommentRow) -> ExportedComment:
    """A comment as pages show it: a withheld one has no words."""
    is_shown = row.removal is None and not row.is_withheld
    return ExportedComment(
        id=row.id,
        story_id=row.story_id,
        edition=row.edition,
        parent_id=row.parent_id,
        position=row.position,
        next_reply_position=row.next_reply_position,
        slot=row.slot,
        lang=row.lang if is_shown else UNKNOWN,
        name=row.name if is_shown else "",
        text=row.text if is_shown else "",
        edit_kind=row.edit_kind if is_shown else None,
        edited_clause=row.edited_clause if is_shown else None,
        removal=None if is_shown else row.removal or "withheld",
        removal_clause=row.removal_clause,
    )
