"""What a reader sends, and the refusals it may meet: all of them at once, as codes."""

from typing import Final, Literal

import msgspec

from yobal.core import text as texts

BYTES_PER_LETTER_MAX: Final = 12  # one letter may carry marks, but not a thousand of them
ENVELOPE_BYTES_MAX: Final = 32 * 1024
_ENVELOPE_REST_BYTES: Final = 1_024  # everything in an envelope but text and name

RefusalCode = Literal["text_empty", "text_long", "text_marks", "name_long", "name_marks"]


class Limits(msgspec.Struct, frozen=True):
    """How long things may be, in letters (grapheme clusters)."""

    text_letters_max: int = 2_000
    name_letters_max: int = 60

    def fit_an_envelope(self) -> bool:
        """Whether the longest permitted comment, escaped as JSON, fits the largest envelope."""
        letters = self.text_letters_max + self.name_letters_max
        return letters * (BYTES_PER_LETTER_MAX + 1) + _ENVELOPE_REST_BYTES <= ENVELOPE_BYTES_MAX


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as it arrived, cleaned. It has no state to forge."""

    site: str
    story: str
    edition: str
    to: str | None  # the published comment it answers
    text: str
    name: str


class Refusal(msgspec.Struct, frozen=True):
    """Why something was not taken: the field it stands beside, a code, the limit it passed."""

    field: Literal["text", "name"]
    code: RefusalCode
    limit: int = 0
    found: int = 0


def check(text: str, name: str, limits: Limits) -> list[Refusal]:
    """Every refusal that cleaned text and name meet; empty where there is none."""
    refusals = []
    if texts.is_empty(text):
        refusals.append(Refusal("text", "text_empty"))
    refusals += _too_long("text", text, limits.text_letters_max)
    refusals += _too_long("name", name, limits.name_letters_max)
    return refusals


def _too_long(field: Literal["text", "name"], text: str, letters_max: int) -> list[Refusal]:
    marks: RefusalCode = "text_marks" if field == "text" else "name_marks"
    if texts.has_piled_marks(text):
        return [Refusal(field, marks, letters_max)]
    found = texts.letters_beyond(text, letters_max)
    if found:
        return [Refusal(field, "text_long" if field == "text" else "name_long", letters_max, found)]
    bytes_max = letters_max * BYTES_PER_LETTER_MAX
    if len(text) * 4 > bytes_max and len(text.encode()) > bytes_max:
        return [Refusal(field, marks, letters_max)]
    return []
