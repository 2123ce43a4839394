"""Personal identities of members, and of people who wait for a confirmation, each encrypted under a cell."""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.store import cells
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import member_identities, moderators, registrations

WORDS: Final = "words"
SHEET: Final = "sheet"


class IdentityRow(msgspec.Struct, frozen=True, kw_only=True):
    """An encrypted age file, and the number of the cell that decrypts it.

    `opened_by`: which of its owner's secrets opens the age file: `words`, `sheet`, or the hash of a passkey.
    """

    signing_key: str
    opened_by: str
    cell: int
    ciphertext: bytes


def add(conn: Connection, row: IdentityRow) -> None:
    conn.execute(member_identities.insert().values(**msgspec.structs.asdict(row)))


def get(conn: Connection, signing_key: str, opened_by: str) -> IdentityRow | None:
    chosen = sa.select(member_identities).where(_is(signing_key, opened_by))
    return fetch_one(conn, IdentityRow, chosen)


def has_any(conn: Connection, signing_key: str) -> bool:
    chosen = sa.select(sa.exists().where(member_identities.c.signing_key == signing_key))
    return bool(conn.execute(chosen).scalar_one())


def delete(conn: Connection, signing_key: str, opened_by: str) -> int:
    """1 if there was one. The caller purges, which overwrites the cell."""
    return cells.delete(conn, member_identities, _is(signing_key, opened_by))


def delete_of(conn: Connection, signing_key: str) -> None:
    """Delete all identities of an owner. The caller purges."""
    cells.delete(conn, member_identities, member_identities.c.signing_key == signing_key)


def list_all(conn: Connection) -> list[IdentityRow]:
    return fetch_all(conn, IdentityRow, sa.select(member_identities))


def delete_ownerless(conn: Connection) -> None:
    """All that belong neither to an active moderator nor to a person who waits for a confirmation."""
    owned = sa.union_all(
        sa.select(moderators.c.signing_key).where(moderators.c.is_active),
        sa.select(registrations.c.signing_key),
    )
    cells.delete(conn, member_identities, member_identities.c.signing_key.not_in(owned))


def _is(signing_key: str, opened_by: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        member_identities.c.signing_key == signing_key, member_identities.c.opened_by == opened_by
    )
