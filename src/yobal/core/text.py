"""Cleaning and measuring what people write, in any script.

Plain text only: what comes out of `clean` holds letters, marks, spaces and line ends, in NFC.
Nothing is ever cut; what is too long is refused by `core.submission`.
"""

import re
import unicodedata
from typing import Final

import regex

# Joiners and U+200B separate words or shape letters in Khmer, Persian and other scripts; the
# three marks after them are what right-to-left keyboards type between words and numbers.
_KEPT_FORMATS: Final = "\u200b\u200c\u200d\u200e\u200f\u061c"
# Signs that are drawn although Unicode calls them formats (Arabic, Syriac, Kaithi).
_DRAWN_FORMATS: Final = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
# Controls but tab and line end; bidi embeddings, overrides and isolates; tags and other
# invisible formats; surrogates, noncharacters, and private letters that nobody reads alike.
_DROPPED: Final = regex.compile(
    rf"[\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Co}}\p{{Noncharacter_Code_Point}}"
    rf"--[\t\n{_KEPT_FORMATS}{_DRAWN_FORMATS}]]",
    regex.V1,
)
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_GRAPHEME: Final = regex.compile(r"\X")
# Two regional indicators are one flag. Whether one begins or ends a pair is asked anew for each, so
# a run of them would take time that grows with its square.
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
MARKS_IN_A_ROW_MAX: Final = 30  # no language writes more (UAX 15, "Stream-Safe Text Format")
# To put marks in their order takes time that grows with the square of their number; up to here it
# is nothing, and 96 KiB of them would stop the server.
_LETTERS_PUT_IN_ORDER: Final = 1_000
_PILE: Final = regex.compile(rf"\p{{M}}{{{MARKS_IN_A_ROW_MAX + 1}}}")
_STRIDE: Final = (
    3  # looked at first: of a pile every third sign is a mark, in other texts hardly ever
)
_PILE_IN_STRIDES: Final = regex.compile(rf"\p{{M}}{{{(MARKS_IN_A_ROW_MAX + 1) // _STRIDE}}}")
# Letters by name, blank on paper: the fillers of Hangul and the empty cell of Braille.
_BLANK_LETTERS: Final = "\u115f\u1160\u3164\uffa0\u2800"
_INVISIBLE: Final = re.compile(rf"[\s{_KEPT_FORMATS}{_BLANK_LETTERS}]*")


def clean(raw: str) -> str:
    """The text as it will be kept: no controls, no bidi overrides, NFC, no runs of blank lines.

    `clean(clean(x)) == clean(x)` for every x. In a long text with marks piled up they stay in the
    order in which they were sent; such a text is refused.
    """
    text = "\n".join(raw.splitlines())  # every kind of line end
    if not text.replace("\n", "").replace("\u200b", "").isprintable():
        text = _DROPPED.sub("", text)
    if len(text) <= _LETTERS_PUT_IN_ORDER or not has_stacked_marks(text):
        text = unicodedata.normalize("NFC", text)
    text = "\n".join([line.rstrip() for line in text.split("\n")])
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip("\n\t ")


def clean_line(raw: str) -> str:
    """The same for a name: one line, single spaces."""
    return " ".join(clean(raw).split())


def has_stacked_marks(text: str) -> bool:
    """True where one letter carries more marks than any language writes."""
    if text.isascii() or _PILE_IN_STRIDES.search(text[::_STRIDE]) is None:
        return False
    return _PILE.search(text) is not None


def clean_name(raw: str) -> str:
    """A name as it will be kept; one that nobody can see is none."""
    name = clean_line(raw)
    return "" if is_empty(name) else name


def is_empty(text: str) -> bool:
    """True where a reader would see nothing: only spaces, joiners, U+200B and blank letters."""
    return _INVISIBLE.fullmatch(text) is not None


def count_graphemes(text: str) -> int:
    """Length in grapheme clusters (UAX 29), the zero-width space not counted."""
    return len(_GRAPHEME.findall(_FLAG.sub("a", text.replace("\u200b", ""))))


def excess_length(text: str, graphemes_max: int) -> int:
    """How many letters a text has where that is more than the limit, else 0.

    A text has never more clusters than code points, and counting 500 costs as much as sealing.
    """
    found = count_graphemes(text) if len(text) > graphemes_max else 0
    return found if found > graphemes_max else 0
