"""Processes withdrawal requests, which authors send through the inbox.

They leave it at each round and as the first step of each release, so that nothing appears after its
author took it back. Only "at once" for a published comment does not wait in the inbox.
"""

from yobal.actions import erase_published
from yobal.core import states
from yobal.core.ids import RandomBytes
from yobal.core.site_rules import SiteRules
from yobal.core.states import PUBLISHED, REJECTED, REMOVED
from yobal.store import (
    arrivals,
    comments,
    hidden_texts,
    inbox_entries,
    pending_purge,
    sites,
    withdrawal_requests,
)
from yobal.store.arrivals import ReceiptArrival
from yobal.store.comments import Comment
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox
from yobal.store.withdrawal_requests import WithdrawalRequest


def collect(
    database: Database, inbox: Inbox, rules: SiteRules, *, with_release: bool, random: RandomBytes
) -> None:
    """Bring the requests that do not wait for the next round from the inbox to the table.

    They stay in the inbox, too, and come again with the round: then they find nothing to do, or the
    comment that came with them.
    """
    entries = inbox.withdrawal_requests()
    if not entries:
        return
    requests = inbox_entries.read(entries, site_id=rules.site_id, random=random).requests
    # The receipt of a repeat may be in the inbox, and its comment in the tables.
    repeats = inbox.find([request.receipt_hash for request in requests])
    contents = inbox_entries.read(repeats, site_id=rules.site_id, random=random)
    in_inbox = {receipt.hash: receipt for receipt in contents.receipts}
    with database.reading() as conn:
        due = [
            request
            for request in requests
            if with_release or _goes_at_once(conn, request, in_inbox.get(request.receipt_hash))
        ]
    if due:
        hashes = {request.receipt_hash for request in due}
        with database.writing() as conn:
            arrivals.insert_receipts(conn, [in_inbox[hash_] for hash_ in hashes & in_inbox.keys()])
            for request in due:
                withdrawal_requests.add(conn, request)


def _goes_at_once(
    conn: Connection, request: WithdrawalRequest, receipt: ReceiptArrival | None
) -> bool:
    if request.request_kind != withdrawal_requests.NOW:
        return False
    comment = comments.by_receipt(conn, request.receipt_hash)
    if comment is None and receipt is not None:
        comment = comments.by_idempotency_hash(conn, receipt.idempotency_hash)
    return comment is not None and comment.state == PUBLISHED


def process(
    database: Database, rules: SiteRules, *, with_release: bool, random: RandomBytes
) -> int:
    """Process every request that is ready; returns how many comments were withdrawn.

    Of a published comment, one for the next release waits for it. A comment that is not published goes
    whatever was asked for: no reader has seen it. The caller writes the stale files and purges.
    """
    with database.reading() as conn:
        requests = withdrawal_requests.ready(conn, rules.site_id, with_release=with_release)
    return sum(
        _process_request(database, request, with_release=with_release, random=random)
        for request in requests
    )


def _process_request(
    database: Database, request: WithdrawalRequest, *, with_release: bool, random: RandomBytes
) -> bool:
    """Whether its comment was withdrawn."""
    with database.writing() as conn:
        comment = comments.by_receipt(conn, request.receipt_hash)
        if comment is None or not _can_withdraw(conn, comment):
            withdrawal_requests.delete(conn, request.id)
            return False
        waits_for_release = request.request_kind == withdrawal_requests.NEXT and not with_release
        if comment.state in (PUBLISHED, REMOVED) and waits_for_release:  # since it was read
            return False
        pending_purge.request(conn, request.site_id, random=random)
        if not erase_published.withdraw(conn, comment):
            return False  # a moderator was faster; the request stays and is processed next time
        withdrawal_requests.delete(conn, request.id)
    return True


def _can_withdraw(conn: Connection, comment: Comment) -> bool:
    """What the receipt shows as waiting, accepted or published; and what a lead could bring back.

    Before its slot a rejection is shown as waiting, and it may still be undone.
    """
    if states.next_state(comment.state, "withdraw") is None:
        return False
    if comment.state == REMOVED:
        return hidden_texts.get(conn, comment.id) is not None
    if comment.state != REJECTED or comment.decided_slot is None:
        return True
    return comment.decided_slot > sites.released_slot(conn, comment.site_id)
