"""Carry out what authors wish: their comment goes, now or with the next release."""

from typing import Any

from yobal.actions import erase_published
from yobal.core import states
from yobal.core.ids import RandomBytes
from yobal.core.site_rules import SiteRules
from yobal.core.states import PUBLISHED, REJECTED, WITHDRAWN
from yobal.store import (
    comments,
    pending_purge,
    published_comments,
    stories,
    withdrawal_requests,
)
from yobal.store.database import Connection, Database


def process(
    database: Database, rules: SiteRules, *, with_release: bool, random: RandomBytes
) -> int:
    """Carry out every wish whose time has come; how many comments went.

    What waits or is held goes at once, whatever was wished: nobody saw it. The caller writes
    the stale files and purges.
    """
    with database.reading() as conn:
        requests = withdrawal_requests.ready(conn, rules.site_id, with_release=with_release)
    return sum(
        _process_request(database, request, with_release=with_release, random=random)
        for request in requests
    )


def _process_request(
    database: Database, request: Any, *, with_release: bool, random: RandomBytes
) -> int:
    with database.writing() as conn:
        comment = comments.by_receipt(conn, request.receipt_hash)
        if comment is None or not _can_go(conn, comment):
            withdrawal_requests.delete(conn, request.id)
            return 0
        if (
            comment.state == PUBLISHED
            and request.request_kind == withdrawal_requests.NEXT
            and not with_release
        ):
            return 0  # published since it was looked up
        pending_purge.request(conn, request.site_id, random=random)
        if comments.transition(conn, comment.id, from_=comment.state, to=WITHDRAWN) == 0:
            return 0  # a moderator was quicker; the wish stands, and the next look carries it out
        published_comment = published_comments.get(conn, comment.id)
        if published_comment is not None:
            erase_published.erase_published(conn, published_comment, removal="withdrawn")
        else:
            erase_published.prune_tombstones(conn, comment)
        comments.erase_withdrawn(conn, comment.id)
        withdrawal_requests.delete(conn, request.id)
    return 1


def _can_go(conn: Connection, comment: Any) -> bool:
    """What its author was shown as waiting, accepted or published: until its slot, a rejection
    is not known to anybody but the desk, and may still be undone."""
    if states.next_state(comment.state, "withdraw") is None:
        return False
    released = stories.released_slot(conn, comment.site_id)
    return bool(comment.state != REJECTED or comment.decided_slot > released)
