"""How long an answer to a form can be: every one is padded to this length, so that its length says nothing.

Computed from the limits on what readers and moderators write, so no text, name or note can exceed it.
"""

from typing import Final

from yobal.core.submission import BYTES_PER_GRAPHEME_MAX, Limits, compressed_bytes_max
from yobal.core.terms import NOTE_GRAPHEMES_MAX

TITLE_GRAPHEMES_MAX: Final = 200  # of a story
URL_BYTES_MAX: Final = 500
MASKS_MAX: Final = 50  # runs of ▮ in one comment
# A grapheme has at most one character that HTML escapes, because each begins a new one: `&` is `&amp;`.
_ESCAPED_BYTES: Final = BYTES_PER_GRAPHEME_MAX + 4
_MASK_BYTES: Final = 320  # the element around a mask, with the longest clause in every language
# Sentences and links of the page in every language, and the story's title, twice, and URL.
_PAGE_BYTES: Final = 7 * 1_024 + 2 * TITLE_GRAPHEMES_MAX * _ESCAPED_BYTES + 5 * URL_BYTES_MAX
_GZIP_PAGE_BYTES: Final = 5 * 1_024  # the same page, compressed
_STEP_BYTES: Final = 4_096


def receipt_bytes(limits: Limits) -> int:
    """For every story, language and state of a comment."""
    graphemes = limits.text_graphemes_max + limits.name_graphemes_max + NOTE_GRAPHEMES_MAX
    content = graphemes * _ESCAPED_BYTES + MASKS_MAX * _MASK_BYTES + _PAGE_BYTES
    return -(-content // _STEP_BYTES) * _STEP_BYTES


def gzip_answer_bytes(limits: Limits) -> int:
    """The same with gzip: 16,384 with the default limits."""
    graphemes = (limits.text_graphemes_max, limits.name_graphemes_max, NOTE_GRAPHEMES_MAX)
    content = sum(map(compressed_bytes_max, graphemes)) + _GZIP_PAGE_BYTES
    return -(-content // _STEP_BYTES) * _STEP_BYTES
