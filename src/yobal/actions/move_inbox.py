"""A round: what readers sent since the last one goes from the inbox into the tables, and the inbox is destroyed.

On its way, each envelope is encrypted once more under a cell: what the intake stored ends with the
inbox, and what the tables store ends with its cell. A crash at any point loses nothing and doubles nothing; the next pass continues.
"""

from collections import Counter
from functools import partial

import msgspec

from yobal.adapters.cell_file import Allocate, CellFile
from yobal.core.canary import CANARY
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Round
from yobal.core.site_rules import SiteRules
from yobal.store import (
    admissions,
    arrivals,
    cells,
    inbox_entries,
    sites,
    stories,
    withdrawal_requests,
)
from yobal.store.arrivals import Arrival, EncryptedArrival
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox
from yobal.store.inbox_entries import Contents


class Moved(msgspec.Struct, frozen=True):
    """`unreadable_count`: dropped entries, which Yobal cannot have written."""

    comment_count: int
    unreadable_count: int


def move(
    database: Database,
    inbox: Inbox,
    cell_file: CellFile,
    rules: SiteRules,
    *,
    arrival_round: Round,
    random: RandomBytes,
    canary_mark: bytes | None = None,
) -> Moved:
    """Move everything in one transaction. `canary_mark` is the idempotency hash of the canary. The caller holds the release lock and calls `destroy_moved`."""
    inbox.close_current()
    find_used = partial(cells.find_used, database)
    with cell_file.allocating(find_used=find_used) as allocate, database.writing() as conn:
        entries = inbox.take(conn)
        contents = inbox_entries.read(entries, site_id=rules.site_id, random=random)
        moved = _store(
            conn, allocate, contents, rules, arrival_round=arrival_round, canary_mark=canary_mark
        )
        sites.set_last_round(conn, rules.site_id, arrival_round)
    return moved


def destroy_moved(
    database: Database,
    inbox: Inbox,
    cell_file: CellFile,
    rules: SiteRules,
    *,
    random: RandomBytes,
    canary_mark: bytes | None = None,
) -> None:
    """Destroy the inboxes that were moved, if there are any. Raises DatabaseUnavailable."""
    with database.reading() as conn:
        if not inbox.has_taken(conn):
            return
    find_used = partial(cells.find_used, database)
    with cell_file.allocating(find_used=find_used) as allocate, database.writing() as conn:
        late = inbox.destroy_taken(conn)
        arrival_round = sites.last_round(conn, rules.site_id)
        contents = inbox_entries.read(late, site_id=rules.site_id, random=random)
        _store(
            conn, allocate, contents, rules, arrival_round=arrival_round, canary_mark=canary_mark
        )


def _store(
    conn: Connection,
    allocate: Allocate,
    contents: Contents,
    rules: SiteRules,
    *,
    arrival_round: Round,
    canary_mark: bytes | None,
) -> Moved:
    comments = _of_existing_stories(conn, rules, contents.comments)
    canaries = [arrival for arrival in comments if arrival.idempotency_hash == canary_mark]
    of_readers = [arrival for arrival in comments if arrival.idempotency_hash != canary_mark]
    inserted = arrivals.insert_comments(
        conn, _encrypt(of_readers, allocate), arrival_round=arrival_round
    )
    cells.expire_unused(conn, inserted.unused_cells)
    admissions.count_arrivals(
        conn, rules.site_id, Counter(arrival.story_id for arrival in of_readers)
    )
    inserted_canaries = arrivals.insert_comments(
        conn, _encrypt(canaries, allocate), arrival_round=arrival_round, state=CANARY
    )
    cells.expire_unused(conn, inserted_canaries.unused_cells)
    arrivals.insert_receipts(conn, contents.receipts)
    for request in contents.requests:
        withdrawal_requests.add(conn, request)
    failed_count = inserted.failed_count
    return Moved(len(of_readers) - failed_count, contents.unreadable_count + failed_count)


def _of_existing_stories(
    conn: Connection, rules: SiteRules, comments: list[Arrival]
) -> list[Arrival]:
    """Without those whose story was removed while they were in the inbox: nothing may be left of it."""
    existing = stories.existing(conn, rules.site_id, {arrival.story_id for arrival in comments})
    return [arrival for arrival in comments if arrival.story_id in existing]


def _encrypt(comments: list[Arrival], allocate: Allocate) -> list[EncryptedArrival]:
    if not comments:
        return []
    return [
        EncryptedArrival(
            arrival,
            cell.number,
            cell.encrypt(arrival.sealed, purpose="envelope", row_id=arrival.id),
        )
        for arrival, cell in zip(comments, allocate(len(comments)), strict=True)
    ]
