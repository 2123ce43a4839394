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
    site: str,
    story: str,
    edition: str,
    root: str | None,
    to_id: str | None,
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
            site=site,
            story=story,
            edition=edition,
            root=root,
            to_id=to_id,
            position=position,
            text=text,
            name=name,
            lang=lang,
            slot=slot,
            edited_clause=edited_clause,
            gone=None,
            gone_clause=None,
            replies=0,
        )
    )


def get(conn: Connection, comment: str) -> PublishedCommentRow | None:
    return conn.execute(
        sa.select(published_comments).where(published_comments.c.id == comment)
    ).one_or_none()


def newest_roots(
    conn: Connection, site: str, story: str, *, limit: int
) -> Sequence[PublishedCommentRow]:
    """The newest top-level comments, newest first."""
    return conn.execute(
        _roots(site, story).order_by(published_comments.c.position.desc()).limit(limit)
    ).all()


def newest_root_before(conn: Connection, site: str, story: str, *, position: int) -> int | None:
    """The place of the newest top-level comment before a place; None where it is the oldest."""
    chosen = _roots(site, story).where(published_comments.c.position < position)
    row = conn.execute(chosen.order_by(published_comments.c.position.desc()).limit(1)).one_or_none()
    return row.position if row is not None else None


def roots_between(
    conn: Connection, site: str, story: str, *, first: int, last: int
) -> Sequence[PublishedCommentRow]:
    """Top-level comments with places from `first` to `last`, newest first."""
    return conn.execute(
        _roots(site, story)
        .where(published_comments.c.position.between(first, last))
        .order_by(published_comments.c.position.desc())
    ).all()


def replies_between(
    conn: Connection, roots: Iterable[str], *, site: str, story: str, first: int, last: int
) -> Sequence[PublishedCommentRow]:
    """Replies under any of these roots with places from `first` to `last`, oldest first."""
    return conn.execute(
        sa.select(published_comments)
        .where(
            published_comments.c.site == site,
            published_comments.c.story == story,
            published_comments.c.root.in_(list(roots)),
            published_comments.c.position.between(first, last),
        )
        .order_by(published_comments.c.root, published_comments.c.position)
    ).all()


def names_of(conn: Connection, comments: Iterable[str]) -> dict[str, str]:
    """The names of those of these comments that are still there."""
    chosen = sa.select(published_comments.c.id, published_comments.c.name).where(
        published_comments.c.id.in_(list(comments)), published_comments.c.gone.is_(None)
    )
    return {row.id: row.name for row in conn.execute(chosen)}


def replies_to(conn: Connection, comment: str) -> Sequence[PublishedCommentRow]:
    """Comments that answer this one and are kept, gone or not."""
    return conn.execute(
        sa.select(published_comments).where(published_comments.c.to_id == comment)
    ).all()


def has_replies(conn: Connection, root: str) -> bool:
    """Whether anything stands under this root, gone or not."""
    chosen = sa.select(published_comments.c.id).where(published_comments.c.root == root).limit(1)
    return conn.execute(chosen).one_or_none() is not None


def allocate_reply_position(conn: Connection, root: str) -> int:
    """The next place under a root."""
    position: int = conn.execute(
        sa.select(published_comments.c.replies).where(published_comments.c.id == root)
    ).scalar_one()
    conn.execute(
        published_comments.update()
        .where(published_comments.c.id == root, published_comments.c.replies == position)
        .values(replies=position + 1)
    )
    return position


def delete(conn: Connection, comment: str) -> None:
    conn.execute(published_comments.delete().where(published_comments.c.id == comment))


def make_tombstone(conn: Connection, comment: str, *, gone: Removal, clause: str | None) -> None:
    """Leave a line without words or a name, because there are answers beneath it."""
    conn.execute(
        published_comments.update()
        .where(published_comments.c.id == comment)
        .values(text="", name="", gone=gone, gone_clause=clause, edited_clause=None, lang="und")
    )


def _roots(site: str, story: str) -> sa.Select[Any]:
    return sa.select(published_comments).where(
        published_comments.c.site == site,
        published_comments.c.story == story,
        published_comments.c.root.is_(None),
    )
