"""The text of a comment that a moderator has removed, until it is destroyed, and the form in which it is encrypted."""

from typing import Final

import msgspec

from yobal.core.envelope import pad_json
from yobal.core.schedule import Schedule, Slot, next_slot
from yobal.core.terms import EditKind

SLOTS: Final = 2  # a lead has at least one whole interval between two slots to bring it back
REMOVALS_MAX: Final = 20  # by one moderator from slot to slot; beyond, a lead must look


class HiddenText(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a tombstone has lost. `nonce`: 64 hexadecimal digits, of the hash that was signed."""

    text: str
    name: str
    lang: str
    edit_kind: EditKind | None
    edited_clause: str | None
    nonce: str | None


def encode(hidden_text: HiddenText) -> bytes:
    """Padded like an envelope, so that its length says little."""
    return pad_json(msgspec.json.encode(hidden_text))[0]


def decode(plain: bytes) -> HiddenText:
    return msgspec.json.decode(plain, type=HiddenText)


def destroy_slot(schedule: Schedule, now: float) -> Slot:
    """The slot that destroys a text that is removed now."""
    return next_slot(schedule, now, steps=SLOTS)
