"""What authors ask for with their receipts: to withdraw a comment now, or with the next release."""

from typing import Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.states import PUBLISHED, REMOVED
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, receipts, withdrawal_requests

RequestKind = Literal["withdraw_now", "withdraw_next"]
NOW: Final = "withdraw_now"
NEXT: Final = "withdraw_next"

_ADD: Final = sa.text(
    "insert into withdrawal_requests (id, site_id, receipt_hash, request_kind)"
    " values (:id, :site_id, :receipt_hash, :request_kind) on conflict do nothing"
)


class WithdrawalRequest(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    site_id: str
    receipt_hash: bytes
    request_kind: RequestKind


def add(conn: Connection, request: WithdrawalRequest) -> None:
    """A request that is stored already is not stored again."""
    conn.execute(_ADD, msgspec.structs.asdict(request))


def ready(conn: Connection, site_id: str, *, with_release: bool) -> list[WithdrawalRequest]:
    """The requests to process now.

    Those that wait for the release are not even read before it: there may be many.
    """
    requests = (
        sa.select(withdrawal_requests)
        .where(withdrawal_requests.c.site_id == site_id)
        .order_by(withdrawal_requests.c.id)
    )
    if not with_release:
        of_published = (
            sa.select(receipts.c.hash)
            .join(comments, comments.c.idempotency_hash == receipts.c.idempotency_hash)
            .where(
                receipts.c.hash == withdrawal_requests.c.receipt_hash,
                comments.c.state.in_((PUBLISHED, REMOVED)),
            )
        )
        requests = requests.where(
            sa.or_(withdrawal_requests.c.request_kind != NEXT, ~of_published.exists())
        )
    return fetch_all(conn, WithdrawalRequest, requests)


def delete(conn: Connection, request_id: str) -> None:
    conn.execute(withdrawal_requests.delete().where(withdrawal_requests.c.id == request_id))
