"""Which comments were removed or withdrawn: a restored backup must not bring them back."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.purged_comments import PurgedComment
from yobal.core.states import REMOVED, WITHDRAWN
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, decisions


def list_all(conn: Connection, site_id: str) -> list[PurgedComment]:
    """By their random ids, so that the list shows no order."""
    removal = sa.and_(decisions.c.comment_id == comments.c.id, decisions.c.verdict == "remove")
    return fetch_all(
        conn,
        PurgedComment,
        sa.select(comments.c.id, comments.c.state, decisions.c.clause)
        .select_from(comments.outerjoin(decisions, removal))
        .where(comments.c.site_id == site_id, comments.c.state.in_((REMOVED, WITHDRAWN)))
        .order_by(comments.c.id),
    )
