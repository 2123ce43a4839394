"""Everything that belongs to a story: counted, moved to another id, or deleted, in the caller's transaction."""

from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.canary import CANARY
from yobal.core.schedule import Slot
from yobal.core.states import HELD, PENDING, REJECTED
from yobal.store import cells, stories
from yobal.store.tables import (
    comments,
    editions,
    envelopes,
    feedback,
    held_texts,
    hidden_texts,
    imported_threads,
    published_comments,
    receipts,
    staged_comments,
    stale_files,
    withdrawal_requests,
)
from yobal.store.tables import stories as stories_table

_WITH_STORY: Final = (
    *(comments, published_comments, staged_comments, imported_threads),
    *(editions, stories_table),
)


class StoryContents(msgspec.Struct, frozen=True, kw_only=True):
    editions: tuple[str, ...]
    published_count: int
    waiting_count: int  # for a moderator or for a release; not those in the inbox
    original_count: int  # sealed originals of comments that do not wait
    receipt_count: int


def count(conn: Connection, site_id: str, story_id: str) -> StoryContents:
    """Raises NoSuchStory."""
    story = stories.get(conn, site_id, story_id)
    is_of_story = _is_of_story(comments, site_id, story_id)
    waiting_count = _count(conn, comments, sa.and_(is_of_story, _is_waiting()))
    is_of_reader = comments.c.state != CANARY
    of_settled = _ids(site_id, story_id).where(sa.not_(_is_waiting()), is_of_reader)
    is_original = envelopes.c.comment_id.in_(of_settled)
    return StoryContents(
        editions=tuple(item.tag for item in stories.editions_of(conn, site_id, story_id)),
        published_count=story.comments_total,
        waiting_count=waiting_count,
        original_count=_count(conn, envelopes, is_original),
        receipt_count=_count(
            conn, receipts, receipts.c.idempotency_hash.in_(_idempotency_hashes(site_id, story_id))
        ),
    )


def count_unsettled(conn: Connection, site_id: str, story_id: str, *, released: Slot) -> int:
    """Comments that wait, and rejections that a moderator can still undo."""
    can_be_undone = sa.and_(comments.c.state == REJECTED, comments.c.decided_slot > released)
    is_of_story = _is_of_story(comments, site_id, story_id)
    return _count(conn, comments, sa.and_(is_of_story, sa.or_(_is_waiting(), can_be_undone)))


def rename(conn: Connection, site_id: str, story_id: str, new_id: str) -> None:
    """The caller has checked that no story has the new id, and that nothing is sealed for the old one."""
    for table in _WITH_STORY:
        conn.execute(
            table.update().where(_is_of_story(table, site_id, story_id)).values(story_id=new_id)
        )
    _forget_stale_files(conn, site_id, story_id)


def delete_envelopes(conn: Connection, site_id: str, story_id: str) -> None:
    """The caller purges, which overwrites the cells."""
    is_of_story = envelopes.c.comment_id.in_(_ids(site_id, story_id))
    cells.expire(conn, sa.select(envelopes.c.cell).where(is_of_story))
    conn.execute(envelopes.delete().where(is_of_story))
    conn.execute(
        comments.update().where(_is_of_story(comments, site_id, story_id)).values(commitment=None)
    )


def delete(conn: Connection, site_id: str, story_id: str) -> None:
    """Delete everything but the rows of decisions. The caller purges."""
    ids = _ids(site_id, story_id)
    delete_envelopes(conn, site_id, story_id)
    for table in (held_texts, hidden_texts):
        is_of_story = table.c.comment_id.in_(ids)
        cells.expire(conn, sa.select(table.c.cell).where(is_of_story))
        conn.execute(table.delete().where(is_of_story))
    conn.execute(feedback.delete().where(feedback.c.comment_id.in_(ids)))
    is_receipt = receipts.c.idempotency_hash.in_(_idempotency_hashes(site_id, story_id))
    hashes = sa.select(receipts.c.hash).where(is_receipt)
    conn.execute(withdrawal_requests.delete().where(withdrawal_requests.c.receipt_hash.in_(hashes)))
    conn.execute(receipts.delete().where(is_receipt))
    for table in _WITH_STORY:
        conn.execute(table.delete().where(_is_of_story(table, site_id, story_id)))
    _forget_stale_files(conn, site_id, story_id)


def delete_edition(
    conn: Connection, site_id: str, story_id: str, tag: str, *, remaining: str
) -> None:
    """Comments that were written in it move to `remaining`."""
    for table in (comments, published_comments, staged_comments):
        conn.execute(
            table.update()
            .where(_is_of_story(table, site_id, story_id), table.c.edition == tag)
            .values(edition=remaining)
        )
    conn.execute(
        editions.delete().where(_is_of_story(editions, site_id, story_id), editions.c.tag == tag)
    )


def _forget_stale_files(conn: Connection, site_id: str, story_id: str) -> None:
    conn.execute(stale_files.delete().where(_is_of_story(stale_files, site_id, story_id)))


def _is_of_story(table: sa.Table, site_id: str, story_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.site_id == site_id, table.c.story_id == story_id)


def _is_waiting() -> sa.ColumnElement[bool]:
    return comments.c.state.in_((PENDING, HELD))


def _ids(site_id: str, story_id: str) -> sa.Select[tuple[str]]:
    return sa.select(comments.c.id).where(_is_of_story(comments, site_id, story_id))


def _idempotency_hashes(site_id: str, story_id: str) -> sa.Select[tuple[bytes]]:
    return sa.select(comments.c.idempotency_hash).where(
        _is_of_story(comments, site_id, story_id), comments.c.idempotency_hash.is_not(None)
    )


def _count(conn: Connection, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
    counted: Any = sa.select(sa.func.count()).select_from(table).where(condition)
    return int(conn.execute(counted).scalar_one())
