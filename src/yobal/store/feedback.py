"""Sealed feedback to authors, a row for a decision. It goes with the last receipt of its comment."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core import ids
from yobal.core.feedback import SealedFeedback
from yobal.store.tables import comments, feedback, receipts


def add(
    conn: Connection, sealed: SealedFeedback | None, *, decision_id: str, comment_id: str
) -> None:
    """Does nothing if the moderator wrote nothing."""
    if sealed is not None:
        conn.execute(
            feedback.insert().values(
                row_key=ids.id_prefix(decision_id),
                decision_id=decision_id,
                comment_id=comment_id,
                sealed=sealed.sealed,
                sealed_note=sealed.sealed_note,
            )
        )


def delete_of_comment(conn: Connection, comment_id: str) -> None:
    conn.execute(feedback.delete().where(feedback.c.comment_id == comment_id))


def delete_without_receipt(conn: Connection) -> None:
    """Delete the feedback that no code can open any more."""
    has_receipt = (
        sa.exists()
        .where(comments.c.id == feedback.c.comment_id)
        .where(receipts.c.idempotency_hash == comments.c.idempotency_hash)
    )
    conn.execute(feedback.delete().where(~has_receipt))
