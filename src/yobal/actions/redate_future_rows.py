"""Set the store back to a clock that is right again, after one that was ahead.

What was published early stays published, and what was destroyed early is gone.
"""

from datetime import UTC, datetime, timedelta

from yobal.adapters.server_keys import Keyring
from yobal.core import receipts
from yobal.core.ids import RandomBytes
from yobal.core.schedule import DAY_SECONDS, HOUR_SECONDS, last_slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.store import expiry, future_rows, pending_purge, stories
from yobal.store.database import Database


def redate(
    database: Database, keyring: Keyring, rules: SiteRules, *, now: float, random: RandomBytes
) -> bool:
    """Whether there was anything to set back. The caller holds the release lock, and has
    noted every file before, since all that carry a wrong time are written again.

    Whoever signed in or was given a link or a receipt in the future does so anew.
    """
    schedule, latest = rules.schedule, last_slot(rules.schedule, now)
    tomorrow = datetime.fromtimestamp(now, UTC).date() + timedelta(days=1)
    longest_seconds = max(rules.session_hours * HOUR_SECONDS, DAY_SECONDS)  # of session or link
    with database.writing() as conn:
        if stories.released_slot(conn, rules.site_id) <= latest:
            return False
        pending_purge.request(conn, rules.site_id, random=random)
        future_rows.redate(
            conn,
            rules.site_id,
            latest=latest,
            upcoming=next_slot(schedule, now),
            last_drawn=next_slot(schedule, now, steps=schedule.max_hold_slots),
        )
        expiry.drop_future(
            conn,
            after=next_slot(schedule, now + longest_seconds),
            after_week=receipts.week_of(tomorrow).isoformat(),
        )
    keyring.destroy_ahead(tomorrow)
    return True
