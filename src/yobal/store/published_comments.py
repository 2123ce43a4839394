"""Published comments, by their places: what the pages are made from."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.schedule import Slot
from yobal.core.thread import Removal
from yobal.store.tables import published_comments

PublishedCommentRow = Row[*tuple[Any, ...]]


def add(
    conn: Connection,
    *,
    id: str,
    site_id: str,
    story_id: str,
    edition: str,
    root_id: str | None,
    parent_id: str | None,
    position: int,
    text: str,
    name: str,
    lang: str,
    slot: Slot,
    edited_clause: str | None,
) -> None:
    """Publish: from now on the comment has this place for ever."""
    conn.execute(
        published_comments.insert().values(
            id=id,
            site_id=site_id,
            story_id=story_id,
            edition=edition,
            root_id=root_id,
            parent_id=parent_id,
            position=position,
            text=text,
            name=name,
            lang=lang,
            slot=slot,
            edited_clause=edited_clause,
            removal=None,
            removal_clause=None,
            next_reply_position=0,
        )
    )


def get(conn: Connection, comment_id: str) -> PublishedCommentRow | None:
    return conn.execute(
        sa.select(published_comments).where(published_comments.c.id == comment_id)
    ).one_or_none()


def newest_roots(
    conn: Connection, site_id: str, story_id: str, *, limit: int
) -> Sequence[PublishedCommentRow]:
    """The newest top-level comments, newest first."""
    return conn.execute(
        _roots(site_id, story_id).order_by(published_comments.c.position.desc()).limit(limit)
    ).all()


def newest_root_before(
    conn: Connection, site_id: str, story_id: str, *, position: int
) -> int | None:
    """The place of the newest top-level comment before a place; None where it is the oldest."""
    chosen = _roots(site_id, story_id).where(published_comments.c.position < position)
    row = conn.execute(chosen.order_by(published_comments.c.position.desc()).limit(1)).one_or_none()
    return row.position if row is not None else None


def roots_between(
    conn: Connection, site_id: str, story_id: str, *, first: int, last: int
) -> Sequence[PublishedCommentRow]:
    """Top-level comments with places from `first` to `last`, newest first."""
    return conn.execute(
        _roots(site_id, story_id)
        .where(published_comments.c.position.between(first, last))
        .order_by(published_comments.c.position.desc())
    ).all()


def replies_between(
    conn: Connection, roots: Iterable[str], *, site_id: str, story_id: str, first: int, last: int
) -> Sequence[PublishedCommentRow]:
    """Replies under any of these roots with places from `first` to `last`, oldest first."""
    return conn.execute(
        sa.select(published_comments)
        .where(
            published_comments.c.site_id == site_id,
            published_comments.c.story_id == story_id,
            published_comments.c.root_id.in_(list(roots)),
            published_comments.c.position.between(first, last),
        )
        .order_by(published_comments.c.root_id, published_comments.c.position)
    ).all()


def names_of(conn: Connection, comments: Iterable[str]) -> dict[str, str]:
    """The names of those of these comments that are still there."""
    chosen = sa.select(published_comments.c.id, published_comments.c.name).where(
        published_comments.c.id.in_(list(comments)), published_comments.c.removal.is_(None)
    )
    return {row.id: row.name for row in conn.execute(chosen)}


def replies_to(conn: Connection, comment_id: str) -> Sequence[PublishedCommentRow]:
    """Comments that answer this one and are kept, gone or not."""
    return conn.execute(
        sa.select(published_comments).where(published_comments.c.parent_id == comment_id)
    ).all()


def has_replies(conn: Connection, root_id: str) -> bool:
    """Whether anything stands under this root, gone or not."""
    chosen = (
        sa.select(published_comments.c.id).where(published_comments.c.root_id == root_id).limit(1)
    )
    return conn.execute(chosen).one_or_none() is not None


def allocate_reply_position(conn: Connection, root_id: str) -> int:
    """The next place under a root."""
    position: int = conn.execute(
        sa.select(published_comments.c.next_reply_position).where(
            published_comments.c.id == root_id
        )
    ).scalar_one()
    conn.execute(
        published_comments.update()
        .where(
            published_comments.c.id == root_id, published_comments.c.next_reply_position == position
        )
        .values(next_reply_position=position + 1)
    )
    return position


def delete(conn: Connection, comment_id: str) -> None:
    conn.execute(published_comments.delete().where(published_comments.c.id == comment_id))


def make_tombstone(
    conn: Connection, comment_id: str, *, removal: Removal, clause: str | None
) -> None:
    """Leave a line without words or a name, because there are answers beneath it."""
    conn.execute(
        published_comments.update()
        .where(published_comments.c.id == comment_id)
        .values(
            text="", name="", removal=removal, removal_clause=clause, edited_clause=None, lang="und"
        )
    )


def _roots(site_id: str, story_id: str) -> sa.Select[Any]:
    return sa.select(published_comments).where(
        published_comments.c.site_id == site_id,
        published_comments.c.story_id == story_id,
        published_comments.c.root_id.is_(None),
    )
