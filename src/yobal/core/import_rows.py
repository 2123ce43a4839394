"""What a file of another comment system says, in the same types for every format.

An adapter in `adapters/import_formats/` yields these, and `actions/import_comments.py` stores them.
"""

from typing import Final, Literal

import msgspec

from yobal.core.export_rows import ExportedComment, ExportedStory
from yobal.core.schedule import Slot

# `unknown`: the file does not say whether readers have seen it, so a moderator decides.
CommentStatus = Literal["public", "unknown", "spam", "deleted", "not_a_comment"]
PersonalData = Literal["address", "agent", "email", "user_id", "website"]
# How the text is written: HTML; HTML in which a line end is a line end; or nothing but text.
Markup = Literal["html", "html_with_lines", "text"]
SEALED_SLOT: Final = -1  # of a comment that was imported and sealed


class ImportedThread(msgspec.Struct, frozen=True, kw_only=True):
    """A page with comments. `key` is what the file's comments call it."""

    line: int
    key: str
    url: str
    title: str = ""
    story_id: str = ""  # if the file names the story by Yobal's id


class ImportedComment(msgspec.Struct, frozen=True, kw_only=True):
    """`written_at` is in seconds since 1970 (UTC); None if the file has no time that can be read."""

    line: int
    id: str
    thread: str
    parent_id: str = ""
    text: str
    markup: Markup
    name: str = ""
    written_at: float | None
    status: CommentStatus
    personal_data: tuple[PersonalData, ...] = ()  # which kinds the file has; never what they say
    exported: ExportedComment | None = (
        None  # if Yobal has exported it: the rest of what was published
    )


class ImportedStory(msgspec.Struct, frozen=True):
    """A story with all its editions, as Yobal has exported it. Its comments call it by id and edition."""

    line: int
    story: ExportedStory


class UnreadableRow(msgspec.Struct, frozen=True):
    """A row that is not what its format says, and why. The run goes on."""

    line: int
    reason: str


ImportedRow = ImportedThread | ImportedStory | ImportedComment | UnreadableRow


def key_of(story_id: str, edition: str) -> str:
    """What a comment that Yobal has exported calls its page."""
    return f"{story_id}/{edition}"


class StoryPlace(msgspec.Struct, frozen=True):
    story_id: str
    edition: str
    positions: int = 0  # how many an exported thread had used


class PlacedComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as Yobal will show it, or seal it."""

    comment_id: str
    parent_id: str | None
    story_place: StoryPlace
    slot: Slot
    text: str
    name: str
    lang: str
    is_public: bool
    line: int
    exported: ExportedComment | None = None
