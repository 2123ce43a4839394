"""Undoes a decision without a moderator's request: its text is lost, or its moderator is no longer a member.

Shared by `missing_cells` and `return_held`.
"""

from yobal.core import ids
from yobal.core.decisions import SYSTEM
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import PENDING, State
from yobal.core.terms import TERMS_VERSION
from yobal.store import comments, decisions, held_texts
from yobal.store.database import Connection
from yobal.store.decisions import Decision


def undo_by_system(
    conn: Connection,
    rules: SiteRules,
    comment_id: str,
    *,
    from_: State,
    slot: Slot,
    random: RandomBytes,
) -> bool:
    """Make it pending, without a decision in force and unsigned. Whether it was still in the state."""
    undone = decisions.current(conn, comment_id)
    changed = comments.transition(
        conn, comment_id, from_=from_, to=PENDING, due_slot=None, decided_slot=None
    )
    if changed == 0:
        return False
    held_texts.delete(conn, comment_id)
    if undone is not None:
        decisions.add(
            conn,
            Decision(
                id=ids.new_id(random),
                site_id=rules.site_id,
                comment_id=comment_id,
                verdict="undo",
                decided_by=SYSTEM,
                slot=slot,
                terms_version=TERMS_VERSION,
                undoes_id=undone.id,
            ),
        )
    return True
