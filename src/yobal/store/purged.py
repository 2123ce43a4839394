"""What was destroyed for good: a restored backup must not bring it back."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.purged import Purged, PurgedComment, PurgedEpoch, PurgedMember
from yobal.core.states import REMOVED, WITHDRAWN
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, decisions, epochs, moderators


def list_all(conn: Connection, site_id: str) -> list[Purged]:
    """Each kind by its random ids or keys, so that the list shows no order."""
    removal = sa.and_(decisions.c.comment_id == comments.c.id, decisions.c.verdict == "remove")
    purged_comments = fetch_all(
        conn,
        PurgedComment,
        sa.select(comments.c.id, comments.c.state, decisions.c.clause)
        .select_from(comments.outerjoin(decisions, removal))
        .where(comments.c.site_id == site_id, comments.c.state.in_((REMOVED, WITHDRAWN)))
        .order_by(comments.c.id),
    )
    inactive = sa.and_(moderators.c.site_id == site_id, ~moderators.c.is_active)
    destroyed = sa.and_(epochs.c.site_id == site_id, epochs.c.is_destroyed)
    return [
        *purged_comments,
        *map(PurgedMember, _sorted(conn, sa.select(moderators.c.signing_key).where(inactive))),
        *map(PurgedEpoch, _sorted(conn, sa.select(epochs.c.id).where(destroyed))),
    ]


def _sorted(conn: Connection, chosen: sa.Select[Any]) -> list[str]:
    return sorted(conn.execute(chosen).scalars())
