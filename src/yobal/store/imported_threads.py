"""Threads of an export of Yobal that keep their positions: what was on page 3 of the old site is on page 3 here."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.store import stories
from yobal.store.imports import Import
from yobal.store.tables import imported_threads, staged_comments


def keep_positions(conn: Connection, import_: Import, story_id: str, *, positions: int) -> bool:
    """Whether a thread can keep its positions: not if it has comments here already, or waits for a lead with another import."""
    if conn.execute(sa.select(imported_threads).where(_is_thread(import_, story_id))).first():
        return True
    is_staged = conn.execute(
        sa.select(staged_comments.c.comment_id)
        .where(staged_comments.c.site_id == import_.site_id, staged_comments.c.story_id == story_id)
        .limit(1)
    ).first()
    if is_staged or stories.get(conn, import_.site_id, story_id).next_position:
        return False
    conn.execute(
        imported_threads.insert().values(
            import_id=import_.id,
            site_id=import_.site_id,
            story_id=story_id,
            positions=positions,
            first_position=None,
        )
    )
    return True


def first_position(conn: Connection, import_: Import, story_id: str) -> int:
    """Where the thread begins here: after what was published meanwhile. Takes the positions with the first call."""
    row = conn.execute(
        sa.select(imported_threads).where(_is_thread(import_, story_id))
    ).one_or_none()
    if row is None:
        return 0
    if row.first_position is not None:
        return int(row.first_position)
    first = stories.get(conn, import_.site_id, story_id).next_position
    conn.execute(
        imported_threads.update()
        .where(_is_thread(import_, story_id), imported_threads.c.first_position.is_(None))
        .values(first_position=first)
    )
    stories.add_to_counters(conn, import_.site_id, story_id, next_position=row.positions)
    return first


def _is_thread(import_: Import, story_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        imported_threads.c.import_id == import_.id,
        imported_threads.c.site_id == import_.site_id,
        imported_threads.c.story_id == story_id,
    )
