"""Which comments were removed, hidden or withdrawn: a restored backup must not make them public again."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.purged_comments import PurgedComment
from yobal.core.states import REMOVED, WITHDRAWN
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, decisions, hidden_texts


def list_all(conn: Connection, site_id: str) -> list[PurgedComment]:
    """By their random ids, so that the list shows no order."""
    undo = decisions.alias("undo")
    removal = sa.and_(
        decisions.c.comment_id == comments.c.id,
        decisions.c.verdict == "remove",
        ~sa.exists().where(undo.c.undoes_id == decisions.c.id),
    )
    is_hidden = hidden_texts.c.comment_id.is_not(None)
    return fetch_all(
        conn,
        PurgedComment,
        sa.select(
            comments.c.id,
            sa.case((is_hidden, "hidden"), else_=comments.c.state).label("state"),
            decisions.c.clause,
        )
        .select_from(
            comments.outerjoin(decisions, removal).outerjoin(
                hidden_texts, hidden_texts.c.comment_id == comments.c.id
            )
        )
        .where(comments.c.site_id == site_id, comments.c.state.in_((REMOVED, WITHDRAWN)))
        .order_by(comments.c.id),
    )
