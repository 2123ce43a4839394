"""What the public side asks of the desk's side: to withdraw, now or with the next release."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.states import PUBLISHED
from yobal.store.tables import comments, receipts, wishes

NOW: Final = "withdraw_now"
NEXT: Final = "withdraw_next"


def ready(conn: Connection, site: str, *, with_release: bool) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those to carry out now. What waits for the release is not looked at before: it may be much."""
    chosen = sa.select(wishes).where(wishes.c.site == site).order_by(wishes.c.wish)
    if not with_release:
        of_published = (
            sa.select(receipts.c.hash)
            .join(comments, comments.c.once == receipts.c.once)
            .where(receipts.c.hash == wishes.c.receipt_hash, comments.c.state == PUBLISHED)
        )
        chosen = chosen.where(sa.or_(wishes.c.kind != NEXT, ~of_published.exists()))
    return conn.execute(chosen).all()


def delete(conn: Connection, wish: str) -> None:
    conn.execute(wishes.delete().where(wishes.c.wish == wish))
