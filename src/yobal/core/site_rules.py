"""The rules a site runs by, as one frozen value that actions are given."""

import msgspec

from yobal.core.schedule import Schedule
from yobal.core.submission import Limits


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a newsroom decided once. Days count from a slot; the maxima count waiting comments."""

    site: str
    schedule: Schedule = Schedule()
    limits: Limits = Limits()
    receipt_days: int = 30
    appeal_days: int = 14  # how long a sealed original is kept after a rejection, edit or removal
    waiting_story_max: int = 500
    waiting_site_max: int = 5_000
    session_hours: int = 12
