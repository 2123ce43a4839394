"""What the desk shows about its members: since when, the newest epoch that they opened, whether their sheet works.

It is not signed, and nothing depends on it.
"""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.store.rows import fetch_all
from yobal.store.tables import epochs, member_activity

_ADD: Final = sa.text(
    "insert into member_activity (site_id, pseudonym, since_slot)"
    " values (:site_id, :pseudonym, :since_slot) on conflict do nothing"
)


class MemberActivity(msgspec.Struct, frozen=True, kw_only=True):
    """`opened_slot` is when the newest epoch began that they have opened."""

    pseudonym: str
    since_slot: Slot
    opened_slot: Slot | None
    tested_recipient: str | None


def add(conn: Connection, site_id: str, pseudonym: str, *, since: Slot) -> None:
    """Does nothing if there is a row."""
    conn.execute(_ADD, {"site_id": site_id, "pseudonym": pseudonym, "since_slot": since})


def set_opened(conn: Connection, site_id: str, pseudonym: str, *, epoch_id: str | None) -> None:
    _update(conn, site_id, pseudonym, opened_epoch_id=epoch_id)


def set_tested(conn: Connection, site_id: str, pseudonym: str, *, recipient: str) -> None:
    _update(conn, site_id, pseudonym, tested_recipient=recipient)


def _update(conn: Connection, site_id: str, pseudonym: str, **values: str | None) -> None:
    conn.execute(
        member_activity.update()
        .where(member_activity.c.site_id == site_id, member_activity.c.pseudonym == pseudonym)
        .values(**values)
    )


def list_all(conn: Connection, site_id: str) -> list[MemberActivity]:
    chosen = (
        sa.select(
            member_activity.c.pseudonym,
            member_activity.c.since_slot,
            epochs.c.first_slot.label("opened_slot"),
            member_activity.c.tested_recipient,
        )
        .outerjoin(epochs, epochs.c.id == member_activity.c.opened_epoch_id)
        .where(member_activity.c.site_id == site_id)
    )
    return fetch_all(conn, MemberActivity, chosen)


def delete(conn: Connection, site_id: str, pseudonym: str) -> None:
    conn.execute(
        member_activity.delete().where(
            member_activity.c.site_id == site_id, member_activity.c.pseudonym == pseudonym
        )
    )


def delete_all(conn: Connection, site_id: str) -> None:
    conn.execute(member_activity.delete().where(member_activity.c.site_id == site_id))
