"""Cleans and measures what people write, in any script.

The result is plain text as it was written, without what can hide or smuggle; `docs/text.md` lists what is
removed and why. Nothing is truncated; `core.submission` rejects what is too long.
"""

import re
import unicodedata
from typing import Final

import regex

# Formats without ink that change what a reader sees: joiners, direction marks, U+200B, which separates
# words in Khmer and other scripts, and the Mongolian vowel separator.
_ALLOWED_FORMATS: Final = r"\p{Join_Control}\u200e\u200f\u061c\u200b\u180e"
_ISOLATES: Final = r"\u2066-\u2069"
_TAGS: Final = r"\U000e0020-\U000e007f"
# Controls except tab and line end; formats without ink, such as bidi overrides, and annotations, which
# hide text; surrogates, noncharacters and private use, which every font shows differently; what
# Unicode may make invisible one day.
_DROPPED: Final = regex.compile(
    r"[[\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\ufff9-\ufffb"
    r"[[\p{Cf}\p{Cn}]&&\p{Default_Ignorable_Code_Point}]]"
    rf"--[\t\n{_ALLOWED_FORMATS}{_ISOLATES}{_TAGS}]]+",
    regex.V1,
)
# Replaces a picture that was copied or dictated along with the text, but is missing.
_MISSING_OBJECT: Final = "\ufffc"
# A flag of a subdivision: a black flag, two letters for the country, one to four letters or digits for
# the subdivision, and the end. Any other tag can only smuggle text.
_TAG_ALPHABETIC: Final = r"[\U000e0061-\U000e007a]"
_TAG_ALPHANUMERIC: Final = r"[\U000e0061-\U000e007a\U000e0030-\U000e0039]"
_FLAG_TAGS: Final = rf"\U0001f3f4{_TAG_ALPHABETIC}{{2}}{_TAG_ALPHANUMERIC}{{1,4}}\U000e007f"
_TAG_OR_FLAG: Final = regex.compile(rf"({_FLAG_TAGS})|[{_TAGS}]")
# A variation selector needs a visible character before it, and those for ideographs an ideograph; a
# second one would have no meaning, and a run of them can smuggle text.
_SELECTOR: Final = regex.compile(r"\p{Variation_Selector}")
_STRAY_SELECTOR: Final = regex.compile(
    r"(?<![[\p{L}\p{M}\p{N}\p{P}\p{S}]--\p{Default_Ignorable_Code_Point}])\p{Variation_Selector}"
    r"|(?<!\p{Ideographic})[\U000e0100-\U000e01ef]",
    regex.V1,
)
_ISOLATE: Final = re.compile(f"[{_ISOLATES}]")
_END_OF_ISOLATE: Final = "\u2069"
# Stanzas and sections may be further apart than paragraphs; more is only empty space.
_BLANK_LINES: Final = re.compile(r"\n{4,}")
_TWO_BLANK_LINES: Final = "\n\n\n"
_GRAPHEME: Final = regex.compile(r"\X")
# Two regional indicators are one flag. `\X` looks at the whole run before each of them, so a long run
# would take quadratic time.
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
MARKS_IN_A_ROW_MAX: Final = 30  # no language writes more (UAX 15, "Stream-Safe Text Format")
_STACK: Final = regex.compile(rf"\p{{M}}{{{MARKS_IN_A_ROW_MAX + 1}}}")
# A quick first test: in a stack every third character is a mark, in other texts almost never.
_STRIDE: Final = 3
_SAMPLED_STACK: Final = regex.compile(rf"\p{{M}}{{{(MARKS_IN_A_ROW_MAX + 1) // _STRIDE}}}")
# Without ink, although Unicode has no property that says so: the empty Braille cell, the place of a missing
# object, blanks and joiners of hieroglyphs, the Khitan filler, the null notehead. Must match
# `frontend/desk/text/empty.ts`.
_BLANK_CHARACTERS: Final = (
    "\u2800\ufffc\U00013430-\U0001343f\U00013441\U00013442\U00016fe4\U0001d159"
)
_INVISIBLE: Final = regex.compile(
    rf"[\p{{White_Space}}\p{{Default_Ignorable_Code_Point}}{_BLANK_CHARACTERS}]*", regex.V1
)
_INKLESS: Final = regex.compile(
    rf"[\p{{Default_Ignorable_Code_Point}}{_BLANK_CHARACTERS}]+", regex.V1
)

# The replacement for a masked part of a text. Must match `frontend/desk/text/mask.ts`.
MASK: Final = "▮" * 8
MASKED: Final = re.compile("(▮+)")  # a group, so that splitting keeps the masks
# Up to a full stop of any script; the Latin full stop also ends abbreviations and occurs in numbers.
_SENTENCE: Final = regex.compile(
    r".+?(?:\p{SB=STerm}|\p{SB=ATerm}(?=[\p{SB=Close}]*(?:\s|$)))"
    r"[\p{SB=STerm}\p{SB=ATerm}\p{SB=Close}]*"
)
_RIGHT_TO_LEFT: Final = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")
_WITH_DIRECTION: Final = regex.compile(r"[\p{Bidi_Class=L}\p{Bidi_Class=R}\p{Bidi_Class=AL}]")


# White space, without U+1680: it is drawn as a line, which holds the letters of Ogham together.
_BLANKS: Final = "".join(
    chr(code) for code in range(0x3001) if chr(code).isspace() and code != 0x1680
)
_BLANK_RUN: Final = regex.compile(f"[{regex.escape(_BLANKS)}]+")


