"""A moderator removes a published comment, under a clause. It is hidden at once, and destroyed two slots later."""

from functools import partial

import msgspec

from yobal.actions import erase_published
from yobal.actions.decision_context import DecisionContext
from yobal.adapters.cell_file import CellFile
from yobal.core import hidden_text
from yobal.core.decision_signature import DecisionSignature
from yobal.core.decisions import DecisionResult
from yobal.core.errors import AlreadyDecided, InvalidInput, NoSuchComment, Reason
from yobal.core.stale_files import StaleFile
from yobal.core.states import PUBLISHED, REMOVED
from yobal.core.terms import CLAUSE_KEYS
from yobal.store import (
    cells,
    comments,
    decisions,
    hidden_texts,
    pending_purge,
    published_comments,
    sites,
)
from yobal.store.database import Connection, Database


class Removed(msgspec.Struct, frozen=True):
    """The decision, and the files of the story that still show the comment."""

    decided: DecisionResult
    story_id: str
    files: frozenset[StaleFile]


def remove(
    database: Database,
    cell_file: CellFile,
    context: DecisionContext,
    comment_id: str,
    *,
    clause: str,
    signature: DecisionSignature,
) -> Removed:
    """Readers see at once that it is gone; a lead can bring it back. The caller writes the stale files and purges.

    Hiding is never limited. If a moderator removes more than `REMOVALS_MAX` from one slot to the next, nothing of
    it is destroyed before a lead has looked. Raises NoSuchComment, AlreadyDecided (it was removed or
    withdrawn before), InvalidInput, SignatureInvalid.
    """
    if clause not in CLAUSE_KEYS:
        raise InvalidInput(Reason("the terms have no clause “%(clause)s”", {"clause": clause}))
    find_used = partial(cells.find_used, database)
    with cell_file.allocate(1, find_used=find_used) as (cell,), database.writing() as conn:
        pending_purge.request(conn, context.rules.site_id, random=context.random)
        comment = published_comments.get(conn, comment_id)
        if comment is None:
            raise NoSuchComment(comment_id)
        document = context.check_signature(
            conn, signature, comment_id=comment_id, verdict="remove", clause=clause
        )
        slot = sites.released_slot(conn, context.rules.site_id)
        removed = comments.transition(
            conn, comment_id, from_=PUBLISHED, to=REMOVED, decided_slot=slot
        )
        if removed == 0:
            raise _already_removed(conn, comment_id)
        decision = context.new_decision(document, signature.signature, slot=slot)
        decisions.add(conn, decision)
        files = erase_published.hide(
            conn,
            comment,
            decision,
            cell=cell,
            destroy_slot=hidden_text.destroy_slot(context.rules.schedule, max(context.now, slot)),
            waits_for_lead=False,
        )
        if decisions.count_removals(conn, decision) > hidden_text.REMOVALS_MAX:
            hidden_texts.wait_for_lead(conn, context.rules.site_id, context.pseudonym)
    decided = DecisionResult(
        decision_id=decision.id,
        comment_id=comment_id,
        state=REMOVED,
        slot=slot,
        decided_by=context.pseudonym,
    )
    return Removed(decided, comment.story_id, frozenset(files))


def _already_removed(conn: Connection, comment_id: str) -> AlreadyDecided:
    current = decisions.current(conn, comment_id)
    return AlreadyDecided(
        comment_id,
        decided_by=current.decided_by if current else "",
        verdict="remove",
        clause=current.clause if current else None,
    )
