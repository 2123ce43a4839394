"""How the desk shows a comment that was imported: there is no decision on it, but a lead has signed its import."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.terms import TERMS_VERSION
from yobal.store.decisions import HistoryRow
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, editions, imported_comments, imports, published_comments


def of_comment(conn: Connection, site_id: str, comment_id: str) -> list[HistoryRow]:
    """As if the lead had published it with the import's slot, so that a moderator can remove it. Empty if it was not imported."""
    story_title = (
        sa.select(sa.func.min(editions.c.title))
        .where(editions.c.site_id == comments.c.site_id, editions.c.story_id == comments.c.story_id)
        .scalar_subquery()
    )
    is_shown = published_comments.c.is_withheld.is_(False)
    chosen = (
        sa.select(
            comments.c.id.label("id"),  # no decision has it, so nothing can be undone with it
            comments.c.site_id,
            comments.c.id.label("comment_id"),
            sa.literal("publish").label("verdict"),
            imports.c.signed_by.label("decided_by"),
            imports.c.due_slot.label("slot"),
            sa.literal(TERMS_VERSION).label("terms_version"),
            comments.c.story_id,
            story_title.label("story_title"),
            comments.c.state,
            comments.c.epoch_id,
            sa.false().label("is_undone"),
            sa.case((is_shown, published_comments.c.text)).label("text"),
            sa.case((is_shown, published_comments.c.name)).label("name"),
            sa.case((is_shown, published_comments.c.lang)).label("lang"),
            published_comments.c.is_withheld,
        )
        .join(imported_comments, imported_comments.c.comment_id == comments.c.id)
        .join(imports, imports.c.id == imported_comments.c.import_id)
        .join(published_comments, published_comments.c.id == comments.c.id)
        .where(
            comments.c.site_id == site_id,
            comments.c.id == comment_id,
            published_comments.c.removal.is_(None),
            imports.c.signed_by.is_not(None),
        )
    )
    return fetch_all(conn, _without_decision, chosen)


def _without_decision(**columns: object) -> HistoryRow:
    nothing = dict.fromkeys(
        (
            *("undone_verdict", "undone_clause", "undone_edit_kind"),
            *("held_cell", "held_ciphertext", "sealed_note"),
        )
    )
    columns["is_undone"] = columns["is_withheld"] = False
    return HistoryRow(**columns, **nothing)  # type: ignore[arg-type]  # as rows.py does
