"""Decisions: rows that are only added. An undo is a row that names the decision it reverses."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.decision_signature import DecisionDocument, Publication, publication_hash
from yobal.core.decisions import Verdict
from yobal.core.held_text import HeldText
from yobal.core.schedule import Slot
from yobal.core.states import HELD, WITHDRAWN, State
from yobal.core.terms import EditKind
from yobal.store.comments import Comment
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import (
    comments,
    decisions,
    editions,
    feedback,
    held_texts,
    published_comments,
)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a moderator decided; `slot` is when it becomes final and the receipt shows it."""

    id: str
    site_id: str
    comment_id: str
    verdict: Verdict
    clause: str | None = None
    edit_kind: EditKind | None = None
    decided_by: str
    slot: Slot
    terms_version: int
    undoes_id: str | None = None
    envelope_hash: str | None = None
    publication_hash: str | None = None
    feedback_hash: str | None = None
    head: str | None = None
    signing_key: str | None = None
    signature: bytes | None = None


class HistoryRow(Decision, frozen=True, kw_only=True):
    """A decision with its comment's state; text, name and lang if the comment is published.

    A held comment has its text encrypted under a cell, and a note is sealed to the comment's epoch. One that is
    withheld has none here: it may be an attacker's.
    """

    story_id: str
    story_title: str | None
    state: State
    is_undone: bool
    undone_verdict: Verdict | None
    undone_clause: str | None
    undone_edit_kind: EditKind | None
    text: str | None
    name: str | None
    lang: str | None
    epoch_id: str
    sealed_note: bytes | None
    is_withheld: bool
    held_cell: int | None
    held_ciphertext: bytes | None


