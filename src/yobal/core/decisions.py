"""What every decision needs, and what it returns."""

from typing import Final, Literal

import msgspec

from yobal.core.ids import RandomBytes
from yobal.core.schedule import RandomBelow, Slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import State

Verdict = Literal["publish", "publish_edited", "reject", "remove", "undo"]
SYSTEM: Final = ""  # `decided_by` of an undo that no moderator asked for; no pseudonym is empty


class DecisionContext(msgspec.Struct, frozen=True, kw_only=True):
    """Who decides, under which rules. Time and randomness are arguments."""

    rules: SiteRules
    pseudonym: str
    decision_key: bytes  # authenticates what this session accepts
    now: float
    random: RandomBytes
    randbelow: RandomBelow


class DecisionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided. `slot` is when a held comment is due; else when the decision is final."""

    decision_id: str
    comment_id: str
    state: State
    slot: Slot
    decided_by: str
