"""Decisions: rows that are only added. An undo is a row that names the one it takes back.

One thing of a row ever goes: the note to an author who has withdrawn (`comments.erase_withdrawn`).
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.schedule import Slot
from yobal.core.states import REJECTED
from yobal.store.tables import comments, decisions, editions, held_texts, published_comments

Verdict = Literal["publish", "publish_edited", "reject", "remove", "undo"]


class Decision(msgspec.Struct, kw_only=True, frozen=True):
    """What a moderator decided; `slot` is when it becomes final and the receipt shows it."""

    id: str
    site_id: str
    comment_id: str
    verdict: Verdict
    clause: str | None = None
    edit_kind: str | None = None
    note: str | None = None
    decided_by: str
    slot: Slot
    terms_version: int
    undoes_id: str | None = None


def add(conn: Connection, decision: Decision) -> None:
    conn.execute(decisions.insert().values(**msgspec.structs.asdict(decision)))


def get(conn: Connection, decision_id: str) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(sa.select(decisions).where(decisions.c.id == decision_id)).one_or_none()


def is_undone(conn: Connection, decision_id: str) -> bool:
    undoing = sa.select(decisions.c.id).where(decisions.c.undoes_id == decision_id)
    return conn.execute(undoing.limit(1)).first() is not None


def current(conn: Connection, comment_id: str) -> Row[*tuple[Any, ...]] | None:
    """The decision in force on a comment: the newest that nobody took back."""
    undone = sa.select(decisions.c.undoes_id).where(
        decisions.c.comment_id == comment_id, decisions.c.undoes_id.is_not(None)
    )
    chosen = (
        sa.select(decisions)
        .where(
            decisions.c.comment_id == comment_id,
            decisions.c.undoes_id.is_(None),
            decisions.c.id.not_in(undone),
        )
        .order_by(decisions.c.slot.desc(), sa.case((decisions.c.verdict == "remove", 0), else_=1))
    )
    return conn.execute(chosen.limit(1)).one_or_none()


def final_rejections(
    conn: Connection, site_id: str, *, after: Slot, until: Slot
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Answers whose rejection became final with these slots."""
    chosen = (
        sa.select(comments)
        .join(decisions, decisions.c.comment_id == comments.c.id)
        .where(
            decisions.c.site_id == site_id,
            decisions.c.slot > after,
            decisions.c.slot <= until,
            decisions.c.verdict == "reject",
            comments.c.state == REJECTED,
            comments.c.parent_id.is_not(None),
        )
    )
    return conn.execute(chosen).all()


def history(
    conn: Connection,
    site_id: str,
    *,
    before: tuple[Slot, str] | None,
    limit: int,
    comment_id: str | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Decisions (of one comment where it is named), newest slot first; inside a slot in no order
    that tells anything."""
    undoing = decisions.alias("undoing")
    titles = (
        sa.select(sa.func.min(editions.c.title))
        .where(editions.c.site_id == comments.c.site_id, editions.c.story_id == comments.c.story_id)
        .scalar_subquery()
    )
    chosen = (
        sa.select(
            decisions,
            comments.c.story_id,
            comments.c.state,
            titles.label("title"),
            undoing.c.id.is_not(None).label("is_undone"),
            sa.func.coalesce(published_comments.c.text, held_texts.c.text).label("text"),
            sa.func.coalesce(published_comments.c.name, held_texts.c.name).label("name"),
            sa.func.coalesce(published_comments.c.lang, held_texts.c.lang).label("lang"),
        )
        .join(comments, comments.c.id == decisions.c.comment_id)
        .outerjoin(undoing, undoing.c.undoes_id == decisions.c.id)
        .outerjoin(
            published_comments,
            sa.and_(
                published_comments.c.id == comments.c.id, published_comments.c.removal.is_(None)
            ),
        )
        .outerjoin(held_texts, held_texts.c.comment_id == comments.c.id)
        .where(decisions.c.site_id == site_id)
        .order_by(decisions.c.slot.desc(), decisions.c.id)
        .limit(limit)
    )
    if comment_id is not None:
        chosen = chosen.where(decisions.c.comment_id == comment_id)
    if before is not None:
        slot, decision_id = before
        chosen = chosen.where(
            sa.or_(
                decisions.c.slot < slot,
                sa.and_(decisions.c.slot == slot, decisions.c.id > decision_id),
            )
        )
    return conn.execute(chosen).all()
