"""Corrects dates in the future, after a clock that was ahead was set right.

What was published too early stays published, and what was destroyed too early is lost.
"""

from datetime import UTC, datetime, timedelta

from yobal.adapters.server_keys import Keyring
from yobal.core import expiry as core_expiry
from yobal.core import hidden_text, receipts, tokens
from yobal.core.ids import RandomBytes
from yobal.core.schedule import HOUR_SECONDS, last_round, last_slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.store import expiry, future_rows, identities, pending_purge, sites
from yobal.store.database import Database


def redate(
    database: Database, keyring: Keyring, rules: SiteRules, *, now: float, random: RandomBytes
) -> bool:
    """Whether there was anything to correct. The caller holds the release lock and has marked every
    file as stale, because files carry the wrong dates.

    Sessions, invitations and receipts from the future are deleted.
    """
    schedule, latest = rules.schedule, last_slot(rules.schedule, now)
    tomorrow = datetime.fromtimestamp(now, UTC).date() + timedelta(days=1)
    longest_seconds = max(rules.session_hours, tokens.INVITATION_HOURS) * HOUR_SECONDS
    with database.writing() as conn:
        if sites.released_slot(conn, rules.site_id) <= latest:
            return False
        pending_purge.request(conn, rules.site_id, random=random)
        future_rows.redate(
            conn,
            rules.site_id,
            latest=latest,
            latest_round=last_round(schedule, now),
            upcoming=next_slot(schedule, now),
            last_due=next_slot(schedule, now, steps=schedule.max_hold_slots),
            destroy_slot=hidden_text.destroy_slot(schedule, now),
            first_expiry_slot=core_expiry.first_expiry_slot(rules, latest),
        )
        expiry.delete_future(
            conn,
            after=next_slot(schedule, now + longest_seconds),
            after_week=receipts.week_of(tomorrow).isoformat(),
        )
        identities.delete_ownerless(conn)
    keyring.destroy_ahead(tomorrow)
    return True
