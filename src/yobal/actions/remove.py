"""Take a published comment away, under a clause, at once."""

import msgspec

from yobal.actions import erase_published
from yobal.core import ids
from yobal.core.decisions import Decided, Desk
from yobal.core.errors import AlreadyDecided, NoSuchComment, Refused
from yobal.core.states import PUBLISHED, REMOVED
from yobal.core.terms import CLAUSE_KEYS, TERMS_VERSION
from yobal.core.thread import Touched
from yobal.store import comments, decisions, published_comments, stories
from yobal.store.database import Database
from yobal.store.decisions import Decision


class Removed(msgspec.Struct, frozen=True):
    """The decision, and the files of a story that still show the comment."""

    decided: Decided
    story: str
    files: frozenset[Touched]


def remove(db: Database, desk: Desk, comment: str, *, clause: str) -> Removed:
    """Final at once; the caller writes the files it touched and purges.

    Raises NoSuchComment, AlreadyDecided (it was withdrawn or removed before), Refused.
    """
    if clause not in CLAUSE_KEYS:
        raise Refused(f"the terms have no clause “{clause}”")
    site = desk.rules.site
    with db.writing() as connection:
        letter = published_comments.get(connection, comment)
        if letter is None:
            raise NoSuchComment(comment)
        slot = stories.released_slot(connection, site)
        if comments.move(connection, comment, from_=PUBLISHED, to=REMOVED, decided_slot=slot) == 0:
            standing = decisions.newest_standing(connection, comment)
            raise AlreadyDecided(comment, by=standing.by if standing else "", verdict="remove")
        files = erase_published.take_down(connection, letter, gone="removed", clause=clause)
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
        decisions.add(connection, decision)
    decided = Decided(decision=decision.decision, id=comment, state=REMOVED, slot=slot, by=desk.by)
    return Removed(decided, letter.story, frozenset(files))
