"""What an export of Yobal says: the lines of its own format, from which the other formats are made.

Nothing here is more than what is public, except for `slot`: pages show its day only. `docs/export.md` has the format.
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from yobal.core.decision_signature import Id
from yobal.core.schedule import Slot
from yobal.core.terms import EditKind
from yobal.core.thread import Removal

# Of a thread: each position may be a page to write, and the next release must still fit the column.
POSITIONS_MAX: Final = 1_000_000
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
SLOT_MAX: Final = 100_000_000_000  # the year 5138: every calendar and every column has it
ExportedSlot = Annotated[Slot, msgspec.Meta(ge=0, le=SLOT_MAX)]
Position = Annotated[int, msgspec.Meta(ge=0, le=POSITIONS_MAX)]


class ExportHead(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="yobal export"):
    """The first line."""

    v: Literal[1] = 1
    site_id: str
    site_name: str
    time_zone: str


class ExportedEdition(msgspec.Struct, frozen=True, kw_only=True):
    tag: str
    title: str
    url: str
    question: str = ""
    pinned_note: str = ""


class ExportedStory(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="story"):
    """A story; the lines of its comments follow."""

    story_id: str
    is_open: bool
    closes_slot: ExportedSlot | None
    next_position: Position  # of the next top-level comment
    comments: Count  # how many lines follow
    editions: tuple[ExportedEdition, ...]


class ExportedComment(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="comment"):
    """As it is published. With `removal` only its line is left: text and name are empty.

    `position` counts top-level comments in the thread, and replies under their top-level comment.
    """

    id: Id
    story_id: str
    edition: str
    parent_id: Id | None
    position: Position
    next_reply_position: Position  # how many replies there ever were under a top-level comment
    slot: ExportedSlot
    lang: str
    name: str
    text: str
    edit_kind: EditKind | None = None
    edited_clause: str | None = None
    removal: Removal | None = None
    removal_clause: str | None = None


class StoryExport(NamedTuple):
    """`main_edition` is the edition that most comments were written in; the first if there are several. Comments come after their parents."""

    story: ExportedStory
    main_edition: str
    comments: Iterator[ExportedComment]


ExportLine = ExportHead | ExportedStory | ExportedComment
