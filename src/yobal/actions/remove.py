"""Take a published comment away, under a clause, at once."""

import msgspec

from yobal.actions import erase_published
from yobal.core import ids
from yobal.core.decisions import DecisionContext, DecisionResult
from yobal.core.errors import AlreadyDecided, InvalidInput, NoSuchComment
from yobal.core.states import PUBLISHED, REMOVED
from yobal.core.terms import CLAUSE_KEYS, TERMS_VERSION
from yobal.core.thread import StaleFile
from yobal.store import comments, decisions, pending_purge, published_comments, stories
from yobal.store.database import Database
from yobal.store.decisions import Decision


class Removed(msgspec.Struct, frozen=True):
    """The decision, and the files of a story that still show the comment."""

    decided: DecisionResult
    story_id: str
    files: frozenset[StaleFile]


def remove(database: Database, desk: DecisionContext, comment_id: str, *, clause: str) -> Removed:
    """Final at once; the caller writes the stale files and purges.

    Raises NoSuchComment, AlreadyDecided (it was withdrawn or removed before), InvalidInput.
    """
    if clause not in CLAUSE_KEYS:
        raise InvalidInput(f"the terms have no clause “{clause}”")
    site_id = desk.rules.site_id
    with database.writing() as conn:
        published_comment = published_comments.get(conn, comment_id)
        if published_comment is None:
            raise NoSuchComment(comment_id)
        pending_purge.request(conn, site_id, random=desk.random)
        slot = stories.released_slot(conn, site_id)
        if (
            comments.transition(conn, comment_id, from_=PUBLISHED, to=REMOVED, decided_slot=slot)
            == 0
        ):
            standing = decisions.current(conn, comment_id)
            raise AlreadyDecided(
                comment_id, decided_by=standing.decided_by if standing else "", verdict="remove"
            )
        files = erase_published.erase_published(
            conn, published_comment, removal="removed", clause=clause
        )
        decision = Decision(
            id=ids.new_id(desk.random),
            site_id=site_id,
            comment_id=comment_id,
            verdict="remove",
            clause=clause,
            decided_by=desk.pseudonym,
            slot=slot,
            terms_version=TERMS_VERSION,
        )
        decisions.add(conn, decision)
    decided = DecisionResult(
        decision_id=decision.id,
        comment_id=comment_id,
        state=REMOVED,
        slot=slot,
        decided_by=desk.pseudonym,
    )
    return Removed(decided, published_comment.story_id, frozenset(files))
