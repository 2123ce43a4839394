"""What the public side asks of the desk's side: to withdraw, now or with the next release."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.states import PUBLISHED
from yobal.store.tables import comments, receipts, withdrawal_requests

NOW: Final = "withdraw_now"
NEXT: Final = "withdraw_next"


def ready(conn: Connection, site_id: str, *, with_release: bool) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those to carry out now. What waits for the release is not looked at before: it may be much."""
    chosen = (
        sa.select(withdrawal_requests)
        .where(withdrawal_requests.c.site_id == site_id)
        .order_by(withdrawal_requests.c.id)
    )
    if not with_release:
        of_published = (
            sa.select(receipts.c.hash)
            .join(comments, comments.c.idempotency_hash == receipts.c.idempotency_hash)
            .where(
                receipts.c.hash == withdrawal_requests.c.receipt_hash, comments.c.state == PUBLISHED
            )
        )
        chosen = chosen.where(
            sa.or_(withdrawal_requests.c.request_kind != NEXT, ~of_published.exists())
        )
    return conn.execute(chosen).all()


def delete(conn: Connection, request_id: str) -> None:
    conn.execute(withdrawal_requests.delete().where(withdrawal_requests.c.id == request_id))
