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

    decision: str
    site: str
    comment: str
    verdict: Verdict
    clause: str | None = None
    kind: str | None = None
    note: str | None = None
    by: str
    slot: Slot
    terms_version: int
    undoes: str | None = None


def add(conn: Connection, decision: Decision) -> None:
    conn.execute(decisions.insert().values(**msgspec.structs.asdict(decision)))


def get(conn: Connection, decision: str) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(sa.select(decisions).where(decisions.c.decision == decision)).one_or_none()


def is_undone(conn: Connection, decision: str) -> bool:
    undoing = sa.select(decisions.c.decision).where(decisions.c.undoes == decision)
    return conn.execute(undoing.limit(1)).first() is not None


def current(conn: Connection, comment: str) -> Row[*tuple[Any, ...]] | None:
    """The decision in force on a comment: the newest that nobody took back."""
    undone = sa.select(decisions.c.undoes).where(
        decisions.c.comment == comment, decisions.c.undoes.is_not(None)
    )
    chosen = (
        sa.select(decisions)
        .where(
            decisions.c.comment == comment,
            decisions.c.undoes.is_(None),
            decisions.c.decision.not_in(undone),
        )
        .order_by(decisions.c.slot.desc(), sa.case((decisions.c.verdict == "remove", 0), else_=1))
    )
    return conn.execute(chosen.limit(1)).one_or_none()


def final_rejections(
    conn: Connection, site: str, *, after: Slot, until: Slot
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Answers whose rejection became final with these slots."""
    chosen = (
        sa.select(comments)
        .join(decisions, decisions.c.comment == comments.c.id)
        .where(
            decisions.c.site == site,
            decisions.c.slot > after,
            decisions.c.slot <= until,
            decisions.c.verdict == "reject",
            comments.c.state == REJECTED,
            comments.c.to_id.is_not(None),
        )
    )
    return conn.execute(chosen).all()


def history(
    conn: Connection,
    site: str,
    *,
    before: tuple[Slot, str] | None,
    limit: int,
    comment: str | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Decisions (of one comment where it is named), newest slot first; inside a slot in no order
    that tells anything."""
    undoing = decisions.alias("undoing")
    titles = (
        sa.select(sa.func.min(editions.c.title))
        .where(editions.c.site == comments.c.site, editions.c.story == comments.c.story)
        .scalar_subquery()
    )
    chosen = (
        sa.select(
            decisions,
            comments.c.story,
            comments.c.state,
            titles.label("title"),
            undoing.c.decision.is_not(None).label("is_undone"),
            sa.func.coalesce(published_comments.c.text, held_texts.c.text).label("text"),
            sa.func.coalesce(published_comments.c.name, held_texts.c.name).label("name"),
            sa.func.coalesce(published_comments.c.lang, held_texts.c.lang).label("lang"),
        )
        .join(comments, comments.c.id == decisions.c.comment)
        .outerjoin(undoing, undoing.c.undoes == decisions.c.decision)
        .outerjoin(
            published_comments,
            sa.and_(published_comments.c.id == comments.c.id, published_comments.c.gone.is_(None)),
        )
        .outerjoin(held_texts, held_texts.c.comment == comments.c.id)
        .where(decisions.c.site == site)
        .order_by(decisions.c.slot.desc(), decisions.c.decision)
        .limit(limit)
    )
    if comment is not None:
        chosen = chosen.where(decisions.c.comment == comment)
    if before is not None:
        slot, decision = before
        chosen = chosen.where(
            sa.or_(
                decisions.c.slot < slot,
                sa.and_(decisions.c.slot == slot, decisions.c.decision > decision),
            )
        )
    return conn.execute(chosen).all()
