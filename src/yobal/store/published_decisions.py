"""Published comments with the decisions that published them. Actions check whether these are genuine."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.decisions import ACCEPTING
from yobal.core.schedule import Slot
from yobal.core.terms import EditKind
from yobal.store.decisions import Decision
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, decisions, published_comments


class PublishedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A published comment, what it was sent as, and the decision in force, if there is one.

    `has_root` and `has_parent` say whether what it replied to is still there, if only as a tombstone.
    """

    id: str
    text: str
    name: str
    lang: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    edit_kind: EditKind | None
    edited_clause: str | None
    publication_nonce: bytes | None
    is_withheld: bool
    sent_root_id: str | None
    sent_parent_id: str | None
    has_root: bool
    has_parent: bool
    slot: Slot
    sent_parent_root_id: str | None  # of what it replied to, if that is still there
    sent_parent_story_id: str | None
    decision: Decision | None


class _Row(PublishedDecision, frozen=True, kw_only=True):
    decision: None = None


_SHOWN: Final = (
    "id",
    "text",
    "name",
    "lang",
    "story_id",
    "edition",
    "root_id",
    "parent_id",
    "edit_kind",
    "edited_clause",
    "publication_nonce",
    "is_withheld",
    "slot",
)


def page(conn: Connection, site_id: str, *, after: str, limit: int) -> list[PublishedDecision]:
    """Ordered by id, without tombstones; an empty `after` starts at the first."""
    chosen = (
        _select()
        .where(published_comments.c.site_id == site_id, published_comments.c.id > after)
        .order_by(published_comments.c.id)
        .limit(limit)
    )
    return _read(conn, chosen)


def count(conn: Connection, site_id: str) -> int:
    """How many `page` gives in all."""
    chosen = sa.select(sa.func.count()).where(
        published_comments.c.site_id == site_id, published_comments.c.removal.is_(None)
    )
    return conn.execute(chosen).scalar_one()


def get(conn: Connection, comment_id: str) -> PublishedDecision | None:
    """None for a tombstone."""
    return next(iter(_read(conn, _select().where(published_comments.c.id == comment_id))), None)


def _select() -> sa.Select[Any]:
    root, parent = published_comments.alias("root"), published_comments.alias("parent")
    return (
        sa.select(
            *(published_comments.c[name] for name in _SHOWN),
            comments.c.root_id.label("sent_root_id"),
            comments.c.parent_id.label("sent_parent_id"),
            root.c.id.is_not(None).label("has_root"),
            parent.c.id.is_not(None).label("has_parent"),
            parent.c.root_id.label("sent_parent_root_id"),
            parent.c.story_id.label("sent_parent_story_id"),
        )
        .outerjoin(comments, comments.c.id == published_comments.c.id)
        .outerjoin(root, root.c.id == comments.c.root_id)
        .outerjoin(parent, parent.c.id == comments.c.parent_id)
        .where(published_comments.c.removal.is_(None))
    )


def _read(conn: Connection, chosen: sa.Select[Any]) -> list[PublishedDecision]:
    rows = fetch_all(conn, _Row, chosen)
    accepted = _accepted(conn, [row.id for row in rows])
    return [
        PublishedDecision(**msgspec.structs.asdict(row) | {"decision": accepted.get(row.id)})
        for row in rows
    ]


def _accepted(conn: Connection, comment_ids: Sequence[str]) -> dict[str, Decision]:
    """The acceptance in force of each comment."""
    undo = decisions.alias("undo")
    chosen = (
        sa.select(decisions)
        .outerjoin(undo, undo.c.undoes_id == decisions.c.id)
        .where(
            decisions.c.comment_id.in_(comment_ids),
            decisions.c.verdict.in_(ACCEPTING),
            undo.c.id.is_(None),
        )
    )
    return {decision.comment_id: decision for decision in fetch_all(conn, Decision, chosen)}


def withhold_all(conn: Connection) -> None:
    """Show no published comment of any site. Tombstones have no text to withhold."""
    with_text = published_comments.c.removal.is_(None)
    conn.execute(published_comments.update().where(with_text).values(is_withheld=True))


def set_withheld(conn: Connection, comment_ids: Sequence[str], *, is_withheld: bool) -> None:
    chosen = published_comments.c.id.in_(comment_ids)
    conn.execute(published_comments.update().where(chosen).values(is_withheld=is_withheld))
