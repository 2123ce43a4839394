"""Guesses the language of a text from its script, and knows the direction of a language.

The guess is good enough to choose a font. A moderator can correct it. Which character belongs to which
script comes from Unicode, which language is written in which script from CLDR; nothing here remembers
the characters of a text.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final

import msgspec
import regex
from babel.core import get_global
from babel.localedata import locale_identifiers

UNKNOWN: Final = "und"  # BCP 47 for "undetermined"
OTHER: Final = "other"  # stored in clear for a language that the site has no edition in

_LATIN: Final = "Latn"
_CACHED_LANGUAGES_MAX: Final = 256
_KANA: Final = "Kana"
_HAN: Final = "Hani"
# ISO 15924 has codes for mixtures and variants; Unicode gives each character one script.
_PARTS: Final = {
    "Jpan": ("Hani", _KANA),
    "Hrkt": (_KANA,),
    "Hira": (_KANA,),
    "Kore": ("Hang", "Hani"),
    "Hans": ("Hani",),
    "Hant": ("Hani",),
}
# They share a script with a far larger language, whose fonts also show them: Tibetan and Burmese.
_SMALLER_LANGUAGES: Final = frozenset({"dz", "shn"})
_SCRIPT_SUBTAG_LENGTH: Final = 4
_SAMPLE_CHARACTERS: Final = 32  # taken evenly from the whole text
_ALL_CHARACTERS: Final = range(0x40000)  # there are no letters beyond these planes
_OTHER_SCRIPT: Final = "Zzzz"  # letters of a script that CLDR does not know yet
_NO_SCRIPT: Final = "\0"
_ASCII_ALPHABETIC: Final = regex.compile(r"[A-Za-z]")
_WITH_SCRIPT: Final = regex.compile(
    r"[^\p{Script=Common}\p{Script=Inherited}\p{Script=Unknown}\p{Cs}]+", regex.V1
)
_RIGHT_TO_LEFT: Final = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")


class _Scripts(msgspec.Struct, frozen=True):
    """For `str.translate`: `symbols` has at each code point the symbol of its script."""

    symbols: str
    names: dict[str, str]  # of a symbol
    right_to_left: frozenset[str]


def script_of(text: str) -> str | None:
    """The script of most characters (ISO 15924, kana as `Kana`); None for digits, emoji and the like."""
    if text.isascii():
        return _LATIN if _ASCII_ALPHABETIC.search(text) else None
    sample = text[:: len(text) // _SAMPLE_CHARACTERS + 1]
    counts = _count_scripts(sample) or _count_scripts(text)
    if not counts:
        return None
    if _KANA in counts:  # Japanese mixes kana and Han
        counts[_KANA] += counts.pop(_HAN, 0)
    return max(counts, key=counts.__getitem__)


def _count_scripts(text: str) -> dict[str, int]:
    scripts = _scripts()
    symbols = text.translate(scripts.symbols)
    return {
        scripts.names[symbol]: symbols.count(symbol)
        for symbol in dict.fromkeys(symbols)
        if symbol in scripts.names
    }


def detect_language(text: str, *, edition: str) -> str:
    """The edition's language if it uses the text's script, else the script's only language, else `und`."""
    script = script_of(text)
    if script is None or script in _scripts_of_language(edition):
        return edition
    return _languages_of_scripts().get(script, UNKNOWN)


def load_scripts() -> None:
    """Read Unicode's and CLDR's data, which takes a fifth of a second."""
    _scripts()
    _languages_of_scripts()


def direction(lang: str) -> str:
    """`rtl` or `ltr`; `auto` for an unknown language, so that the browser decides."""
    if lang in (UNKNOWN, OTHER):
        return "auto"
    right_to_left = _scripts().right_to_left
    return "rtl" if any(part in right_to_left for part in _scripts_of_language(lang)) else "ltr"


