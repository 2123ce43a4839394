"""Reverses decisions: an undo reverses one, the removal of a member all of that member's acceptances."""

from yobal.core import ids
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PENDING, State
from yobal.core.terms import TERMS_VERSION
from yobal.store import comments, decisions, held_texts
from yobal.store.database import Connection
from yobal.store.decisions import Decision


def final_slot(rules: SiteRules, released: Slot, *, now: float) -> Slot:
    """The slot with which an undo that is made now becomes final."""
    return next_slot(rules.schedule, max(now, released))


def undo_of(decision: Decision, *, slot: Slot, decided_by: str, random: RandomBytes) -> Decision:
    """The row that records the undo, without a signature."""
    return Decision(
        id=ids.new_id(random),
        site_id=decision.site_id,
        comment_id=decision.comment_id,
        verdict="undo",
        decided_by=decided_by,
        slot=slot,
        terms_version=TERMS_VERSION,
        undoes_id=decision.id,
    )


def reverse(conn: Connection, undo: Decision, *, from_: State = HELD) -> bool:
    """Put the comment back into the queue. False if it was released or withdrawn since it was read."""
    changed = comments.transition(
        conn, undo.comment_id, from_=from_, to=PENDING, due_slot=None, decided_slot=None
    )
    if changed == 0:
        return False
    held_texts.delete(conn, undo.comment_id)
    decisions.add(conn, undo)
    return True
