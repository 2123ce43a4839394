"""Public files that are older than the database: marked with the change, removed when written.

So a crash between the database and the folder does no harm. Which files a change makes stale is
said in `core/stale_files.py`.
"""

from collections.abc import Collection, Iterable
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core import stale_files as stale
from yobal.core.stale_files import StaleFile
from yobal.store import published_comments, stories
from yobal.store.tables import stale_files

_ADD: Final = sa.text(
    "insert into stale_files (site_id, story_id, file_kind, comment_id, number, generation)"
    " values (:site_id, :story_id, :file_kind, :comment_id, :number, 0)"
    " on conflict (site_id, story_id, file_kind, comment_id, number)"
    " do update set generation = stale_files.generation + 1"
)


_REMOVE: Final = sa.text(
    "delete from stale_files where site_id = :site_id and story_id = :story_id and file_kind = :file_kind"
    " and comment_id = :comment_id and number = :number and generation = :generation"
)


class StaleFileRow(msgspec.Struct, frozen=True, kw_only=True):
    """`generation` grows each time the file is marked again while it waits to be written."""

    site_id: str
    story_id: str
    file: StaleFile
    generation: int


def add(conn: Connection, site_id: str, story_id: str, files: Iterable[StaleFile]) -> int:
    """Mark files as stale, and return how many; a file that is marked already gets a new generation.

    Sorted, so that two transactions that mark the same files cannot deadlock.
    """
    rows = [
        {"site_id": site_id, "story_id": story_id} | msgspec.structs.asdict(file)
        for file in sorted(set(files))
    ]
    if rows:
        conn.execute(_ADD, rows)
    return len(rows)


def add_all_of_thread(conn: Connection, site_id: str, story_id: str) -> int:
    """Mark every file of a thread, and return how many. Raises NoSuchStory."""
    return add(conn, site_id, story_id, all_of_thread(conn, site_id, story_id))


def all_of_thread(conn: Connection, site_id: str, story_id: str) -> Iterable[StaleFile]:
    """Every file that a thread should have; the cost grows with its comments. Raises NoSuchStory."""
    return stale.all_of_thread(
        root_positions=stories.get(conn, site_id, story_id).next_position,
        reply_counts=published_comments.reply_counts(conn, site_id, story_id),
        comment_ids=published_comments.ids_of_story(conn, site_id, story_id),
    )


def next_batch(
    conn: Connection, site_id: str, *, limit: int, single_limit: int = 0
) -> list[StaleFileRow]:
    """The first of them, story by story; the pages of single comments after all others.

    A story that closes makes as many of those stale as it has comments; its thread must not wait.
    `single_limit`, if it is more, is for a batch of such pages only: each is little work.
    """
    is_comment = stale_files.c.file_kind == "comment"
    batch = _first(conn, site_id, sa.not_(is_comment), limit)
    if not batch:
        return _first(conn, site_id, is_comment, max(limit, single_limit))
    return batch + _first(conn, site_id, is_comment, limit - len(batch))


def _first(
    conn: Connection, site_id: str, condition: sa.ColumnElement[bool], limit: int
) -> list[StaleFileRow]:
    return _fetch(
        conn,
        sa.select(stale_files)
        .where(stale_files.c.site_id == site_id, condition)
        .order_by(
            stale_files.c.story_id,
            stale_files.c.file_kind,
            stale_files.c.comment_id,
            stale_files.c.number,
        )
        .limit(limit),
    )


def count(conn: Connection, site_id: str) -> int:
    chosen = sa.select(sa.func.count()).select_from(stale_files)
    return conn.execute(chosen.where(stale_files.c.site_id == site_id)).scalar_one()


def stories_waiting(conn: Connection, site_id: str) -> frozenset[str]:
    """The ids of stories with files that were not written yet."""
    waiting = sa.select(stale_files.c.story_id).where(stale_files.c.site_id == site_id).distinct()
    return frozenset(conn.execute(waiting).scalars())


def still_stale(
    conn: Connection, site_id: str, story_id: str, files: Collection[StaleFile]
) -> list[StaleFileRow]:
    """Which of these files were not written yet."""
    of_story = sa.select(stale_files).where(
        stale_files.c.site_id == site_id, stale_files.c.story_id == story_id
    )
    return [row for row in _fetch(conn, of_story) if row.file in files]


def remove(conn: Connection, rows: Iterable[StaleFileRow]) -> None:
    """Unmark files that were written; one that was marked again since it was read stays."""
    values = [
        {"site_id": row.site_id, "story_id": row.story_id, "generation": row.generation}
        | msgspec.structs.asdict(row.file)
        for row in rows
    ]
    if values:
        conn.execute(_REMOVE, values)


def _fetch(
    conn: Connection, statement: sa.Select[tuple[str, str, str, str, int, int]]
) -> list[StaleFileRow]:
    return [
        StaleFileRow(
            site_id=row.site_id,
            story_id=row.story_id,
            file=StaleFile(row.file_kind, row.comment_id, row.number),
            generation=row.generation,
        )
        for row in conn.execute(statement)
    ]