class Superseded(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that a later act has replaced: `undo`, `remove`, or `withdrawn` by the author."""

    decision_id: str
    comment_id: str
    verdict: str
    decided_by: str
    clause: str | None


def document_of(decision: Decision) -> DecisionDocument | None:
    """What the moderator must have signed if the row is genuine; None if it has no signature."""
    if decision.head is None or decision.signing_key is None:
        return None
    return DecisionDocument(
        site_id=decision.site_id,
        comment_id=decision.comment_id,
        verdict=decision.verdict,
        envelope_hash=decision.envelope_hash,
        clause=decision.clause,
        edit_kind=decision.edit_kind,
        publication_hash=decision.publication_hash,
        undoes_id=decision.undoes_id,
        feedback_hash=decision.feedback_hash,
        head=decision.head,
        by=decision.signing_key,
    )


def publication_hash_of(comment: Comment, held_text: HeldText) -> str:
    """What a moderator must have signed for this text to appear at this place."""
    publication = Publication(
        text=held_text.text,
        name=held_text.name,
        lang=held_text.lang,
        story_id=comment.story_id,
        edition=comment.edition,
        root_id=comment.root_id,
        parent_id=comment.parent_id,
    )
    return publication_hash(bytes.fromhex(held_text.nonce), publication)


def add(conn: Connection, decision: Decision) -> None:
    conn.execute(decisions.insert().values(**msgspec.structs.asdict(decision)))


def get(conn: Connection, decision_id: str) -> Decision | None:
    return fetch_one(conn, Decision, sa.select(decisions).where(decisions.c.id == decision_id))


def undo_of(conn: Connection, decision_id: str) -> Decision | None:
    """The undo of a decision, if there is one."""
    return fetch_one(
        conn, Decision, sa.select(decisions).where(decisions.c.undoes_id == decision_id)
    )


def superseded(conn: Connection, decision_ids: Sequence[str]) -> list[Superseded]:
    """Which of these decisions are not in force any more, each with the act that came after it."""
    later = decisions.alias("later")
    is_undo = later.c.undoes_id == decisions.c.id
    back = decisions.alias("back")
    is_removal = sa.and_(
        later.c.comment_id == decisions.c.comment_id,
        later.c.verdict == "remove",
        decisions.c.verdict != "remove",
        ~sa.exists().where(back.c.undoes_id == later.c.id),  # a lead has brought it back
    )
    rows = fetch_all(
        conn,
        Superseded,
        sa.select(
            decisions.c.id.label("decision_id"),
            decisions.c.comment_id,
            sa.func.coalesce(later.c.verdict, "withdrawn").label("verdict"),
            sa.func.coalesce(later.c.decided_by, "").label("decided_by"),
            later.c.clause,
        )
        .join(comments, comments.c.id == decisions.c.comment_id)
        .outerjoin(later, sa.or_(is_undo, is_removal))
        .where(
            decisions.c.id.in_(decision_ids),
            sa.or_(later.c.id.is_not(None), comments.c.state == WITHDRAWN),
        )
        # If a decision was undone, a later removal concerns another decision.
        .order_by(is_undo.is_(True)),
    )
    return list({row.decision_id: row for row in rows}.values())


def current(conn: Connection, comment_id: str) -> Decision | None:
    """The decision in force on a comment: the newest that was not undone. A destruction changes none."""
    undone = sa.select(decisions.c.undoes_id).where(
        decisions.c.comment_id == comment_id, decisions.c.undoes_id.is_not(None)
    )
    return fetch_one(
        conn,
        Decision,
        sa.select(decisions)
        .where(
            decisions.c.comment_id == comment_id,
            decisions.c.undoes_id.is_(None),
            decisions.c.verdict != "destroy",
            decisions.c.id.not_in(undone),
        )
        .order_by(decisions.c.slot.desc(), sa.case((decisions.c.verdict == "remove", 0), else_=1))
        .limit(1),
    )


def count_removals(conn: Connection, removal: Decision) -> int:
    """By this moderator since the last release, whether or not a lead has brought the comments back."""
    chosen = (
        sa.select(sa.func.count())
        .select_from(decisions)
        .where(
            decisions.c.site_id == removal.site_id,
            decisions.c.slot == removal.slot,
            decisions.c.decided_by == removal.decided_by,
            decisions.c.verdict == "remove",
        )
    )
    return int(conn.execute(chosen).scalar_one())


def held_of(conn: Connection, site_id: str, pseudonym: str) -> list[Decision]:
    """One moderator's acceptances that are in force, of comments that are not published yet."""
    undo = decisions.alias("undo")
    is_undone = sa.exists().where(undo.c.undoes_id == decisions.c.id)
    return fetch_all(
        conn,
        Decision,
        sa.select(decisions)
        .join(comments, comments.c.id == decisions.c.comment_id)
        .where(
            comments.c.site_id == site_id,
            comments.c.state == HELD,
            decisions.c.decided_by == pseudonym,
            decisions.c.undoes_id.is_(None),
            ~is_undone,
        )
        .order_by(comments.c.id),
    )


def of_held(conn: Connection, site_id: str) -> list[Decision]:
    """The decisions in force on held comments."""
    undo = decisions.alias("undo")
    chosen = (
        sa.select(decisions)
        .join(comments, comments.c.id == decisions.c.comment_id)
        .outerjoin(undo, undo.c.undoes_id == decisions.c.id)
        .where(
            comments.c.site_id == site_id,
            comments.c.state == HELD,
            decisions.c.undoes_id.is_(None),
            undo.c.id.is_(None),
        )
    )
    return fetch_all(conn, Decision, chosen)


def history(
    conn: Connection,
    site_id: str,
    *,
    before: tuple[Slot, str] | None,
    limit: int,
    comment_id: str | None = None,
) -> list[HistoryRow]:
    """Decisions (of one comment if it is given), newest slot first, in random order inside a slot."""
    page = (
        _select_history()
        .where(decisions.c.site_id == site_id)
        .order_by(decisions.c.slot.desc(), decisions.c.id)
        .limit(limit)
    )
    if comment_id is not None:
        page = page.where(decisions.c.comment_id == comment_id)
    if before is not None:
        slot, decision_id = before
        page = page.where(
            sa.or_(
                decisions.c.slot < slot,
                sa.and_(decisions.c.slot == slot, decisions.c.id > decision_id),
            )
        )
    return fetch_all(conn, HistoryRow, page)


def _select_history() -> sa.Select[Any]:
    """The fields of a HistoryRow: a decision, its comment, its undo, and the text that the desk may show."""
    undo, undone = decisions.alias("undo"), decisions.alias("undone")
    story_title = (
        sa.select(sa.func.min(editions.c.title))
        .where(editions.c.site_id == comments.c.site_id, editions.c.story_id == comments.c.story_id)
        .scalar_subquery()
    )
    withheld = published_comments.alias("withheld")
    return (
        sa.select(
            decisions,
            comments.c.story_id,
            comments.c.state,
            story_title.label("story_title"),
            undo.c.id.is_not(None).label("is_undone"),
            undone.c.verdict.label("undone_verdict"),
            undone.c.clause.label("undone_clause"),
            undone.c.edit_kind.label("undone_edit_kind"),
            published_comments.c.text,
            published_comments.c.name,
            published_comments.c.lang,
            comments.c.epoch_id,
            feedback.c.sealed_note,
            sa.exists()
            .where(
                withheld.c.id == comments.c.id,
                withheld.c.is_withheld,
                withheld.c.removal.is_(None),
            )
            .label("is_withheld"),
            held_texts.c.cell.label("held_cell"),
            held_texts.c.ciphertext.label("held_ciphertext"),
        )
        .join(comments, comments.c.id == decisions.c.comment_id)
        .outerjoin(undo, undo.c.undoes_id == decisions.c.id)
        .outerjoin(undone, undone.c.id == decisions.c.undoes_id)
        .outerjoin(
            published_comments,
            sa.and_(
                published_comments.c.id == comments.c.id,
                published_comments.c.removal.is_(None),
                published_comments.c.is_withheld.is_(False),
            ),
        )
        .outerjoin(held_texts, held_texts.c.comment_id == comments.c.id)
        .outerjoin(feedback, feedback.c.decision_id == decisions.c.id)
    )
