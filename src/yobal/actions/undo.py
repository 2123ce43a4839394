"""Take a decision back: the comment waits again, and the decision that was is marked by a new row."""

from typing import Any

import msgspec

from yobal.core import ids, states
from yobal.core.errors import AlreadyUndone, NoSuchDecision, TooLateToUndo
from yobal.core.ids import RandomBytes
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PENDING, State
from yobal.core.terms import TERMS_VERSION
from yobal.store import comments, decisions, pending_purge, stories
from yobal.store.database import Database
from yobal.store.decisions import Decision


class Undone(msgspec.Struct, frozen=True):
    comment_id: str
    state: State


def undo(
    database: Database,
    rules: SiteRules,
    decision_id: str,
    *,
    decided_by: str,
    now: float,
    random: RandomBytes,
) -> Undone:
    """Undo what is held until it is released, and a rejection until its slot.

    The caller purges afterwards: the text of a held comment was stored in clear. Raises
    NoSuchDecision, AlreadyUndone, TooLateToUndo.
    """
    with database.writing() as conn:
        row = decisions.get(conn, decision_id)
        if row is None:
            raise NoSuchDecision(decision_id)
        pending_purge.request(conn, rules.site_id, random=random)
        comment = comments.get(conn, row.comment_id)
        _take_back(conn, rules.site_id, row, comment)
        now = max(now, stories.released_slot(conn, rules.site_id))
        decisions.add(
            conn,
            Decision(
                id=ids.new_id(random),
                site_id=rules.site_id,
                comment_id=row.comment_id,
                verdict="undo",
                decided_by=decided_by,
                slot=next_slot(rules.schedule, now),
                terms_version=TERMS_VERSION,
                undoes_id=decision_id,
            ),
        )
    return Undone(row.comment_id, PENDING)


def _take_back(conn: Any, site_id: str, decision: Any, comment: Any) -> None:
    if decisions.is_undone(conn, decision.id):
        raise AlreadyUndone(decision.id)
    standing = decisions.current(conn, decision.comment_id)
    is_standing = standing is not None and standing.id == decision.id
    if not is_standing or states.next_state(comment.state, "undo") is None:
        raise TooLateToUndo(decision.id)
    if comment.state != HELD and decision.slot <= stories.released_slot(conn, site_id):
        raise TooLateToUndo(decision.id)
    moved = comments.transition(
        conn, comment.id, from_=comment.state, to=PENDING, due_slot=None, decided_slot=None
    )
    if moved == 0:
        raise TooLateToUndo(decision.id)
    comments.drop_held_text(conn, comment.id)
