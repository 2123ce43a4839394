"""How long an answer to a form can be: every one is padded to this length, so that its length says nothing.

Computed from the limits on what readers and moderators write, so no text, name or note can exceed it.
"""

from typing import Final

from yobal.core.submission import BYTES_PER_GRAPHEME_MAX, Limits, compressed_bytes_max
from yobal.core.terms import NOTE_GRAPHEMES_MAX

TITLE_GRAPHEMES_MAX: Final = 200  # of a story
URL_BYTES_MAX: Final = 500
MASKS_MAX: Final = 50  # runs of ▮ in one comment
# What a receipt shows of an edit beside the words that are published: what was added, and a struck name.
ADDED_GRAPHEMES_MAX: Final = 200
CHANGES_MAX: Final = 50  # parts that were struck or added
# A grapheme has at most one character that HTML escapes, because each begins a new one: `&` is `&amp;`.
_ESCAPED_BYTES: Final = BYTES_PER_GRAPHEME_MAX + 4
_CHANGE_BYTES: Final = 240  # the elements around a part, with their words in every language
_MASK_BYTES: Final = 320  # the element around a mask, with the longest clause in every language
# Sentences and links of the page in every language, and the story's title, twice, and URL.
_PAGE_BYTES: Final = 7 * 1_024 + 2 * TITLE_GRAPHEMES_MAX * _ESCAPED_BYTES + 5 * URL_BYTES_MAX
_GZIP_PAGE_BYTES: Final = 5 * 1_024  # the same page, compressed
_STEP_BYTES: Final = 4_096


def receipt_bytes(limits: Limits) -> int:
    """For every story, language and state of a comment."""
    graphemes = sum(_graphemes_max(limits))
    elements = MASKS_MAX * _MASK_BYTES + CHANGES_MAX * _CHANGE_BYTES
    content = graphemes * _ESCAPED_BYTES + elements + _PAGE_BYTES
    return -(-content // _STEP_BYTES) * _STEP_BYTES


def gzip_answer_bytes(limits: Limits) -> int:
    """The same with gzip: 16,384 with the default limits."""
    content = sum(map(compressed_bytes_max, _graphemes_max(limits))) + _GZIP_PAGE_BYTES
    return -(-content // _STEP_BYTES) * _STEP_BYTES


def _graphemes_max(limits: Limits) -> tuple[int, ...]:
    """The limits of all that a receipt can show: text, name, note, and what an edit added."""
    return (
        limits.text_graphemes_max,
        limits.name_graphemes_max,
        NOTE_GRAPHEMES_MAX,
        ADDED_GRAPHEMES_MAX,
    )
