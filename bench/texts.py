"""Words that nobody wrote: our own sentences, shuffled, which press less well than real comments."""

import random
import re
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from yobal.core.text import count_graphemes

LETTERS: Final = 300
_LOCALES: Final = Path(__file__).parent.parent / "src" / "yobal" / "locales"


def comment(lang: str, chance: random.Random) -> str:
    """A comment of 300 letters in `en` or `km`, or, as `mix`, half and half."""
    if lang == "mix":
        return f"{prose('km', chance, LETTERS // 2)} {prose('en', chance, LETTERS // 2)}"
    return prose(lang, chance, LETTERS)


def prose(lang: str, chance: random.Random, letters_min: int) -> str:
    """Khmer has few spaces: most words are parted by U+200B, as its writers type it."""
    words = _vocabulary(lang)
    made: list[str] = []
    found = 0
    while found < letters_min:
        word, count = chance.choice(words)
        is_spaced = lang == "en" or chance.random() < 0.2
        made.append(word + (" " if is_spaced else "\u200b"))
        found += count + is_spaced
    return "".join(made).strip(" \u200b")


@cache
def _vocabulary(lang: str) -> list[tuple[str, int]]:
    """The words of the interface in that language, with their lengths in letters."""
    with (_LOCALES / lang / "LC_MESSAGES" / "yobal.po").open("rb") as source:
        catalogue = read_po(source)
    said = [str(one.id if lang == "en" else one.string) for one in catalogue if one.id]
    words = {word for one in said for word in re.split("[\u200b\u2060\\s]", one) if "%" not in word}
    return [(word, count_graphemes(word)) for word in sorted(words) if word]
