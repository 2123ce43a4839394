"""The guard that two tests remove: without it, a tombstone stays only where a pending reply keeps it."""

from typing import Any

import pytest
import sqlalchemy as sa

from yobal.actions import erase_published
from yobal.core.stale_files import StaleFile
from yobal.store import published_comments
from yobal.store.database import Connection
from yobal.store.published_comments import PublishedCommentRow
from yobal.store.tables import comments


def show_in_tombstones(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, a withdrawn comment without pending replies disappears at once."""
    erase = erase_published.erase_published

    def erase_without_pending_replies(
        conn: Connection, comment: PublishedCommentRow, **removal: Any
    ) -> set[StaleFile]:
        files = erase(conn, comment, **removal)
        replies = sa.select(comments.c.id).where(
            comments.c.parent_id == comment.id, comments.c.state == "pending"
        )
        if not conn.execute(replies).all():
            published_comments.delete(conn, comment.id)
        return files

    monkeypatch.setattr(erase_published, "erase_published", erase_without_pending_replies)
