"""Comments made of the interface's own sentences, shuffled: they compress less well than real ones."""

import random
import re
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from yobal.core.text import count_graphemes

GRAPHEMES: Final = 300
_LOCALES: Final = Path(__file__).parent.parent / "src" / "yobal" / "locales"


def comment(lang: str, rng: random.Random) -> str:
    """A comment of 300 graphemes in `en` or `km`, or half and half as `mix`."""
    if lang == "mix":
        return f"{prose('km', rng, GRAPHEMES // 2)} {prose('en', rng, GRAPHEMES // 2)}"
    return prose(lang, rng, GRAPHEMES)


def prose(lang: str, rng: random.Random, graphemes_min: int) -> str:
    """Khmer has few spaces: most words are separated by U+200B, as its writers type it."""
    words = _vocabulary(lang)
    pieces: list[str] = []
    graphemes = 0
    while graphemes < graphemes_min:
        word, count = rng.choice(words)
        is_spaced = lang == "en" or rng.random() < 0.2
        pieces.append(word + (" " if is_spaced else "\u200b"))
        graphemes += count + is_spaced
    return "".join(pieces).strip(" \u200b")


@cache
def _vocabulary(lang: str) -> list[tuple[str, int]]:
    """The words of the interface in that language, with their lengths in graphemes."""
    with (_LOCALES / lang / "LC_MESSAGES" / "yobal.po").open("rb") as file:
        catalogue = read_po(file)
    sentences = [str(entry.id if lang == "en" else entry.string) for entry in catalogue if entry.id]
    words = {
        word
        for sentence in sentences
        for word in re.split("[\u200b\u2060\\s]", sentence)
        if "%" not in word
    }
    return [(word, count_graphemes(word)) for word in sorted(words) if word]
