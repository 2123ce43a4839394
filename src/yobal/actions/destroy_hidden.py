"""Destroys hidden texts of removed comments: at their slot, or when a lead decides it."""

from yobal.actions.decision_context import DecisionContext
from yobal.core.decision_signature import DecisionSignature
from yobal.core.errors import NotHidden
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.store import decisions, hidden_texts, pending_purge, sites
from yobal.store.database import Database


def destroy_due(database: Database, rules: SiteRules, *, until: Slot, random: RandomBytes) -> int:
    """Before the release of this slot, which deletes their lines; returns how many. The caller purges.

    Texts that wait for a lead's decision stay.
    """
    with database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        due_ids = hidden_texts.due_ids(conn, rules.site_id, until=until)
        for comment_id in due_ids:
            hidden_texts.delete(conn, comment_id)
    return len(due_ids)


def destroy_now(
    database: Database,
    context: DecisionContext,
    comment_id: str,
    *,
    signature: DecisionSignature,
) -> None:
    """Only for a lead, whose name the history keeps. The caller purges. Raises NotHidden, SignatureInvalid."""
    site_id = context.rules.site_id
    with database.writing() as conn:
        pending_purge.request(conn, site_id, random=context.random)
        if hidden_texts.get(conn, comment_id) is None:
            raise NotHidden(comment_id)
        document = context.check_signature(
            conn, signature, comment_id=comment_id, verdict="destroy"
        )
        hidden_texts.delete(conn, comment_id)
        slot = sites.released_slot(conn, site_id)
        decisions.add(conn, context.new_decision(document, signature.signature, slot=slot))
