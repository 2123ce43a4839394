"""Published comments and tombstones, by their positions: what the public pages are made from."""

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.hidden_text import HiddenText
from yobal.core.language import UNKNOWN
from yobal.core.schedule import Slot
from yobal.core.terms import EditKind
from yobal.core.thread import Removal
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import hidden_texts, published_comments


class PublishedCommentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A published comment; with `removal` it is a tombstone, without text and name.

    `position` never changes: it counts top-level comments in the thread, and replies under a root.
    """

    id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    position: int
    text: str
    name: str
    lang: str
    slot: Slot
    edit_kind: EditKind | None
    edited_clause: str | None
    publication_nonce: bytes | None = None
    is_withheld: bool = False  # it does not verify, and is shown like a tombstone
    removal: Removal | None = None
    removal_clause: str | None = None
    next_reply_position: int = 0


def add(conn: Connection, comment: PublishedCommentRow) -> None:
    conn.execute(published_comments.insert().values(**msgspec.structs.asdict(comment)))


def get(conn: Connection, comment_id: str | None) -> PublishedCommentRow | None:
    return fetch_one(
        conn,
        PublishedCommentRow,
        sa.select(published_comments).where(published_comments.c.id == comment_id),
    )


def get_many(conn: Connection, comment_ids: Iterable[str]) -> dict[str, PublishedCommentRow]:
    """By id, without those that do not exist."""
    chosen = sa.select(published_comments).where(published_comments.c.id.in_(list(comment_ids)))
    return {row.id: row for row in fetch_all(conn, PublishedCommentRow, chosen)}


def newest_roots(
    conn: Connection, site_id: str, story_id: str, *, limit: int
) -> list[PublishedCommentRow]:
    """The newest top-level comments, newest first."""
    newest = (
        sa.select(published_comments)
        .where(_is_root(site_id, story_id))
        .order_by(published_comments.c.position.desc())
        .limit(limit)
    )
    return fetch_all(conn, PublishedCommentRow, newest)


def newest_of_site(conn: Connection, site_id: str, *, limit: int) -> list[PublishedCommentRow]:
    """The newest comments and replies of all stories, without tombstones."""
    return _newest(conn, published_comments.c.site_id == site_id, limit)


def newest_of_story(
    conn: Connection, site_id: str, story_id: str, *, limit: int
) -> list[PublishedCommentRow]:
    """The newest comments and replies of one story, without tombstones."""
    is_of_story = sa.and_(
        published_comments.c.site_id == site_id, published_comments.c.story_id == story_id
    )
    return _newest(conn, is_of_story, limit)


def _newest(
    conn: Connection, condition: sa.ColumnElement[bool], limit: int
) -> list[PublishedCommentRow]:
    return fetch_all(
        conn,
        PublishedCommentRow,
        sa.select(published_comments)
        .where(condition, _is_shown())
        .order_by(published_comments.c.slot.desc(), published_comments.c.id.desc())
        .limit(limit),
    )


def newest_before(
    conn: Connection, site_id: str, story_id: str, *, position: int
) -> PublishedCommentRow | None:
    """The newest top-level comment before a position; None if there is none."""
    earlier = (
        sa.select(published_comments)
        .where(_is_root(site_id, story_id), published_comments.c.position < position)
        .order_by(published_comments.c.position.desc())
        .limit(1)
    )
    return fetch_one(conn, PublishedCommentRow, earlier)


def roots_between(
    conn: Connection, site_id: str, story_id: str, *, first: int, last: int
) -> list[PublishedCommentRow]:
    """Top-level comments at the positions `first` to `last`, newest first."""
    return fetch_all(
        conn,
        PublishedCommentRow,
        sa.select(published_comments)
        .where(_is_root(site_id, story_id), published_comments.c.position.between(first, last))
        .order_by(published_comments.c.position.desc()),
    )


def replies_between(
    conn: Connection,
    root_ids: Iterable[str],
    *,
    site_id: str,
    story_id: str,
    first: int,
    last: int,
) -> list[PublishedCommentRow]:
    """Replies under any of these roots at the positions `first` to `last`, oldest first."""
    return fetch_all(
        conn,
        PublishedCommentRow,
        sa.select(published_comments)
        .where(
            published_comments.c.site_id == site_id,
            published_comments.c.story_id == story_id,
            published_comments.c.root_id.in_(list(root_ids)),
            published_comments.c.position.between(first, last),
        )
        .order_by(published_comments.c.root_id, published_comments.c.position),
    )


def names_of(conn: Connection, comment_ids: Iterable[str]) -> dict[str, str]:
    """Names by comment, without those of tombstones and of what is withheld."""
    names = sa.select(published_comments.c.id, published_comments.c.name).where(
        published_comments.c.id.in_(list(comment_ids)), _is_shown()
    )
    return {row.id: row.name for row in conn.execute(names)}


def replies_to(conn: Connection, comment_id: str) -> list[PublishedCommentRow]:
    """Direct replies, oldest first, tombstones included."""
    return fetch_all(
        conn,
        PublishedCommentRow,
        sa.select(published_comments)
        .where(published_comments.c.parent_id == comment_id)
        .order_by(published_comments.c.position),
    )


def first_replies_to(
    conn: Connection, comment_ids: Iterable[str], *, limit: int
) -> list[PublishedCommentRow]:
    """The same of several comments, at most so many of each."""
    number = sa.func.row_number().over(
        partition_by=published_comments.c.parent_id, order_by=published_comments.c.position
    )
    numbered = (
        sa.select(published_comments.c.id, number.label("number"))
        .where(published_comments.c.parent_id.in_(list(comment_ids)))
        .subquery()
    )
    return fetch_all(
        conn,
        PublishedCommentRow,
        sa.select(published_comments)
        .join(numbered, numbered.c.id == published_comments.c.id)
        .where(numbered.c.number <= limit)
        .order_by(published_comments.c.parent_id, published_comments.c.position),
    )


def tombstones_without_replies(conn: Connection, site_id: str) -> list[PublishedCommentRow]:
    """Tombstones that no row replies to and that are the root of none; tombstones count as replies.

    Not while a text is hidden: a lead may bring it back to its place.
    """
    reply = published_comments.alias("reply")
    has_replies = sa.or_(
        sa.exists().where(reply.c.parent_id == published_comments.c.id),
        sa.exists().where(
            reply.c.site_id == published_comments.c.site_id,
            reply.c.story_id == published_comments.c.story_id,
            reply.c.root_id == published_comments.c.id,
        ),
    )
    is_hidden = sa.exists().where(hidden_texts.c.comment_id == published_comments.c.id)
    return fetch_all(
        conn,
        PublishedCommentRow,
        sa.select(published_comments)
        .where(
            published_comments.c.site_id == site_id,
            published_comments.c.removal.is_not(None),
            ~has_replies,
            ~is_hidden,
        )
        .order_by(published_comments.c.id),
    )


def reply_counts(conn: Connection, site_id: str, story_id: str) -> dict[str, int]:
    """For each root with replies: how many reply positions were ever used."""
    roots = sa.select(published_comments.c.id, published_comments.c.next_reply_position).where(
        _is_root(site_id, story_id), published_comments.c.next_reply_position > 0
    )
    return {row.id: row.next_reply_position for row in conn.execute(roots)}


def ids_of_story(conn: Connection, site_id: str, story_id: str) -> list[str]:
    """The ids of all comments of a story, without tombstones."""
    ids = sa.select(published_comments.c.id).where(
        published_comments.c.site_id == site_id,
        published_comments.c.story_id == story_id,
        published_comments.c.removal.is_(None),
    )
    return list(conn.execute(ids).scalars())


def set_next_reply_positions(conn: Connection, positions: Mapping[str, int]) -> None:
    """Set the next position by root, after many replies were added at once."""
    statement = published_comments.update().where(published_comments.c.id == sa.bindparam("root"))
    values = [{"root": root_id, "number": number} for root_id, number in positions.items()]
    if values:
        conn.execute(statement.values(next_reply_position=sa.bindparam("number")), values)


def allocate_reply_position(conn: Connection, root_id: str) -> int:
    """The next position under a root."""
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
    """Erase text and name; the row stays."""
    conn.execute(
        published_comments.update()
        .where(published_comments.c.id == comment_id)
        .values(
            text="",
            name="",
            removal=removal,
            removal_clause=clause,
            edit_kind=None,
            edited_clause=None,
            publication_nonce=None,
            lang=UNKNOWN,
        )
    )


def restore_text(
    conn: Connection, comment_id: str, hidden_text: HiddenText, *, is_withheld: bool
) -> None:
    """The opposite of `make_tombstone`."""
    nonce = hidden_text.nonce
    conn.execute(
        published_comments.update()
        .where(published_comments.c.id == comment_id)
        .values(
            text=hidden_text.text,
            name=hidden_text.name,
            lang=hidden_text.lang,
            edit_kind=hidden_text.edit_kind,
            edited_clause=hidden_text.edited_clause,
            publication_nonce=bytes.fromhex(nonce) if nonce is not None else None,
            is_withheld=is_withheld,
            removal=None,
            removal_clause=None,
        )
    )


def _is_shown() -> sa.ColumnElement[bool]:
    return sa.and_(
        published_comments.c.removal.is_(None), published_comments.c.is_withheld.is_(False)
    )


def _is_root(site_id: str, story_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        published_comments.c.site_id == site_id,
        published_comments.c.story_id == story_id,
        published_comments.c.root_id.is_(None),
    )
