"""Returns held comments to the queue if the person who accepted them is no longer a member."""

from yobal.actions.roster_reader import RosterReader
from yobal.actions.undo_by_system import undo_by_system
from yobal.core.decision_signature import Signers
from yobal.core.errors import RosterInvalid
from yobal.core.ids import RandomBytes
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD
from yobal.store import decisions, sites
from yobal.store.database import Database
from yobal.store.decisions import Decision


def return_held(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    now: float,
    random: RandomBytes,
) -> int:
    """How many. The caller purges, which overwrites the cells of their texts.

    What no member has ever signed is not a former member's, and stays held. If the roster does not verify,
    nothing changes.
    """
    with database.writing() as conn:
        try:
            signers = roster_reader.signers(conn)
        except RosterInvalid:
            return 0
        if signers is None:
            return 0
        former = [
            item for item in decisions.of_held(conn, rules.site_id) if _is_former(item, signers)
        ]
        slot = next_slot(rules.schedule, max(now, sites.released_slot(conn, rules.site_id)))
        return sum(
            undo_by_system(conn, rules, decision.comment_id, from_=HELD, slot=slot, random=random)
            for decision in former
        )


def _is_former(decision: Decision, signers: Signers) -> bool:
    document = decisions.document_of(decision)
    return (
        document is not None
        and document.by not in signers.current.values()
        and signers.is_genuine(document, decision.signature)
    )
