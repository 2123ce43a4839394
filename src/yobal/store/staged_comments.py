"""Comments that an import has brought, until a lead signs it; and the ids of all that any import ever brought."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.ids import RandomBytes, new_id
from yobal.core.import_rows import SEALED_SLOT
from yobal.core.schedule import Slot
from yobal.core.states import PENDING, PUBLISHED, REMOVED, WITHDRAWN
from yobal.core.terms import EditKind
from yobal.core.thread import Removal
from yobal.store import cells
from yobal.store.insert_rows import insert_rows
from yobal.store.published_comments import PublishedCommentRow
from yobal.store.rows import fetch_all
from yobal.store.tables import (
    comments,
    envelopes,
    imported_comments,
    imported_threads,
    published_comments,
    staged_comments,
)

T = TypeVar("T")
_CHUNK: Final = 500  # values in one `in (…)`


class StagedComment(msgspec.Struct, frozen=True, kw_only=True):
    """`number` and `slot` give the order in the thread: parents come before children."""

    comment_id: str
    site_id: str
    import_id: str
    story_id: str
    edition: str
    parent_id: str | None
    slot: Slot
    number: int
    text: str
    name: str
    lang: str
    publication_nonce: bytes
    position: int | None = None
    next_reply_position: int | None = None
    edit_kind: EditKind | None = None
    edited_clause: str | None = None
    removal: Removal | None = None
    removal_clause: str | None = None


class Ancestor(msgspec.Struct, frozen=True):
    """A comment that is staged, sealed or published. `root_id` is None at the top of a thread, and if it is staged."""

    comment_id: str
    story_id: str
    root_id: str | None
    parent_id: str | None


class StagedStory(msgspec.Struct, frozen=True):
    """How many comments of an import wait under a story, and from which slots."""

    story_id: str
    comments: int
    first_slot: Slot
    last_slot: Slot


_COLUMNS: Final = StagedComment.__struct_fields__
_COMMENT_COLUMNS: Final = (
    *("id", "site_id", "story_id", "edition", "root_id", "parent_id"),
    *("state", "arrival_round", "epoch_id", "size_kib", "lang"),
)
_PUBLISHED_COLUMNS: Final = (
    *("id", "site_id", "story_id", "edition", "root_id", "parent_id", "position"),
    *("text", "name", "lang", "slot", "publication_nonce", "next_reply_position"),
    *("edit_kind", "edited_clause", "removal", "removal_clause"),
)
_STATES: Final = {None: PUBLISHED, "withdrawn": WITHDRAWN}  # by removal; of all others, REMOVED


def imported_slots(conn: Connection, comment_ids: Collection[str]) -> dict[str, Slot]:
    """Which of these ids an import has brought before: with the slot if it is staged, otherwise `SEALED_SLOT` or 0."""
    slots: dict[str, Slot] = {}
    for chunk in _chunks(sorted(comment_ids)):
        rows = conn.execute(
            sa.select(
                imported_comments.c.comment_id,
                staged_comments.c.slot,
                imported_comments.c.row_hash.is_(None).label("is_sealed"),
            )
            .outerjoin(
                staged_comments, staged_comments.c.comment_id == imported_comments.c.comment_id
            )
            .where(imported_comments.c.comment_id.in_(chunk))
        )
        slots |= {row.comment_id: SEALED_SLOT if row.is_sealed else row.slot or 0 for row in rows}
    return slots


def existing_slots(conn: Connection, comment_ids: Collection[str]) -> dict[str, Slot]:
    """Which of these ids belong to comments that no import may have brought."""
    return {
        comment_id: 0
        for chunk in _chunks(sorted(comment_ids))
        for comment_id in conn.execute(
            sa.select(comments.c.id).where(comments.c.id.in_(chunk))
        ).scalars()
    }


def add(conn: Connection, rows: Sequence[tuple[StagedComment, bytes]]) -> None:
    """Each with the hash that the manifest goes over. Sorted by their random ids, so that pages fill evenly."""
    ordered = sorted(rows, key=lambda row: row[0].comment_id)
    insert_rows(
        conn,
        imported_comments,
        ("comment_id", "import_id", "row_hash"),
        [(comment.comment_id, comment.import_id, hash_) for comment, hash_ in ordered],
    )
    insert_rows(
        conn,
        staged_comments,
        _COLUMNS,
        [msgspec.structs.astuple(comment) for comment, _ in ordered],
    )


def add_sealed(conn: Connection, import_id: str, comment_ids: Collection[str]) -> None:
    """They are in the queue; only their ids are noted here."""
    rows = [(comment_id, import_id, None) for comment_id in sorted(comment_ids)]
    insert_rows(conn, imported_comments, ("comment_id", "import_id", "row_hash"), rows)


def ancestors(conn: Connection, comment_ids: Collection[str]) -> dict[str, Ancestor]:
    """What is known of these comments, for a reply that is sealed now."""
    by_id: dict[str, Ancestor] = {}
    for table, id_column, root in (
        (staged_comments, staged_comments.c.comment_id, sa.null()),
        (comments, comments.c.id, comments.c.root_id),
    ):
        for chunk in _chunks(sorted(comment_ids)):
            rows = sa.select(
                id_column.label("comment_id"),
                table.c.story_id,
                root.label("root_id"),
                table.c.parent_id,
            ).where(id_column.in_(chunk))
            by_id |= {row.comment_id: row for row in fetch_all(conn, Ancestor, rows)}
    return by_id


def next_batch(
    conn: Connection, import_id: str, *, after: tuple[str, Slot, int], limit: int
) -> list[StagedComment]:
    """Story by story, in the order of the thread; `("", 0, 0)` starts at the first."""
    key = sa.tuple_(staged_comments.c.story_id, staged_comments.c.slot, staged_comments.c.number)
    rows = (
        sa.select(staged_comments)
        .where(staged_comments.c.import_id == import_id, key > sa.tuple_(*map(sa.literal, after)))
        .order_by(staged_comments.c.story_id, staged_comments.c.slot, staged_comments.c.number)
        .limit(limit)
    )
    return fetch_all(conn, StagedComment, rows)


def row_hashes_of(conn: Connection, comment_ids: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """The import and the hash of each of these comments that an import has brought unsealed."""
    return {
        row.comment_id: (row.import_id, bytes(row.row_hash))
        for chunk in _chunks(list(comment_ids))
        for row in conn.execute(
            sa.select(imported_comments).where(
                imported_comments.c.comment_id.in_(chunk),
                imported_comments.c.row_hash.is_not(None),
            )
        )
    }


def publish(
    conn: Connection, rows: Sequence[PublishedCommentRow], signed_parents: Sequence[str | None]
) -> None:
    """Each becomes a comment that a moderator can remove. Its row keeps the parent that the lead has signed."""
    insert_rows(
        conn,
        comments,
        _COMMENT_COLUMNS,
        [
            (
                *(row.id, row.site_id, row.story_id, row.edition, row.root_id, signed_parent),
                *(_STATES.get(row.removal, REMOVED), row.slot, "", 0, row.lang),
            )
            for row, signed_parent in zip(rows, signed_parents, strict=True)
        ],
    )
    insert_rows(
        conn,
        published_comments,
        _PUBLISHED_COLUMNS,
        [tuple(getattr(row, name) for name in _PUBLISHED_COLUMNS) for row in rows],
    )


def has_story(conn: Connection, import_id: str, story_id: str) -> bool:
    """Whether comments of this import wait under this story."""
    chosen = sa.select(staged_comments.c.comment_id).where(
        staged_comments.c.import_id == import_id, staged_comments.c.story_id == story_id
    )
    return conn.execute(chosen.limit(1)).first() is not None


def remove(conn: Connection, comment_ids: Sequence[str]) -> None:
    """Remove the rows of comments that are published now."""
    for chunk in _chunks(list(comment_ids)):
        conn.execute(staged_comments.delete().where(staged_comments.c.comment_id.in_(chunk)))


def count(conn: Connection, import_id: str) -> int:
    chosen = sa.select(sa.func.count()).select_from(staged_comments)
    return conn.execute(chosen.where(staged_comments.c.import_id == import_id)).scalar_one()


def count_sealed(conn: Connection, import_id: str) -> int:
    chosen = sa.select(sa.func.count()).select_from(imported_comments)
    is_sealed = sa.and_(
        imported_comments.c.import_id == import_id, imported_comments.c.row_hash.is_(None)
    )
    return conn.execute(chosen.where(is_sealed)).scalar_one()


def stories(conn: Connection, import_id: str) -> list[StagedStory]:
    """The stories with most comments come first."""
    counted = sa.func.count().label("comments")
    rows = (
        sa.select(
            staged_comments.c.story_id,
            counted,
            sa.func.min(staged_comments.c.slot).label("first_slot"),
            sa.func.max(staged_comments.c.slot).label("last_slot"),
        )
        .where(staged_comments.c.import_id == import_id)
        .group_by(staged_comments.c.story_id)
        .order_by(counted.desc(), staged_comments.c.story_id)
    )
    return fetch_all(conn, StagedStory, rows)


def sample(
    conn: Connection,
    import_id: str,
    *,
    limit: int,
    random: RandomBytes,
    story_id: str | None = None,
) -> list[StagedComment]:
    """Some staged comments, in the order of their ids from a random one on."""
    chosen = sa.select(staged_comments).where(
        staged_comments.c.import_id == import_id, staged_comments.c.removal.is_(None)
    )
    if story_id is not None:
        chosen = chosen.where(staged_comments.c.story_id == story_id)
    start = new_id(random)
    by_id = chosen.order_by(staged_comments.c.comment_id).limit(limit)
    rows = fetch_all(conn, StagedComment, by_id.where(staged_comments.c.comment_id >= start))
    if len(rows) < limit:
        before = by_id.where(staged_comments.c.comment_id < start).limit(limit - len(rows))
        rows += fetch_all(conn, StagedComment, before)
    return rows


def delete_import(conn: Connection, import_id: str) -> None:
    """Everything of an import that is refused. What it sealed goes too, unless a moderator has decided on it."""
    of_import = sa.select(imported_comments.c.comment_id).where(
        imported_comments.c.import_id == import_id, imported_comments.c.row_hash.is_(None)
    )
    pending = sa.select(comments.c.id).where(
        comments.c.id.in_(of_import), comments.c.state == PENDING
    )
    is_pending = envelopes.c.comment_id.in_(pending)
    cells.expire(conn, sa.select(envelopes.c.cell).where(is_pending))
    conn.execute(envelopes.delete().where(is_pending))
    conn.execute(comments.delete().where(comments.c.id.in_(of_import), comments.c.state == PENDING))
    for table in (staged_comments, imported_comments, imported_threads):
        conn.execute(table.delete().where(table.c.import_id == import_id))


class PublishedParent(msgspec.Struct, frozen=True):
    """What a new reply needs to know of the comment above it, published or a tombstone."""

    id: str
    story_id: str
    root_id: str | None
    position: int
    next_reply_position: int


def published_parents(conn: Connection, comment_ids: Collection[str]) -> dict[str, PublishedParent]:
    names = PublishedParent.__struct_fields__
    columns = [published_comments.c[name] for name in names]
    return {
        parent.id: parent
        for chunk in _chunks(sorted(comment_ids))
        for parent in fetch_all(
            conn,
            PublishedParent,
            sa.select(*columns).where(published_comments.c.id.in_(chunk)),
        )
    }


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
