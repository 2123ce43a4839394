"""Texts that a moderator has removed, until they are destroyed, each encrypted under a cell."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.store import cells
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import comments, decisions, editions, hidden_texts


class HiddenRow(msgspec.Struct, frozen=True, kw_only=True):
    """An encrypted `core.hidden_text.HiddenText`. `decision_id` is the removal."""

    comment_id: str
    site_id: str
    decision_id: str
    cell: int
    ciphertext: bytes
    destroy_slot: Slot
    waits_for_lead: bool


class HiddenListRow(HiddenRow, frozen=True, kw_only=True):
    """The same with what the desk's list says about it."""

    story_id: str
    story_title: str | None
    decided_by: str
    clause: str | None
    removed_slot: Slot


def insert(conn: Connection, row: HiddenRow) -> None:
    conn.execute(hidden_texts.insert().values(**msgspec.structs.asdict(row)))


def get(conn: Connection, comment_id: str) -> HiddenRow | None:
    chosen = sa.select(hidden_texts).where(hidden_texts.c.comment_id == comment_id)
    return fetch_one(conn, HiddenRow, chosen)


def page(
    conn: Connection, site_id: str, *, after: tuple[Slot, str] | None, limit: int
) -> list[HiddenListRow]:
    """Ordered by the slot that destroys them; random within a slot."""
    story_title = (
        sa.select(sa.func.min(editions.c.title))
        .where(editions.c.site_id == comments.c.site_id, editions.c.story_id == comments.c.story_id)
        .scalar_subquery()
    )
    chosen = (
        sa.select(
            hidden_texts,
            comments.c.story_id,
            story_title.label("story_title"),
            decisions.c.decided_by,
            decisions.c.clause,
            decisions.c.slot.label("removed_slot"),
        )
        .join(comments, comments.c.id == hidden_texts.c.comment_id)
        .join(decisions, decisions.c.id == hidden_texts.c.decision_id)
        .where(hidden_texts.c.site_id == site_id)
        .order_by(hidden_texts.c.destroy_slot, hidden_texts.c.comment_id)
        .limit(limit)
    )
    if after is not None:
        slot, comment_id = after
        chosen = chosen.where(
            sa.or_(
                hidden_texts.c.destroy_slot > slot,
                sa.and_(
                    hidden_texts.c.destroy_slot == slot, hidden_texts.c.comment_id > comment_id
                ),
            )
        )
    return fetch_all(conn, HiddenListRow, chosen)


def count(conn: Connection, site_id: str, *, waiting_for_lead: bool = False) -> int:
    chosen = (
        sa.select(sa.func.count())
        .select_from(hidden_texts)
        .where(hidden_texts.c.site_id == site_id)
    )
    if waiting_for_lead:
        chosen = chosen.where(hidden_texts.c.waits_for_lead)
    return int(conn.execute(chosen).scalar_one())


def cells_of(conn: Connection) -> list[int]:
    """The cells of all of them: a backup keeps these keys."""
    return list(conn.execute(sa.select(hidden_texts.c.cell)).scalars())


def due_ids(conn: Connection, site_id: str, *, until: Slot) -> list[str]:
    """The comments whose texts are destroyed with this slot."""
    chosen = sa.select(hidden_texts.c.comment_id).where(
        hidden_texts.c.site_id == site_id,
        hidden_texts.c.destroy_slot <= until,
        sa.not_(hidden_texts.c.waits_for_lead),
    )
    return list(conn.execute(chosen).scalars())


def wait_for_lead(conn: Connection, site_id: str, pseudonym: str) -> int:
    """Keep the texts that this moderator removed until a lead decides. Returns how many wait."""
    removals = sa.select(decisions.c.id).where(decisions.c.decided_by == pseudonym)
    return conn.execute(
        hidden_texts.update()
        .where(hidden_texts.c.site_id == site_id, hidden_texts.c.decision_id.in_(removals))
        .values(waits_for_lead=True)
    ).rowcount


def wait_for_lead_after_restore(conn: Connection, site_id: str) -> None:
    """Every text waits, because the decisions after the backup are not known."""
    of_site = hidden_texts.c.site_id == site_id
    conn.execute(hidden_texts.update().where(of_site).values(waits_for_lead=True))


def delete(conn: Connection, comment_id: str) -> None:
    """The caller purges, which overwrites the cell."""
    chosen = hidden_texts.c.comment_id == comment_id
    cells.expire(conn, sa.select(hidden_texts.c.cell).where(chosen))
    conn.execute(hidden_texts.delete().where(chosen))
