"""Destroys what moderators have removed: at its slot, or when a lead says so."""

from yobal.actions.decision_context import DecisionContext
from yobal.core import ids
from yobal.core.decision_signature import DecisionSignature
from yobal.core.errors import NotHidden
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.core.terms import TERMS_VERSION
from yobal.store import decisions, hidden_texts, pending_purge, sites
from yobal.store.database import Database
from yobal.store.decisions import Decision


def destroy_due(database: Database, rules: SiteRules, *, until: Slot, random: RandomBytes) -> int:
    """Before the release of this slot, which deletes their lines; returns how many. The caller purges.

    What waits for a lead stays.
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
        decision = Decision(
            id=ids.new_id(context.random),
            site_id=site_id,
            comment_id=comment_id,
            verdict="destroy",
            decided_by=context.pseudonym,
            slot=sites.released_slot(conn, site_id),
            terms_version=TERMS_VERSION,
            head=document.head,
            signing_key=document.by,
            signature=signature.signature,
        )
        decisions.add(conn, decision)
