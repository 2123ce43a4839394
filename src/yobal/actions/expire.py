"""Destroys what has expired: undecided comments, originals, receipts with their feedback, idempotency hashes,
sessions, invitations.
"""

from datetime import UTC, datetime, time, timedelta

from yobal.adapters.server_keys import Keyring
from yobal.core import idempotency
from yobal.core.expiry import NOTICE_DAYS, expired_until
from yobal.core.ids import RandomBytes
from yobal.core.schedule import DAY_SECONDS, Slot, last_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import EXPIRED, PENDING
from yobal.store import comments, envelopes, expiry, feedback, identities, pending_purge, sites
from yobal.store.database import Connection, Database


def expire(
    database: Database, keyring: Keyring, rules: SiteRules, *, now: float, random: RandomBytes
) -> int:
    """Runs with every release; returns how many originals were deleted. The caller destroys keys and purges."""
    today = datetime.fromtimestamp(now, UTC).date()
    oldest_day = today - timedelta(days=idempotency.KEY_DAYS)
    with database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        _expire_pending(conn, rules, last_slot(rules.schedule, now))
        expired_ids = envelopes.expired_originals(
            conn, rules.site_id, until=int(now) - rules.original_retention_days * DAY_SECONDS
        )
        for comment_id in expired_ids:
            envelopes.delete(conn, comment_id)
        expiry.delete_receipts(conn, before_week=keyring.oldest_week(today).isoformat())
        expiry.delete_idempotency_hashes(
            conn, arrived_before=int(datetime.combine(oldest_day, time.min, UTC).timestamp())
        )
        expiry.delete_expired(conn, now=now)
        identities.delete_ownerless(conn)  # of registrations that no lead has confirmed
    return len(expired_ids)


def _expire_pending(conn: Connection, rules: SiteRules, slot: Slot) -> None:
    """No moderator has decided in time: the envelope is destroyed, and the receipt says so from now on.

    Does nothing in the week after a pause, because moderators saw no warning while the server was off.
    """
    if slot < sites.first_expiry_slot(conn, rules.site_id):
        return
    ids = expiry.expired_pending(
        conn,
        rules.site_id,
        arrived_until=expired_until(rules, slot),
        decided_after=slot - NOTICE_DAYS * DAY_SECONDS,
    )
    for comment_id in ids:
        if comments.transition(conn, comment_id, from_=PENDING, to=EXPIRED, decided_slot=slot):
            envelopes.delete(conn, comment_id)
            feedback.delete_of_comment(conn, comment_id)  # of a decision that was undone
