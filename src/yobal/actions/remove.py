"""A moderator removes a published comment, under a clause, at once."""

import msgspec

from yobal.actions import erase_published
from yobal.actions.decision_context import DecisionContext
from yobal.core import ids
from yobal.core.decision_signature import DecisionSignature
from yobal.core.decisions import DecisionResult
from yobal.core.errors import AlreadyDecided, InvalidInput, NoSuchComment, Reason
from yobal.core.stale_files import StaleFile
from yobal.core.states import PUBLISHED, REMOVED
from yobal.core.terms import CLAUSE_KEYS, TERMS_VERSION
from yobal.store import comments, decisions, pending_purge, published_comments, sites
from yobal.store.database import Database
from yobal.store.decisions import Decision


class Removed(msgspec.Struct, frozen=True):
    """The decision, and the files of the story that still show the comment."""

    decided: DecisionResult
    story_id: str
    files: frozenset[StaleFile]


def remove(
    database: Database,
    context: DecisionContext,
    comment_id: str,
    *,
    clause: str,
    signature: DecisionSignature,
) -> Removed:
    """Final at once. The caller writes the stale files and purges.

    Raises NoSuchComment, AlreadyDecided (it was removed or withdrawn before), InvalidInput,
    SignatureInvalid.
    """
    if clause not in CLAUSE_KEYS:
        raise InvalidInput(Reason("the terms have no clause “%(clause)s”", {"clause": clause}))
    with database.writing() as conn:
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
            current = decisions.current(conn, comment_id)
            raise AlreadyDecided(
                comment_id,
                decided_by=current.decided_by if current else "",
                verdict="remove",
                clause=current.clause if current else None,
            )
        files = erase_published.erase_published(conn, comment, removal="removed", clause=clause)
        decision = Decision(
            id=ids.new_id(context.random),
            site_id=context.rules.site_id,
            comment_id=comment_id,
            verdict="remove",
            clause=clause,
            decided_by=context.pseudonym,
            slot=slot,
            terms_version=TERMS_VERSION,
            head=document.head,
            signing_key=document.by,
            signature=signature.signature,
        )
        decisions.add(conn, decision)
    decided = DecisionResult(
        decision_id=decision.id,
        comment_id=comment_id,
        state=REMOVED,
        slot=slot,
        decided_by=context.pseudonym,
    )
    return Removed(decided, comment.story_id, frozenset(files))
