"""A moderator undoes a decision: the comment is pending again, and a new row records the undo."""

import msgspec

from yobal.actions import reverse_decision
from yobal.actions.decision_context import DecisionContext
from yobal.core import states
from yobal.core.decision_signature import DecisionSignature
from yobal.core.errors import AlreadyUndone, NoSuchDecision, TooLateToUndo
from yobal.core.schedule import Slot
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
    context: DecisionContext,
    decision_id: str,
    *,
    signature: DecisionSignature,
) -> Undone:
    """Undo a publication until its release, and a rejection until its slot.

    The caller purges, which overwrites the cell of the held text. The database's own files need no
    purge, which an observer could notice: what they hold of the text is noise then. Raises
    NoSuchDecision, AlreadyUndone, TooLateToUndo, SignatureInvalid.
    """
    rules = context.rules
    with database.writing() as conn:
        decision = decisions.get(conn, decision_id)
        if decision is None:
            raise NoSuchDecision(decision_id)
        comment = comments.get(conn, decision.comment_id)
        if comment is None:
            raise NoSuchDecision(decision_id)
        released = sites.released_slot(conn, rules.site_id)
        _check_can_undo(conn, decision, comment, released=released)
        document = context.check_signature(
            conn, signature, comment_id=comment.id, verdict="undo", undoes_id=decision_id
        )
        slot = reverse_decision.final_slot(rules, released, now=context.now)
        undo = context.new_decision(document, signature.signature, slot=slot)
        if not reverse_decision.reverse(conn, undo, from_=comment.state):
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
