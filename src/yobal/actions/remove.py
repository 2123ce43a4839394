"""Take a published comment away, under a clause, at once."""

import msgspec

from yobal.actions import erase_published
from yobal.core import ids
from yobal.core.decisions import DecisionContext, DecisionResult
from yobal.core.errors import AlreadyDecided, InvalidInput, NoSuchComment
from yobal.core.states import PUBLISHED, REMOVED
from yobal.core.terms import CLAUSE_KEYS, TERMS_VERSION
from yobal.core.thread import StaleFile
from yobal.store import comments, decisions, published_comments, stories
from yobal.store.database import Database
from yobal.store.decisions import Decision


class Removed(msgspec.Struct, frozen=True):
    """The decision, and the files of a story that still show the comment."""

    decided: DecisionResult
    story: str
    files: frozenset[StaleFile]


def remove(database: Database, desk: DecisionContext, comment: str, *, clause: str) -> Removed:
    """Final at once; the caller writes the files it touched and purges.

    Raises NoSuchComment, AlreadyDecided (it was withdrawn or removed before), InvalidInput.
    """
    if clause not in CLAUSE_KEYS:
        raise InvalidInput(f"the terms have no clause “{clause}”")
    site = desk.rules.site
    with database.writing() as conn:
        letter = published_comments.get(conn, comment)
        if letter is None:
            raise NoSuchComment(comment)
        slot = stories.released_slot(conn, site)
        if comments.transition(conn, comment, from_=PUBLISHED, to=REMOVED, decided_slot=slot) == 0:
            standing = decisions.current(conn, comment)
            raise AlreadyDecided(comment, by=standing.by if standing else "", verdict="remove")
        files = erase_published.erase_published(conn, letter, gone="removed", clause=clause)
        decision = Decision(
            decision=ids.new_id(desk.random),
            site=site,
            comment=comment,
            verdict="remove",
            clause=clause,
            by=desk.by,
            slot=slot,
            terms_version=TERMS_VERSION,
        )
        decisions.add(conn, decision)
    decided = DecisionResult(
        decision=decision.decision, id=comment, state=REMOVED, slot=slot, by=desk.by
    )
    return Removed(decided, letter.story, frozenset(files))
