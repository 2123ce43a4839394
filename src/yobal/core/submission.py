"""What a reader sends, and the refusals it may meet: all of them at once, as codes."""

from typing import Final, Literal

import msgspec

from yobal.core import text as texts

BYTES_PER_GRAPHEME_MAX: Final = 12  # one letter may carry marks, but not a thousand of them
ENVELOPE_BYTES_MAX: Final = 32 * 1024
_ENVELOPE_REST_BYTES: Final = 1_024  # everything in an envelope but text and name

FieldErrorCode = Literal["text_empty", "text_long", "text_marks", "name_long", "name_marks"]


class Limits(msgspec.Struct, frozen=True):
    """How long things may be, in letters (grapheme clusters)."""

    text_graphemes_max: int = 2_000
    name_graphemes_max: int = 60

    def fit_an_envelope(self) -> bool:
        """Whether the longest permitted comment, escaped as JSON, fits the largest envelope."""
        letters = self.text_graphemes_max + self.name_graphemes_max
        return letters * (BYTES_PER_GRAPHEME_MAX + 1) + _ENVELOPE_REST_BYTES <= ENVELOPE_BYTES_MAX


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as it arrived, cleaned. It has no state to forge."""

    site_id: str
    story_id: str
    edition: str
    parent_id: str | None  # the published comment it answers
    text: str
    name: str


class FieldError(msgspec.Struct, frozen=True):
    """Why something was not taken: the field it stands beside, a code, the limit it passed."""

    field: Literal["text", "name"]
    code: FieldErrorCode
    limit: int = 0
    found: int = 0


def validate(text: str, name: str, limits: Limits) -> list[FieldError]:
    """Every refusal that cleaned text and name meet; empty where there is none."""
    field_errors = []
    if texts.is_empty(text):
        field_errors.append(FieldError("text", "text_empty"))
    field_errors += _too_long("text", text, limits.text_graphemes_max)
    field_errors += _too_long("name", name, limits.name_graphemes_max)
    return field_errors


def _too_long(field: Literal["text", "name"], text: str, graphemes_max: int) -> list[FieldError]:
    marks: FieldErrorCode = "text_marks" if field == "text" else "name_marks"
    if texts.has_stacked_marks(text):
        return [FieldError(field, marks, graphemes_max)]
    found = texts.excess_length(text, graphemes_max)
    if found:
        return [
            FieldError(field, "text_long" if field == "text" else "name_long", graphemes_max, found)
        ]
    bytes_max = graphemes_max * BYTES_PER_GRAPHEME_MAX
    if len(text) * 4 > bytes_max and len(text.encode()) > bytes_max:
        return [FieldError(field, marks, graphemes_max)]
    return []
