"""Which files the store has outrun: noted with the change itself, forgotten when they are written.

That is what makes a crash between the database and the folder harmless.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.thread import PAGE_COMMENTS, REPLIES_SHOWN, StaleFile, page_of
from yobal.store.tables import published_comments, stale_files, stories

_NOTE: Final = sa.text(
    "insert into stale_files (site_id, story_id, file_kind, root_id, number, generation)"
    " values (:site_id, :story_id, :file_kind, :root_id, :number, 0)"
    " on conflict (site_id, story_id, file_kind, root_id, number)"
    " do update set generation = stale_files.generation + 1"
)


def add(conn: Connection, site_id: str, story_id: str, files: Iterable[StaleFile]) -> None:
    """Note files; one that is noted already is noted again, for somebody may just be writing it.

    In one order, so that two who note the same files never wait for each other.
    """
    for one in sorted(set(files)):
        conn.execute(
            _NOTE, {"site_id": site_id, "story_id": story_id} | msgspec.structs.asdict(one)
        )


def next_batch(conn: Connection, site_id: str, *, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The first of them, story by story."""
    return conn.execute(
        sa.select(stale_files)
        .where(stale_files.c.site_id == site_id)
        .order_by(
            stale_files.c.story_id,
            stale_files.c.file_kind,
            stale_files.c.root_id,
            stale_files.c.number,
        )
        .limit(limit)
    ).all()


def filter_pending(
    conn: Connection, site_id: str, story_id: str, files: Collection[StaleFile]
) -> list[Row[*tuple[Any, ...]]]:
    """Those of these files that nobody has written yet."""
    noted = sa.select(stale_files).where(
        stale_files.c.site_id == site_id, stale_files.c.story_id == story_id
    )
    return [
        row
        for row in conn.execute(noted)
        if StaleFile(row.file_kind, row.root_id, row.number) in files
    ]


def remove(conn: Connection, rows: Iterable[Row[*tuple[Any, ...]]]) -> None:
    """Forget files that were written as they were named; one noted since then stays."""
    for one in rows:
        conn.execute(
            stale_files.delete().where(
                stale_files.c.site_id == one.site_id,
                stale_files.c.story_id == one.story_id,
                stale_files.c.file_kind == one.file_kind,
                stale_files.c.root_id == one.root_id,
                stale_files.c.number == one.number,
                stale_files.c.generation == one.generation,
            )
        )


def all_files(conn: Connection, site_id: str, story_id: str) -> list[StaleFile]:
    """Every file set that a thread consists of."""
    next_position: int = conn.execute(
        sa.select(stories.c.next_position).where(
            stories.c.site_id == site_id, stories.c.story_id == story_id
        )
    ).scalar_one()
    pages = [StaleFile("page", "", number) for number in range(1, page_of(next_position - 1) + 1)]
    roots = conn.execute(
        sa.select(published_comments.c.id, published_comments.c.next_reply_position).where(
            published_comments.c.site_id == site_id,
            published_comments.c.story_id == story_id,
            published_comments.c.root_id.is_(None),
            published_comments.c.next_reply_position > 0,
        )
    )
    replies = [
        StaleFile("replies", row.id, number)
        for row in roots
        for number in range(1, _replies_pages(row.next_reply_position) + 1)
    ]
    return [StaleFile("newest", "", 0), *(pages if next_position else []), *replies]


def _replies_pages(replies: int) -> int:
    return -(-max(0, replies - REPLIES_SHOWN) // PAGE_COMMENTS)
