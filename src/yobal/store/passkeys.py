"""The passkeys of members. A row counts only if the roster names its hash as its owner's."""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import passkeys


class PasskeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """`passkey` is the data that its owner signed. The age file that it opens is in `identities.py`, by its hash."""

    site_id: str
    passkey_hash: str
    pseudonym: str
    credential_id: bytes
    passkey: str
    since_slot: Slot
    sign_count: int


# Two requests with the same count cannot both raise it.
_RAISE_COUNT: Final = (
    passkeys.update()
    .where(
        passkeys.c.site_id == sa.bindparam("of_site"),
        passkeys.c.passkey_hash == sa.bindparam("of_passkey"),
        passkeys.c.sign_count < sa.bindparam("new_count"),
    )
    .values(sign_count=sa.bindparam("new_count"))
)


def add(conn: Connection, row: PasskeyRow) -> None:
    conn.execute(passkeys.insert().values(**msgspec.structs.asdict(row)))


def find(conn: Connection, site_id: str, credential_id: bytes) -> PasskeyRow | None:
    return fetch_one(
        conn,
        PasskeyRow,
        sa.select(passkeys).where(
            passkeys.c.site_id == site_id, passkeys.c.credential_id == credential_id
        ),
    )


def list_of(conn: Connection, site_id: str, pseudonym: str) -> list[PasskeyRow]:
    return fetch_all(
        conn,
        PasskeyRow,
        sa.select(passkeys)
        .where(passkeys.c.site_id == site_id, passkeys.c.pseudonym == pseudonym)
        .order_by(passkeys.c.since_slot, passkeys.c.passkey_hash),
    )


def raise_count(conn: Connection, site_id: str, passkey_hash: str, *, sign_count: int) -> int:
    """1 if the authenticator's counter has gone up, 0 if not."""
    values = {"of_site": site_id, "of_passkey": passkey_hash, "new_count": sign_count}
    return conn.execute(_RAISE_COUNT, values).rowcount


def has_no_count(conn: Connection, site_id: str, passkey_hash: str) -> bool:
    """Whether its authenticator has never counted."""
    chosen = sa.select(passkeys.c.sign_count).where(
        passkeys.c.site_id == site_id, passkeys.c.passkey_hash == passkey_hash
    )
    return conn.execute(chosen).scalar_one_or_none() == 0


def delete(conn: Connection, site_id: str, passkey_hash: str) -> None:
    conn.execute(
        passkeys.delete().where(
            passkeys.c.site_id == site_id, passkeys.c.passkey_hash == passkey_hash
        )
    )


def delete_of(conn: Connection, site_id: str, pseudonym: str) -> None:
    """All passkeys of a former member."""
    conn.execute(
        passkeys.delete().where(passkeys.c.site_id == site_id, passkeys.c.pseudonym == pseudonym)
    )


def delete_all(conn: Connection, site_id: str) -> None:
    """Delete the passkeys of all members, because another roster replaces theirs."""
    conn.execute(passkeys.delete().where(passkeys.c.site_id == site_id))
