"""Guesses the language of a text from its script, and knows the direction of a language.

The guess is good enough to choose a font. A moderator can correct it.
"""

from typing import Final

import regex

UNKNOWN: Final = "und"  # BCP 47 for "undetermined"
OTHER: Final = "other"  # stored in clear for a language that the site has no edition in

# Scripts that are used for one language, or almost.
_LANGUAGE_OF_SCRIPT: Final = {
    "Khmr": "km",
    "Thai": "th",
    "Laoo": "lo",
    "Mymr": "my",
    "Tibt": "bo",
    "Hang": "ko",
}
# The scripts of other languages; Latin if a language is not listed.
_OTHER_SCRIPTS: Final = {
    "ar": "Arab",
    "fa": "Arab",
    "ur": "Arab",
    "ug": "Arab",
    "ps": "Arab",
    "ckb": "Arab",
    "he": "Hebr",
    "yi": "Hebr",
    "ru": "Cyrl",
    "uk": "Cyrl",
    "be": "Cyrl",
    "bg": "Cyrl",
    "kk": "Cyrl",
    "ky": "Cyrl",
    "mn": "Cyrl",
    "tg": "Cyrl",
    "sr": "Cyrl",
    "el": "Grek",
    "hi": "Deva",
    "ne": "Deva",
    "mr": "Deva",
    "bn": "Beng",
    "as": "Beng",
    "ta": "Taml",
    "te": "Telu",
    "ka": "Geor",
    "hy": "Armn",
    "am": "Ethi",
    "ti": "Ethi",
    "zh": "Hani",
    "yue": "Hani",
    "ja": "Jpan",
    "dv": "Thaa",
    "si": "Sinh",
}
_SCRIPT_OF_LANGUAGE: Final = {
    **_OTHER_SCRIPTS,
    **{language: script for script, language in _LANGUAGE_OF_SCRIPT.items()},
}
_PATTERNS: Final = {
    "Khmr": r"\p{Khmer}",
    "Thai": r"\p{Thai}",
    "Laoo": r"\p{Lao}",
    "Mymr": r"\p{Myanmar}",
    "Tibt": r"\p{Tibetan}",
    "Hang": r"\p{Hangul}",
    "Kana": r"[\p{Hiragana}\p{Katakana}]",
    "Hani": r"\p{Han}",
    "Arab": r"\p{Arabic}",
    "Hebr": r"\p{Hebrew}",
    "Cyrl": r"\p{Cyrillic}",
    "Grek": r"\p{Greek}",
    "Deva": r"\p{Devanagari}",
    "Beng": r"\p{Bengali}",
    "Taml": r"\p{Tamil}",
    "Telu": r"\p{Telugu}",
    "Geor": r"\p{Georgian}",
    "Armn": r"\p{Armenian}",
    "Ethi": r"\p{Ethiopic}",
    "Thaa": r"\p{Thaana}",
    "Sinh": r"\p{Sinhala}",
    "Latn": r"\p{Latin}",
}
# Each script has a symbol of one character, so that `str.translate` can turn a text into its scripts.
_SYMBOLS: Final = {script: chr(ord("A") + index) for index, script in enumerate(_PATTERNS)}
_SCRIPTS: Final = {symbol: script for script, symbol in _SYMBOLS.items()}
_MATCHERS: Final = [
    (regex.compile(pattern), _SYMBOLS[script]) for script, pattern in _PATTERNS.items()
]
_CACHED_CHARACTERS_MAX: Final = 4_096
_SAMPLE_CHARACTERS: Final = 32  # taken evenly from the whole text
_HAN_VARIANTS: Final = ("hans", "hant")  # simplified and traditional
_RIGHT_TO_LEFT: Final = frozenset({"Arab", "Hebr", "Thaa"})
_ASCII_ALPHABETIC: Final = regex.compile(r"[A-Za-z]")


def script_of(text: str) -> str | None:
    """The script of most characters (ISO 15924, kana as `Kana`); None for digits, emoji and the like."""
    if text.isascii():
        return "Latn" if _ASCII_ALPHABETIC.search(text) else None
    symbols = text[:: len(text) // _SAMPLE_CHARACTERS + 1].translate(_symbols)
    if _SYMBOLS["Kana"] in symbols:  # Japanese mixes kana and Han
        symbols = symbols.replace(_SYMBOLS["Hani"], _SYMBOLS["Kana"])
    return _SCRIPTS[max(dict.fromkeys(symbols), key=symbols.count)] if symbols else None


class _SymbolTable(dict[int, str]):
    """For `str.translate`: the symbol of a character's script, or nothing if it has none.

    It caches characters, a limited number of them, and never text.
    """

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        symbol = next((symbol for matcher, symbol in _MATCHERS if matcher.match(character)), "")
        if len(self) < _CACHED_CHARACTERS_MAX:
            self[code_point] = symbol
        return symbol


_symbols: Final = _SymbolTable()


def detect_language(text: str, *, edition: str) -> str:
    """The script's language, else the edition's if it uses that script, else `und`."""
    script = script_of(text)
    if script is None:
        return edition
    if script == "Kana":
        return "ja"
    if script in _LANGUAGE_OF_SCRIPT:
        return _LANGUAGE_OF_SCRIPT[script]
    return edition if _is_written_in(edition, script) else UNKNOWN


def direction(lang: str) -> str:
    """`rtl` or `ltr`; `auto` for an unknown language, so that the browser decides."""
    if lang in (UNKNOWN, OTHER):
        return "auto"
    return "rtl" if _script_of_language(lang) in _RIGHT_TO_LEFT else "ltr"


def _is_written_in(lang: str, script: str) -> bool:
    own_script = _script_of_language(lang)
    return script == own_script or (own_script == "Jpan" and script == "Hani")


def _script_of_language(lang: str) -> str:
    subtags = lang.split("-")
    for subtag in subtags[1:]:
        if len(subtag) == 4:  # the tag names a script, such as uz-Arab
            return "Hani" if subtag.lower() in _HAN_VARIANTS else subtag.title()
    return _SCRIPT_OF_LANGUAGE.get(subtags[0].lower(), "Latn")
