"""What a reader sends, and what can be wrong with it: all errors at once, as codes."""

import zlib
from typing import Final, Literal

import msgspec

from yobal.core import text as texts

BYTES_PER_GRAPHEME_MAX: Final = 12  # a character may have combining marks, but not a thousand
ENVELOPE_BYTES_MAX: Final = 32 * 1024
_ENVELOPE_OTHER_BYTES: Final = 1_024  # everything in an envelope except text and name

FieldErrorCode = Literal["text_empty", "text_long", "text_marks", "name_long", "name_marks"]


class Limits(msgspec.Struct, frozen=True):
    """The longest text and name, in graphemes."""

    text_graphemes_max: int = 2_000
    name_graphemes_max: int = 60

    def fit_an_envelope(self) -> bool:
        """Whether the longest comment, escaped as JSON, fits the largest envelope."""
        graphemes = self.text_graphemes_max + self.name_graphemes_max
        return (
            graphemes * (BYTES_PER_GRAPHEME_MAX + 1) + _ENVELOPE_OTHER_BYTES <= ENVELOPE_BYTES_MAX
        )


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A comment on its way in, cleaned. It has no state that could be forged."""

    site_id: str
    story_id: str
    edition: str
    parent_id: str | None  # the published comment it replies to
    text: str
    name: str


class FieldError(msgspec.Struct, frozen=True):
    """Why a field is not accepted. `length` and `limit` are set if it is too long."""

    field: Literal["text", "name"]
    code: FieldErrorCode
    limit: int = 0
    length: int = 0


def validate(text: str, name: str, limits: Limits) -> list[FieldError]:
    """Every error of a cleaned text and name."""
    field_errors: list[FieldError] = []
    if texts.is_empty(text):
        field_errors.append(FieldError("text", "text_empty"))
    field_errors += _check_length("text", text, limits.text_graphemes_max)
    field_errors += _check_length("name", name, limits.name_graphemes_max)
    return field_errors


def _check_length(
    field: Literal["text", "name"], text: str, graphemes_max: int
) -> list[FieldError]:
    long_code: FieldErrorCode = "text_long" if field == "text" else "name_long"
    marks_code: FieldErrorCode = "text_marks" if field == "text" else "name_marks"
    if has_too_many_marks(text, graphemes_max):
        return [FieldError(field, marks_code, graphemes_max)]
    length = texts.excess_length(text, graphemes_max)
    return [FieldError(field, long_code, graphemes_max, length)] if length else []


def has_too_many_marks(text: str, graphemes_max: int) -> bool:
    """Whether a text that may have so many characters has too many marks for them.

    Without this, a limit in characters is no limit in bytes.
    """
    if texts.has_stacked_marks(text):
        return True
    if len(text) * 4 <= compressed_bytes_max(graphemes_max):  # UTF-8 has at most 4 bytes for each
        return False
    content = text.encode()
    is_too_large = len(content) > graphemes_max * BYTES_PER_GRAPHEME_MAX or len(
        zlib.compress(content)
    ) > compressed_bytes_max(graphemes_max)
    return is_too_large and not texts.excess_length(text, graphemes_max)


def compressed_bytes_max(graphemes_max: int) -> int:
    """The limit for a text of so many characters. No language comes near it; only random marks exceed it.

    The answer that shows the text would be longer than others, and so would show whose it is.
    """
    return graphemes_max * 4 + 256
