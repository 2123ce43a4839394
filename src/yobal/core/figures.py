"""Figures about a site that change at rounds and slots only, so that they tell no time in between."""

import msgspec

from yobal.core.schedule import Round, Slot


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Counts made after the round and the slot that they name; later decisions do not change them."""

    last_round: Round
    released_slot: Slot
    pending_count: int
    oldest_round: Round | None  # of the pending comment that waits longest
    expiring_count: int = 0  # of the pending comments that are destroyed unread within a week
    held_count: int
    published_count: int
    stale_files_count: int
    members_count: int
    epoch_slot: Slot | None  # when the newest epoch began; None before the first lead
    is_roster_valid: bool
    is_purge_pending: bool
    unable_to: tuple[str, ...]  # tasks of the health probe that Yobal cannot do
    is_disk_low: bool
    is_canary_missed: bool = False
    unsigned_imports_count: int = 0  # a file of an earlier version does not have it
