"""The rules a site runs by, as one frozen value that actions are given."""

import msgspec

from yobal.core.schedule import Schedule
from yobal.core.submission import Limits


class SiteRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a newsroom decided once. Days count from a slot; the maxima count waiting comments."""

    site_id: str
    schedule: Schedule = Schedule()
    limits: Limits = Limits()
    receipt_days: int = 30
    original_retention_days: int = (
        14  # how long a sealed original is kept after a rejection, edit or removal
    )
    max_pending_per_story: int = 500
    max_pending_per_site: int = 5_000
    session_hours: int = 12
