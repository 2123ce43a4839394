"""What every decision is given, and what it answers."""

import msgspec

from yobal.core.ids import RandomBytes
from yobal.core.schedule import RandomBelow, Slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import State


class DecisionContext(msgspec.Struct, frozen=True, kw_only=True):
    """Who decides, under which rules; time and chance as arguments."""

    rules: SiteRules
    pseudonym: str  # the moderator's pseudonym
    now: float
    random: RandomBytes
    randbelow: RandomBelow


class DecisionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided. `slot` is when it can appear, or, of a refusal, when it is final."""

    decision_id: str
    comment_id: str
    state: State
    slot: Slot
    decided_by: str
