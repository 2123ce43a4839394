"""The rules of a site: the settings that actions need."""

import msgspec

from yobal.core.schedule import Schedule
from yobal.core.submission import Limits


class SiteRules(msgspec.Struct, frozen=True, kw_only=True):
    """From the settings. Days are counted from a slot."""

    site_id: str
    schedule: Schedule = Schedule()
    limits: Limits = Limits()
    receipt_days: int = 30
    # How long the sealed original is kept after an edit, a rejection or a removal.
    original_retention_days: int = 14
    pending_days: int = 30  # then an undecided comment is destroyed unread
    max_pending_per_story: int = 500
    max_pending_per_site: int = 5_000
    session_hours: int = 12
    idle_lock_minutes: int = 10
    epoch_days: int = 7
