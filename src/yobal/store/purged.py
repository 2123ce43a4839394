"""What was removed, hidden, withdrawn or destroyed: a restored backup must not bring it back."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.purged import Purged, PurgedComment, PurgedEpoch, PurgedMember
from yobal.core.states import REMOVED, WITHDRAWN
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, decisions, epochs, hidden_texts, moderators


def list_all(conn: Connection, site_id: str) -> list[Purged]:
    """Each kind by its random ids or keys, so that the list shows no order."""
    inactive = sa.and_(moderators.c.site_id == site_id, ~moderators.c.is_active)
    destroyed = sa.and_(epochs.c.site_id == site_id, epochs.c.destroyed_slot.is_not(None))
    return [
        *_comments(conn, site_id),
        *map(PurgedMember, _sorted(conn, sa.select(moderators.c.signing_key).where(inactive))),
        *map(PurgedEpoch, _sorted(conn, sa.select(epochs.c.id).where(destroyed))),
    ]


def _comments(conn: Connection, site_id: str) -> list[PurgedComment]:
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


def _sorted(conn: Connection, chosen: sa.Select[Any]) -> list[str]:
    return sorted(conn.execute(chosen).scalars())
