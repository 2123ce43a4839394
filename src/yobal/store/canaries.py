"""Rows of the canary: the only comments that the desk's side stores apart from readers' comments."""

from collections.abc import Collection

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.canary import CANARY
from yobal.core.schedule import Slot
from yobal.core.states import PENDING
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import comments, editions, sites, stories


class CanaryRow(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `canary`, unless it was taken for a reader's comment."""

    id: str
    state: str
    epoch_id: str
    idempotency_hash: bytes | None


class OpenThread(msgspec.Struct, frozen=True):
    story_id: str
    tag: str


_COLUMNS = [comments.c[name] for name in CanaryRow.__struct_fields__]


def find(conn: Connection, site_id: str, idempotency_hash: bytes) -> CanaryRow | None:
    chosen = sa.select(*_COLUMNS).where(
        comments.c.site_id == site_id, comments.c.idempotency_hash == idempotency_hash
    )
    return fetch_one(conn, CanaryRow, chosen)


def list_before(conn: Connection, site_id: str, slot: Slot) -> list[CanaryRow]:
    """Rows that came with a round before this slot."""
    chosen = sa.select(*_COLUMNS).where(
        comments.c.site_id == site_id, comments.c.state == CANARY, comments.c.arrival_round < slot
    )
    return fetch_all(conn, CanaryRow, chosen)


def delete(conn: Connection, comment_id: str) -> None:
    """The caller has deleted its envelope."""
    conn.execute(comments.delete().where(comments.c.id == comment_id, comments.c.state == CANARY))


def return_to_queue(conn: Connection, comment_ids: Collection[str]) -> None:
    """Rows that are marked and were not sent by this server: a moderator decides on them."""
    of_ids = comments.c.id.in_(list(comment_ids))
    conn.execute(comments.update().where(of_ids, comments.c.state == CANARY).values(state=PENDING))


def open_threads(conn: Connection, site_id: str, *, now: float) -> list[OpenThread]:
    """Where the form takes comments; none while the queue of the site is full."""
    chosen = (
        sa.select(editions.c.story_id, editions.c.tag)
        .join(
            stories,
            sa.and_(
                stories.c.site_id == editions.c.site_id, stories.c.story_id == editions.c.story_id
            ),
        )
        .join(sites, sites.c.id == stories.c.site_id)
        .where(
            sites.c.id == site_id,
            sa.not_(sites.c.is_full),
            sa.not_(stories.c.is_full),
            stories.c.is_open,
            sa.or_(stories.c.closes_slot.is_(None), stories.c.closes_slot > now),
        )
    )
    return fetch_all(conn, OpenThread, chosen)
