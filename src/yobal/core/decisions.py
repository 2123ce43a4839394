"""Verdicts, and what a decision returns."""

from typing import Final, Literal

import msgspec

from yobal.core.schedule import Slot
from yobal.core.states import State

Verdict = Literal["publish", "publish_edited", "reject", "remove", "undo", "destroy"]
ACCEPTING: Final = ("publish", "publish_edited")  # the verdicts that let a text appear
SYSTEM: Final = ""  # `decided_by` of an undo that no moderator asked for; no pseudonym is empty


class DecisionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided. `slot` is when a held comment is due; else when the decision is final."""

    decision_id: str
    comment_id: str
    state: State
    slot: Slot
    decided_by: str
