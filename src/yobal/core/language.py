"""The language of a text, named by its script, and the direction that a language is written in.

A guess good enough to choose a font and a moderator; a moderator can correct it.
"""

from typing import Final

import regex

UNKNOWN: Final = "und"  # BCP 47 for "undetermined"
OTHER: Final = "other"  # stored in clear instead of a language the site has no edition in

# Scripts that one language (or one worth guessing) is written in.
_SCRIPT_NAMES_LANGUAGE: Final = {
    "Khmr": "km",
    "Thai": "th",
    "Laoo": "lo",
    "Mymr": "my",
    "Tibt": "bo",
    "Hang": "ko",
}
# What the languages of editions are written in; Latin where nothing else is said.
_LANGUAGE_SCRIPTS: Final = {
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
_LANGUAGE_SCRIPTS_ALL: Final = {
    **_LANGUAGE_SCRIPTS,
    **{language: script for script, language in _SCRIPT_NAMES_LANGUAGE.items()},
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
_BY_SCRIPT: Final = {script: regex.compile(one) for script, one in _PATTERNS.items()}
_SCRIPTS: Final = {chr(ord("A") + at): script for at, script in enumerate(_PATTERNS)}
_KANA, _HAN = (chr(ord("A") + [*_PATTERNS].index(script)) for script in ("Kana", "Hani"))
_CACHED_CHARACTERS_MAX: Final = 4_096
_SAMPLE_LETTERS: Final = 32  # from all over the text: enough to tell, and a bound on the work
_CHINESE: Final = ("hans", "hant")  # ways of writing what Unicode calls Han
_RIGHT_TO_LEFT: Final = frozenset({"Arab", "Hebr", "Thaa"})
_ASCII_LETTER: Final = regex.compile(r"[A-Za-z]")


def script_of(text: str) -> str | None:
    """The script most of the letters are in (ISO 15924, kana as `Kana`); None without letters."""
    if text.isascii():
        return "Latn" if _ASCII_LETTER.search(text) else None
    signs = text[:: len(text) // _SAMPLE_LETTERS + 1].translate(_signs)
    if _KANA in signs:  # Japanese mixes kana with Han letters
        signs = signs.replace(_HAN, _KANA)
    return _SCRIPTS[max(dict.fromkeys(signs), key=signs.count)] if signs else None


class _ScriptCache(dict[int, str]):
    """For each letter (by its number) one sign that stands for its script; nothing for the rest.

    What was looked up is kept: letters, never words, and not more of them than a newsroom reads.
    """

    def __missing__(self, number: int) -> str:
        letter = chr(number)
        sign = next(
            (sign for sign, script in _SCRIPTS.items() if _BY_SCRIPT[script].match(letter)), ""
        )
        if len(self) < _CACHED_CHARACTERS_MAX:
            self[number] = sign
        return sign


_signs: Final = _ScriptCache()


def detect_language(text: str, *, edition: str) -> str:
    """The language of a text sent under an edition: by script, else the edition's, else `und`."""
    script = script_of(text)
    if script is None:
        return edition
    if script == "Kana":
        return "ja"
    if script in _SCRIPT_NAMES_LANGUAGE:
        return _SCRIPT_NAMES_LANGUAGE[script]
    return edition if _is_written_in(edition, script) else UNKNOWN


def direction(lang: str) -> str:
    """`rtl` or `ltr` for a language; `auto` where it is not known (the browser looks)."""
    if lang in (UNKNOWN, OTHER):
        return "auto"
    return "rtl" if _script_of_language(lang) in _RIGHT_TO_LEFT else "ltr"


def _is_written_in(lang: str, script: str) -> bool:
    known = _script_of_language(lang)
    return script == known or (known == "Jpan" and script == "Hani")


def _script_of_language(lang: str) -> str:
    subtags = lang.split("-")
    for subtag in subtags[1:]:
        if len(subtag) == 4:  # a script named in the tag itself, such as uz-Arab
            return "Hani" if subtag.lower() in _CHINESE else subtag.title()
    return _LANGUAGE_SCRIPTS_ALL.get(subtags[0].lower(), "Latn")
