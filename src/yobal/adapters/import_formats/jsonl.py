"""Yobal's own export: a line of JSON for each story and each comment, with a first line about the site.

A comment keeps its id, its place in the thread and what a moderator made of it. `docs/export.md` has the format.
"""

from collections.abc import Iterator
from typing import IO, Final

import msgspec

from yobal.adapters.import_formats.options import ImportOptions
from yobal.core import ids, language_tag
from yobal.core.errors import CannotReadImport
from yobal.core.export_rows import ExportedComment, ExportedStory, ExportHead, ExportLine
from yobal.core.import_rows import (
    ImportedComment,
    ImportedRow,
    ImportedStory,
    UnreadableRow,
    key_of,
)
from yobal.core.language import UNKNOWN
from yobal.core.terms import CLAUSE_KEYS

LINE_BYTES_MAX: Final = 4 * 1_024 * 1_024
_NO_LINE: Final = "it is not a line of an export of Yobal, or a part of it is missing"


def read(file: IO[bytes], name: str, _options: ImportOptions) -> Iterator[ImportedRow]:
    """Raises CannotReadImport if the file does not begin as such an export."""
    decoder = msgspec.json.Decoder(ExportLine)
    if not isinstance(_decoded(decoder, file.readline(LINE_BYTES_MAX)), ExportHead):
        raise CannotReadImport(
            f"{name} is not an export of Yobal: its first line is not that of `yobal export jsonl`"
        )
    number = 1
    positions: dict[str, int] = {}  # of each story
    while raw := file.readline(LINE_BYTES_MAX):
        number += 1
        line = _decoded(decoder, raw)
        if isinstance(line, ExportedStory):
            positions[line.story_id] = line.next_position
            yield ImportedStory(number, line)
        elif isinstance(line, ExportedComment):
            problem = _problem(line) or _position_problem(line, positions.get(line.story_id))
            yield UnreadableRow(number, problem) if problem else _comment(line, number)
        elif raw.strip():
            yield UnreadableRow(number, _NO_LINE)


def _decoded(decoder: msgspec.json.Decoder[ExportLine], raw: bytes) -> ExportLine | None:
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _problem(comment: ExportedComment) -> str | None:
    """Why pages could not show it; None if they can."""
    if comment.lang != UNKNOWN and not (
        ids.is_language_tag(comment.lang) and language_tag.is_known(comment.lang)
    ):
        return "its language is not a language tag"
    if {comment.edited_clause, comment.removal_clause} - {None, *CLAUSE_KEYS}:
        return "it names a clause that the terms do not have"
    if (comment.edit_kind is None) != (comment.edited_clause is None):
        return "it names a clause without an edit, or an edit without a clause"
    if (comment.removal == "removed") != (comment.removal_clause is not None):
        return "it names a clause without a removal, or a removal without a clause"
    if comment.removal is not None and (comment.text or comment.name):
        return "it was removed, but still has words"
    return None


def _position_problem(comment: ExportedComment, positions: int | None) -> str | None:
    """`positions`: how many its thread has used; None if its story is not in the file, which is said elsewhere."""
    if comment.parent_id is None and positions is not None and comment.position >= positions:
        return "its position is one that its thread has not used"
    return None


def _comment(comment: ExportedComment, number: int) -> ImportedComment:
    return ImportedComment(
        line=number,
        id=comment.id,
        thread=key_of(comment.story_id, comment.edition),
        parent_id=comment.parent_id or "",
        text=comment.text,
        markup="text",
        name=comment.name,
        written_at=float(comment.slot),
        status="public",
        exported=comment,
    )
