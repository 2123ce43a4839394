"""A round: what readers sent since the last one goes from the inbox into the tables, and the inbox is destroyed.

A crash at any point loses nothing and doubles nothing; the next pass continues.
"""

from collections import Counter

import msgspec

from yobal.core.ids import RandomBytes
from yobal.core.schedule import Round
from yobal.core.site_rules import SiteRules
from yobal.store import admissions, arrivals, inbox_entries, sites, withdrawal_requests
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox
from yobal.store.inbox_entries import InboxEntry


class Moved(msgspec.Struct, frozen=True):
    """`unreadable_count`: entries that were dropped, which nothing of Yobal can have written."""

    comment_count: int
    unreadable_count: int


def move(
    database: Database,
    inbox: Inbox,
    rules: SiteRules,
    *,
    arrival_round: Round,
    random: RandomBytes,
) -> Moved:
    """Move everything in one transaction. The caller holds the release lock and calls `destroy_moved`."""
    inbox.close_current()
    with database.writing() as conn:
        moved = _store(conn, inbox.take(conn), rules, arrival_round=arrival_round, random=random)
        sites.set_last_round(conn, rules.site_id, arrival_round)
    return moved


def destroy_moved(
    database: Database, inbox: Inbox, rules: SiteRules, *, random: RandomBytes
) -> None:
    """Destroy the inboxes that were moved, if there are any. Raises DatabaseUnavailable."""
    with database.reading() as conn:
        if not inbox.has_taken(conn):
            return
    with database.writing() as conn:
        late = inbox.destroy_taken(conn)
        arrival_round = sites.last_round(conn, rules.site_id)
        _store(conn, late, rules, arrival_round=arrival_round, random=random)


def _store(
    conn: Connection,
    entries: list[InboxEntry],
    rules: SiteRules,
    *,
    arrival_round: Round,
    random: RandomBytes,
) -> Moved:
    contents = inbox_entries.read(entries, site_id=rules.site_id, random=random)
    failed = arrivals.insert_comments(conn, contents.comments, arrival_round=arrival_round)
    admissions.count_arrivals(
        conn, rules.site_id, Counter(arrival.story_id for arrival in contents.comments)
    )
    arrivals.insert_receipts(conn, contents.receipts)
    for request in contents.requests:
        withdrawal_requests.add(conn, request)
    return Moved(len(contents.comments) - failed, contents.unreadable_count + failed)
