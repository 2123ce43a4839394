"""Which language tags name an edition: those whose parts Unicode's CLDR knows.

An edition's tag is in every address and every page of a story, so a mistyped one would stay there.
"""

from functools import cache
from typing import Final

from babel.core import Locale, get_global

from yobal.core import ids

_SCRIPT_LENGTH: Final = 4
# CLDR has names for these, and they say that something is not known.
_UNKNOWN: Final = frozenset({"und", "mul", "zxx", "mis", "Zzzz", "Zxxx", "Zyyy", "Zinh", "ZZ"})

# Codes that another one has replaced, such as iw by he: one language could have two editions.
_REPLACED: Final = frozenset({"bh", "in", "iw", "ji", "jw", "mo", "sh"})


def is_known(tag: str) -> bool:
    """Whether it is a language that CLDR knows, with a script, a region or variants it knows."""
    if not ids.is_language_tag(tag):
        return False
    language, *rest = tag.split("-")
    if language not in _languages() - _UNKNOWN or language in _REPLACED:
        return False
    names = Locale.parse("en")
    if rest and len(rest[0]) == _SCRIPT_LENGTH and rest[0].isalpha():
        script = rest.pop(0).title()
        if script not in names.scripts or script in _UNKNOWN:
            return False
    if rest and len(rest[0]) < _SCRIPT_LENGTH:
        region = rest.pop(0).upper()
        if region not in names.territories or region in _UNKNOWN:
            return False
    return all(variant.upper() in _variants() for variant in rest)


@cache
def _languages() -> frozenset[str]:
    """Languages with a name in English, or with a usual script in CLDR."""
    usual = {tag.partition("_")[0] for tag in get_global("likely_subtags")}
    return frozenset(Locale.parse("en").languages) | usual


@cache
def _variants() -> frozenset[str]:
    return frozenset(str(variant).upper() for variant in Locale.parse("en").variants)