@cache
def _scripts() -> _Scripts:
    """The script of every character, and which scripts run from right to left."""
    codes = sorted({part for tag in _likely_tags() for part in _parts(_script_in(tag))})
    patterns = {code: pattern for code in codes if (pattern := _pattern(code))}
    symbol_of = {code: chr(index) for index, code in enumerate([*patterns, _OTHER_SCRIPT], start=1)}
    symbols, right_to_left = [_NO_SCRIPT] * len(_ALL_CHARACTERS), set[str]()
    characters = "".join(map(chr, _ALL_CHARACTERS))
    for code, start, end in _runs(characters, patterns):
        symbols[start:end] = symbol_of[code] * (end - start)
        if _RIGHT_TO_LEFT.search(characters, start, end):
            right_to_left.add(code)
    names = {symbol: code for code, symbol in symbol_of.items()}
    return _Scripts("".join(symbols), names, frozenset(right_to_left))


def _runs(
    characters: str, patterns: dict[str, "regex.Pattern[str]"]
) -> Iterator[tuple[str, int, int]]:
    """Each run of characters in one script, as (script, start, end)."""
    named = regex.compile("|".join(pattern.pattern for pattern in patterns.values()))
    for block in _WITH_SCRIPT.finditer(characters):
        at, end = block.span()
        while at < end:
            next_named = named.search(characters, at, end)
            if next_named is None or next_named.start() > at:
                until = next_named.start() if next_named else end
                yield _OTHER_SCRIPT, at, until
                at = until
                continue
            for code, pattern in patterns.items():
                if run := pattern.match(characters, at, end):
                    yield code, at, run.end()
                    at = run.end()
                    break


def _pattern(code: str) -> "regex.Pattern[str] | None":
    """A run of characters in a script; None if Unicode has no such script."""
    pattern = r"[\p{Hiragana}\p{Katakana}]+" if code == _KANA else rf"\p{{Script={code}}}+"
    try:
        return regex.compile(pattern)
    except regex.error:
        return None


@cache
def _languages_of_scripts() -> dict[str, str]:
    """The tag of each script that only one language uses.

    Only languages that CLDR has data for count, because small languages use almost every script. If
    there is none: the only language with data that uses it beside its usual script (`ff-Adlm`), or
    the one that CLDR thinks likeliest, if this is its usual script.
    """
    locales = [identifier.split("_") for identifier in locale_identifiers()]
    usual = {
        (part, subtags[0])
        for subtags in locales
        if subtags[0] not in _SMALLER_LANGUAGES
        for part in _scripts_of_language(subtags[0])
    }
    second = {
        (part, "-".join(subtags[:2]))
        for subtags in locales
        if len(subtags) > 1 and len(subtags[1]) == _SCRIPT_SUBTAG_LENGTH
        for part in _parts(subtags[1])
    }
    likeliest = {
        (part, likely_tag.split("_")[0])
        for tag, likely_tag in _likely_tags().items()
        if tag.startswith(f"{UNKNOWN}_")
        for part in _scripts_of_language(likely_tag.split("_")[0])
        if part in _parts(tag.removeprefix(f"{UNKNOWN}_"))
    }
    tags: dict[str, str] = {}
    for candidates in (usual, second, likeliest):
        scripts = Counter(script for script, _ in candidates)
        tags |= {
            script: tag if scripts[script] == 1 else UNKNOWN
            for script, tag in candidates
            if script not in tags
        }
    return tags


@lru_cache(_CACHED_LANGUAGES_MAX)
def _scripts_of_language(lang: str) -> tuple[str, ...]:
    """The scripts that a language is written in; Latin if CLDR does not say."""
    subtags = lang.split("-")
    language = subtags[0].lower()
    for subtag in subtags[1:]:
        if len(subtag) == _SCRIPT_SUBTAG_LENGTH and subtag.isalpha():  # such as uz-Arab
            return _parts(subtag.title())
    for region in [*subtags[1:], ""]:
        likely_tag = _likely_tags().get(f"{language}_{region.upper()}".removesuffix("_"))
        if likely_tag is not None:
            return _parts(_script_in(likely_tag))
    return (_LATIN,)


def _likely_tags() -> Mapping[str, str]:
    """CLDR's likely subtags, with underscores: `km` is `km_Khmr_KH`."""
    return get_global("likely_subtags")


def _script_in(likely_tag: str) -> str:
    subtags = likely_tag.split("_")
    return subtags[1] if len(subtags) > 1 else _LATIN


def _parts(script: str) -> tuple[str, ...]:
    return _PARTS.get(script, (script,))
