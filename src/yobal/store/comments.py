"""Rows of comments: every change of state, and what a comment loses when it leaves one."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import DAY_SECONDS, Round, Slot
from yobal.core.states import HELD, PENDING, PUBLISHED, WITHDRAWN, State
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import comments, receipts


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored about a comment in clear; its text is in an envelope, held or published."""

    id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    state: State
    arrival_round: Slot
    epoch_id: str
    size_kib: int
    lang: str
    idempotency_hash: bytes | None
    commitment: bytes | None
    due_slot: Slot | None
    decided_slot: Slot | None


class DueComment(msgspec.Struct, frozen=True):
    """A held comment and the slot that was picked for it."""

    comment_id: str
    due_slot: Slot


def get(conn: Connection, comment_id: str) -> Comment | None:
    return fetch_one(conn, Comment, sa.select(comments).where(comments.c.id == comment_id))


def transition(
    conn: Connection, comment_id: str, *, from_: State, to: State, **slots: Slot | None
) -> int:
    """Change a state if it is still `from_`; returns the number of rows changed.

    `slots` are the columns that change with it: `due_slot`, `decided_slot`.
    """
    return conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == from_)
        .values(state=to, **slots)
    ).rowcount


def count(conn: Connection, site_id: str, state: State) -> int:
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(comments.c.site_id == site_id, comments.c.state == state)
    ).scalar_one()


def count_pending_until(conn: Connection, site_id: str, round_: Round) -> int:
    """How many pending comments came until a round."""
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(
            comments.c.site_id == site_id,
            comments.c.state == PENDING,
            comments.c.arrival_round <= round_,
        )
    ).scalar_one()


def any_exist(conn: Connection, site_id: str) -> bool:
    any_comment = sa.select(comments.c.id).where(comments.c.site_id == site_id).limit(1)
    return conn.execute(any_comment).one_or_none() is not None


def has_receipt(conn: Connection, comment_id: str) -> bool:
    any_receipt = (
        sa.select(receipts.c.hash)
        .join(comments, comments.c.idempotency_hash == receipts.c.idempotency_hash)
        .where(comments.c.id == comment_id)
        .limit(1)
    )
    return conn.execute(any_receipt).one_or_none() is not None


def by_receipt(conn: Connection, receipt_hash: bytes) -> Comment | None:
    return fetch_one(
        conn,
        Comment,
        sa.select(comments)
        .join(receipts, receipts.c.idempotency_hash == comments.c.idempotency_hash)
        .where(receipts.c.hash == receipt_hash),
    )


def by_idempotency_hash(conn: Connection, idempotency_hash: bytes) -> Comment | None:
    statement = sa.select(comments).where(comments.c.idempotency_hash == idempotency_hash)
    return fetch_one(conn, Comment, statement)


def due(conn: Connection, site_id: str, *, until: Slot) -> list[DueComment]:
    """Held comments whose slot has come."""
    return fetch_all(
        conn,
        DueComment,
        sa.select(comments.c.id.label("comment_id"), comments.c.due_slot)
        .where(
            comments.c.site_id == site_id, comments.c.state == HELD, comments.c.due_slot <= until
        )
        .order_by(comments.c.id),
    )


def delete_receipts(conn: Connection, comment_id: str) -> None:
    idempotency_hash = (
        sa.select(comments.c.idempotency_hash).where(comments.c.id == comment_id).scalar_subquery()
    )
    conn.execute(receipts.delete().where(receipts.c.idempotency_hash == idempotency_hash))


def blank_withdrawn(conn: Connection, comment_id: str) -> None:
    """Leave only id, story, root and the day of arrival, and the idempotency hash.

    The hash stays until its day key is destroyed, so that the browser's "back" does not send the
    comment again.
    """
    conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == WITHDRAWN)
        .values(
            arrival_round=comments.c.arrival_round - comments.c.arrival_round % DAY_SECONDS,
            due_slot=None,
            decided_slot=None,
            edition="",
            epoch_id="",
            lang="",
            parent_id=None,
            size_kib=0,
        )
    )


def overwrite_arrival_round(conn: Connection, comment_id: str, *, released: Slot) -> None:
    """After publication, the time that a comment waited is not needed any more."""
    conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == PUBLISHED)
        .values(arrival_round=released)
    )
