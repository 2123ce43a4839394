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
_LINE_END: Final = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_TRAILING_SPACE: Final = re.compile(r"[^\S\n]+(?=\n|\Z)")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_GRAPHEME: Final = regex.compile(r"\X")
_INVISIBLE: Final = re.compile(rf"[\s{_KEPT_FORMATS}]*")


def clean(raw: str) -> str:
    """The text as it will be kept: no controls, no bidi overrides, NFC, no runs of blank lines.

    `clean(clean(x)) == clean(x)` for every x.
    """
    text = _LINE_END.sub("\n", raw)
    if not text.replace("\n", "").replace("\u200b", "").isprintable():
        text = _DROPPED.sub("", text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = _BLANK_LINES.sub("\n\n", _TRAILING_SPACE.sub("", text))
    return text.strip("\n\t ")


def clean_line(raw: str) -> str:
    """The same for a name: one line, single spaces."""
    return " ".join(clean(raw).split())


def is_empty(text: str) -> bool:
    """True where a reader would see nothing: only spaces, joiners and U+200B."""
    return _INVISIBLE.fullmatch(text) is not None


def letters(text: str) -> int:
    """Length in grapheme clusters (UAX 29), the zero-width space not counted."""
    return len(_GRAPHEME.findall(text.replace("\u200b", "")))


def is_longer_than(text: str, letters_max: int) -> bool:
    """Whether the text has more letters than that; counts only where it must.

    A text has never more clusters than code points, and counting 500 costs as much as sealing.
    """
    return len(text) > letters_max and letters(text) > letters_max
