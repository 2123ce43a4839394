"""A moderator undoes a decision: the comment is pending again, and a new row records the undo."""

import msgspec

from yobal.actions import reverse_decision
from yobal.core import states
from yobal.core.errors import AlreadyUndone, NoSuchDecision, TooLateToUndo
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PENDING, State
from yobal.store import comments, decisions, sites
from yobal.store.comments import Comment
from yobal.store.database import Connection, Database
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
    """Undo a publication until its release, and a rejection until its slot.

    The caller purges, which overwrites the cell of the held text. The database's own files need no
    purge, which an observer could notice: what they hold of the text is noise then. Raises
    NoSuchDecision, AlreadyUndone, TooLateToUndo.
    """
    with database.writing() as conn:
        decision = decisions.get(conn, decision_id)
        if decision is None:
            raise NoSuchDecision(decision_id)
        comment = comments.get(conn, decision.comment_id)
        if comment is None:
            raise NoSuchDecision(decision_id)
        released = sites.released_slot(conn, rules.site_id)
        _check_can_undo(conn, decision, comment, released=released)
        slot = reverse_decision.final_slot(rules, released, now=now)
        if not reverse_decision.reverse(
            conn, decision, state=comment.state, slot=slot, decided_by=decided_by, random=random
        ):
            raise TooLateToUndo(decision_id)
    return Undone(comment.id, PENDING)


def _check_can_undo(
    conn: Connection, decision: Decision, comment: Comment, *, released: Slot
) -> None:
    earlier_undo = decisions.undo_of(conn, decision.id)
    if earlier_undo is not None:
        raise AlreadyUndone(decision.id, undone_by=earlier_undo.decided_by)
    current = decisions.current(conn, comment.id)
    is_current = current is not None and current.id == decision.id
    if not is_current or states.next_state(comment.state, "undo") is None:
        raise TooLateToUndo(decision.id)
    if comment.state != HELD and decision.slot <= released:
        raise TooLateToUndo(decision.id)
