"""Cleans and measures what people write, in any script.

The result is plain text in NFC: no controls except tabs and line ends. Nothing is truncated; `core.submission`
rejects what is too long.
"""

import re
import unicodedata
from typing import Final

import regex

# Joiners and U+200B separate words or join characters in Khmer, Persian and other scripts. The three
# marks after them are typed by right-to-left keyboards between words and numbers.
_ALLOWED_FORMATS: Final = "\u200b\u200c\u200d\u200e\u200f\u061c"
# Visible characters that Unicode classifies as formats (Arabic, Syriac, Kaithi).
_VISIBLE_FORMATS: Final = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
# Controls except tab and line end; bidi embeddings, overrides and isolates; tags and other invisible
# formats; surrogates, noncharacters and private use, which every font shows differently.
_DROPPED: Final = regex.compile(
    rf"[\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Co}}\p{{Noncharacter_Code_Point}}"
    rf"--[\t\n{_ALLOWED_FORMATS}{_VISIBLE_FORMATS}]]",
    regex.V1,
)
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_GRAPHEME: Final = regex.compile(r"\X")
# Two regional indicators are one flag. `\X` looks at the whole run before each of them, so a long run
# would take quadratic time.
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
MARKS_IN_A_ROW_MAX: Final = 30  # no language writes more (UAX 15, "Stream-Safe Text Format")
# Normalization sorts combining marks in quadratic time: nothing up to this length, but 96 KiB of them
# would block the server.
_NORMALIZED_CHARACTERS_MAX: Final = 1_000
_STACK: Final = regex.compile(rf"\p{{M}}{{{MARKS_IN_A_ROW_MAX + 1}}}")
# A quick first test: in a stack every third character is a mark, in other texts almost never.
_STRIDE: Final = 3
_SAMPLED_STACK: Final = regex.compile(rf"\p{{M}}{{{(MARKS_IN_A_ROW_MAX + 1) // _STRIDE}}}")
# Without ink, although Unicode has no property that says so: the empty Braille cell, blanks and joiners of
# hieroglyphs, the Khitan filler, the null notehead. Must match `frontend/desk/text/empty.ts`.
_BLANK_CHARACTERS: Final = "\u2800\U00013430-\U0001343f\U00013441\U00013442\U00016fe4\U0001d159"
_INVISIBLE: Final = regex.compile(
    rf"[\p{{White_Space}}\p{{Default_Ignorable_Code_Point}}{_BLANK_CHARACTERS}]*", regex.V1
)


def clean(raw: str) -> str:
    """The text as it is stored: NFC, without controls, bidi overrides and runs of blank lines.

    `clean(clean(x)) == clean(x)` for every x. A long text with stacked marks is not normalized; it
    is rejected later.
    """
    text = "\n".join(raw.splitlines())  # every kind of line end
    if not text.replace("\n", "").replace("\u200b", "").isprintable():
        text = _DROPPED.sub("", text)
    if len(text) <= _NORMALIZED_CHARACTERS_MAX or not has_stacked_marks(text):
        text = unicodedata.normalize("NFC", text)
    text = "\n".join([line.rstrip() for line in text.split("\n")])
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip("\n\t ")


def clean_line(raw: str) -> str:
    """The same on one line, with single spaces."""
    return " ".join(clean(raw).split())


def has_stacked_marks(text: str) -> bool:
    """Whether a character has more combining marks than any language uses."""
    if text.isascii() or _SAMPLED_STACK.search(text[::_STRIDE]) is None:
        return False
    return _STACK.search(text) is not None


def clean_name(raw: str) -> str:
    """A name as it is stored; an invisible name becomes empty."""
    name = clean_line(raw)
    return "" if is_empty(name) else name


def is_empty(text: str) -> bool:
    """Whether a reader would see nothing: only spaces, blanks and what Unicode says to ignore."""
    return _INVISIBLE.fullmatch(text) is not None


def count_graphemes(text: str) -> int:
    """Length in grapheme clusters (UAX 29), without zero-width spaces."""
    return len(_GRAPHEME.findall(_FLAG.sub("a", text.replace("\u200b", ""))))


def excess_length(text: str, graphemes_max: int) -> int:
    """The number of graphemes if it is above the limit, else 0.

    Not counted if the text has fewer code points than that: counting 500 costs as much as sealing.
    """
    length = count_graphemes(text) if len(text) > graphemes_max else 0
    return length if length > graphemes_max else 0
