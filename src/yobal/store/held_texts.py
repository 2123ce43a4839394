"""Texts of held comments, in clear until their release."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.terms import EditKind
from yobal.store.rows import fetch_one
from yobal.store.tables import held_texts


class HeldText(msgspec.Struct, frozen=True, kw_only=True):
    """What will be published; `clause` and `edit_kind` are None if it was not edited."""

    comment_id: str
    text: str
    name: str
    lang: str
    clause: str | None = None
    edit_kind: EditKind | None = None


def insert(conn: Connection, held_text: HeldText) -> None:
    conn.execute(held_texts.insert().values(**msgspec.structs.asdict(held_text)))


def get(conn: Connection, comment_id: str) -> HeldText | None:
    return fetch_one(
        conn, HeldText, sa.select(held_texts).where(held_texts.c.comment_id == comment_id)
    )


def delete(conn: Connection, comment_id: str) -> None:
    conn.execute(held_texts.delete().where(held_texts.c.comment_id == comment_id))
