"""Reduces a name to its skeleton, so that names which look alike compare as equal.

The method is "skeleton" of UTS 39 (https://www.unicode.org/reports/tr39/#Confusable_Detection). A
skeleton is only compared, never shown.
"""

import unicodedata
from collections.abc import Mapping

from yobal.core import text as texts

Prototypes = Mapping[int, str]  # the representative of a code point and of all that look like it


def skeleton(name: str, prototypes: Prototypes) -> str:
    """The same for two names that look alike, that differ in case only, or in signs without ink."""
    return _replace(_replace(name, prototypes).casefold(), prototypes)


def _replace(name: str, prototypes: Prototypes) -> str:
    decomposed = texts.remove_inkless(unicodedata.normalize("NFD", name))
    return unicodedata.normalize("NFD", decomposed.translate(prototypes))
