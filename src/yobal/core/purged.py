"""Entries of the list that outlives the database: what was destroyed, and must not come back with a restore."""

from typing import Literal

import msgspec


class PurgedComment(
    msgspec.Struct, frozen=True, omit_defaults=True, tag="comment", tag_field="kind"
):
    """`hidden`: removed, and not destroyed yet. `clause` is the moderator's reason for a removal."""

    id: str
    state: Literal["removed", "hidden", "withdrawn"]
    clause: str | None = None


class PurgedMember(msgspec.Struct, frozen=True, tag="member", tag_field="kind"):
    """A moderator who was removed, or left. No pseudonym: the list is not encrypted."""

    signing_key: str


class PurgedEpoch(msgspec.Struct, frozen=True, tag="epoch", tag_field="kind"):
    """An epoch whose key was destroyed."""

    epoch_id: str


Purged = PurgedComment | PurgedMember | PurgedEpoch
