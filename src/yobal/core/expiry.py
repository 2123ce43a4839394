"""When an undecided comment is destroyed unread, and when the desk begins to warn of it."""

from typing import Final

from yobal.core.schedule import DAY_SECONDS, Round, Slot, slot_from
from yobal.core.site_rules import SiteRules

NOTICE_DAYS: Final = 7  # before it is destroyed; `pending_days` is always longer
# After a longer time without a release (server off, or clock jumped), moderators saw no warning in time.
PAUSE_SECONDS: Final = 2 * DAY_SECONDS


def expiry_slot(rules: SiteRules, arrival_round: Round) -> Slot:
    """The slot with which a comment of this round is destroyed, if it is still pending."""
    return slot_from(rules.schedule, arrival_round + rules.pending_days * DAY_SECONDS)


def expired_until(rules: SiteRules, slot: Slot) -> Round:
    """Pending comments of this round, and of earlier ones, are destroyed with this slot."""
    return slot - rules.pending_days * DAY_SECONDS


def expiring_until(rules: SiteRules, now: float) -> Round:
    """Pending comments of this round, and of earlier ones, are destroyed within NOTICE_DAYS."""
    return int(now) - (rules.pending_days - NOTICE_DAYS) * DAY_SECONDS


def has_paused(slot: Slot, *, released: Slot) -> bool:
    """Whether so much time lies between a slot and the release before it that the notice begins again."""
    return slot - released > PAUSE_SECONDS


def first_expiry_slot(rules: SiteRules, slot: Slot) -> Slot:
    """The first slot that may destroy comments, if releases resumed with this slot after a pause."""
    return slot_from(rules.schedule, slot + NOTICE_DAYS * DAY_SECONDS)
