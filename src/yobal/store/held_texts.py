"""Texts of held comments until their release, each encrypted under a cell."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.store import cells
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import held_texts


class HeldRow(msgspec.Struct, frozen=True, kw_only=True):
    """An encrypted `core.held_text.HeldText`, and the number of the cell that decrypts it."""

    comment_id: str
    cell: int
    ciphertext: bytes


def insert(conn: Connection, row: HeldRow) -> None:
    conn.execute(held_texts.insert().values(**msgspec.structs.asdict(row)))


def get(conn: Connection, comment_id: str) -> HeldRow | None:
    return fetch_one(
        conn, HeldRow, sa.select(held_texts).where(held_texts.c.comment_id == comment_id)
    )


def page(conn: Connection, *, after: str, limit: int) -> list[HeldRow]:
    """Rows ordered by comment id; an empty `after` starts at the first."""
    rows = sa.select(held_texts).where(held_texts.c.comment_id > after)
    return fetch_all(conn, HeldRow, rows.order_by(held_texts.c.comment_id).limit(limit))


def delete(conn: Connection, comment_id: str) -> None:
    """The caller purges, which overwrites the cell."""
    chosen = held_texts.c.comment_id == comment_id
    cells.expire(conn, sa.select(held_texts.c.cell).where(chosen))
    conn.execute(held_texts.delete().where(chosen))