def clean(raw: str) -> str:
    """The text as it is stored: as it was written, without what can hide or smuggle.

    `clean(clean(x)) == clean(x)` for every x.
    """
    text = "\n".join(raw.splitlines())  # every kind of line end
    text = text.replace(_MISSING_OBJECT, "")
    if not text.replace("\n", "").replace("\u200b", "").isprintable():
        text = _DROPPED.sub("", text)
        text = _TAG_OR_FLAG.sub(r"\1", text)
    if not text.isascii() and _SELECTOR.search(text):
        text = _STRAY_SELECTOR.sub("", text)
    text = "\n".join([_balance_isolates(line).rstrip(_BLANKS) for line in text.split("\n")])
    if _TWO_BLANK_LINES in text:
        text = _BLANK_LINES.sub(_TWO_BLANK_LINES, text)
    return text.strip("\n")


def _balance_isolates(line: str) -> str:
    """Without bidi isolates that nothing closes, and closers that close nothing."""
    if line.isascii() or not _ISOLATE.search(line):
        return line
    open_at: list[int] = []
    stray: set[int] = set()
    for match in _ISOLATE.finditer(line):
        if match[0] != _END_OF_ISOLATE:
            open_at.append(match.start())
        elif open_at:
            open_at.pop()
        else:
            stray.add(match.start())
    stray.update(open_at)
    return "".join(character for at, character in enumerate(line) if at not in stray)


def normalize(text: str) -> str:
    """NFC, only to compare what different keyboards write in different ways; never to store it."""
    return unicodedata.normalize("NFC", text)


def clean_line(raw: str) -> str:
    """Clean as `clean` does, on one line and with single spaces."""
    return " ".join(word for word in _BLANK_RUN.split(clean(raw)) if word)


def has_stacked_marks(text: str) -> bool:
    """Whether a character has more combining marks than any language uses."""
    if text.isascii() or _SAMPLED_STACK.search(text[::_STRIDE]) is None:
        return False
    return _STACK.search(text) is not None


def clean_name(raw: str) -> str:
    """A name as it is stored; an invisible name becomes empty."""
    name = clean_line(raw)
    return "" if is_empty(name) else name


def line_problem(text: str) -> str:
    """Why a text cannot be a title or another name on a page, as the end of a sentence; else empty."""
    if is_empty(text):
        return "is empty"
    if text.splitlines() != [text]:
        return "has more than one line"
    stripped = text.strip()
    cleaned = clean(stripped)
    for character in stripped:
        if stripped.count(character) != cleaned.count(character):
            return f"has the character U+{ord(character):04X}, which is not plain text"
    return ""


def normalize_masks(text: str) -> str:
    """Every mask has the same length, so that it does not reveal how much it hides."""
    return MASKED.sub(MASK, text)


def shorten_masks(text: str) -> str:
    """Only to count: a mask is one character, so that masking a short word never exceeds a limit."""
    return MASKED.sub(MASK[0], text)


def is_empty(text: str) -> bool:
    """Whether a reader would see nothing: only spaces, blanks and what Unicode says to ignore."""
    return _INVISIBLE.fullmatch(text) is not None


def remove_inkless(text: str) -> str:
    """Only to compare names: without signs that a reader cannot see. White space stays."""
    return _INKLESS.sub("", text)


def count_masks(text: str) -> int:
    """How many passages a moderator masked: runs of ▮."""
    return len(MASKED.findall(text))


def count_graphemes(text: str) -> int:
    """Length in grapheme clusters (UAX 29), without zero-width spaces."""
    return len(_GRAPHEME.findall(_FLAG.sub("a", text.replace("\u200b", ""))))


def truncate(text: str, graphemes_max: int) -> str:
    """The text on one line, cut at a word with an ellipsis if it has more graphemes than that."""
    line = " ".join(text.split())
    if len(line) <= graphemes_max:  # a grapheme has at least one code point
        return line
    end = _end_of_graphemes(line, graphemes_max)
    if end == len(line):
        return line
    start = line[:end]
    words, _, _ = start.rpartition(" ")
    return (words if len(words) * 2 > len(start) else start).rstrip() + "…"


def _end_of_graphemes(line: str, count: int) -> int:
    """Where so many graphemes end. In ASCII, each is a character: there is no line end in a line."""
    if line[: count + 1].isascii():
        return count
    match = regex.match(rf"\X{{0,{count}}}", line)
    return match.end() if match is not None else 0


def first_sentence(text: str, graphemes_max: int) -> str:
    """The first sentence on one line; truncated if it has more graphemes than that."""
    line = " ".join(text.split("\n", maxsplit=1)[0].split())
    match = _SENTENCE.match(line)
    return truncate(match[0] if match else line, graphemes_max)


def direction(text: str) -> str:
    """`rtl` or `ltr` by the first letter that has a direction, as browsers decide `dir=auto`."""
    first = _WITH_DIRECTION.search(text)
    return "rtl" if first is not None and _RIGHT_TO_LEFT.match(first[0]) else "ltr"


def excess_length(text: str, graphemes_max: int) -> int:
    """The number of graphemes if it is above the limit, else 0.

    Not counted if the text has fewer code points than that: counting 500 costs as much as sealing.
    """
    length = count_graphemes(text) if len(text) > graphemes_max else 0
    return length if length > graphemes_max else 0
