"""A comment that was removed, hidden or withdrawn, as the list says it that outlives the database."""

from typing import Literal

import msgspec


class PurgedComment(msgspec.Struct, frozen=True, omit_defaults=True):
    """`hidden`: removed, and not destroyed yet. `clause` is the moderator's reason for a removal."""

    id: str
    state: Literal["removed", "hidden", "withdrawn"]
    clause: str | None = None
