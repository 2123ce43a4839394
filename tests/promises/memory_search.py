"""Searches a process's memory for the characters of a text in sequence, in any encoding and container.

A program need not keep a text to keep its words: a cache with an entry for each letter has them in the
order of the text. So this looks for the characters one after the other with other bytes between them, and
for pointers to them, as Python's lists, tuples and dicts have them.
"""

import re
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tests.promises.leak_search import regions

WINDOW_CHARACTERS: Final = 6  # a part of a text is enough
GAP_BYTES_MAX: Final = 160  # between two characters; a short string of Python's takes 96
POINTER_GAP_BYTES_MAX: Final = 40  # an entry of a dict has 24 bytes
_ENCODINGS: Final[tuple[Callable[[str], bytes], ...]] = (
    lambda character: character.encode(),
    lambda character: character.encode("utf-16-le"),
    lambda character: character.encode("utf-16-be"),
    lambda character: f"\\u{ord(character):04x}".encode(),
    lambda character: "".join(f"%{byte:02X}" for byte in character.encode()).encode(),
    lambda character: f"&#{ord(character)};".encode(),
)
# `PyCompactUnicodeObject`: a reference count, the type, the length, and more before the characters.
_LENGTH_AT: Final = 16
_CHARACTERS_AT: Final = sys.getsizeof("ខ") - 4

Memory = Sequence[tuple[int, bytes]]  # regions: address and content


class Texts:
    """Texts in which no letter occurs twice, so that a cache of letters keeps them in order."""

    def __init__(self, texts: Sequence[str]) -> None:
        assert len(set("".join(texts))) == sum(map(len, texts)), "a letter occurs twice"
        self._windows = [
            text[start : start + WINDOW_CHARACTERS]
            for text in texts
            for start in range(0, len(text) - WINDOW_CHARACTERS + 1, WINDOW_CHARACTERS)
        ]

    def found_in(self, pid: int) -> list[str]:
        """The parts of texts whose characters are in the process's memory, one after the other."""
        memory = list(regions(pid))
        encoded = {window for window in self._windows if _is_encoded_in(memory, window)}
        return sorted(encoded | set(self._windows_by_pointers(memory)))

    def _windows_by_pointers(self, memory: Memory) -> Iterator[str]:
        addresses = _addresses(memory, set("".join(self._windows)))
        for window in self._windows:
            pointers = [
                [struct.pack("<Q", address) for address in addresses[character]]
                for character in window
            ]
            if all(pointers) and _is_in_sequence(memory, pointers, POINTER_GAP_BYTES_MAX):
                yield window


def _is_encoded_in(memory: Memory, window: str) -> bool:
    return any(
        _is_in_sequence(memory, [[encode(character)] for character in window], GAP_BYTES_MAX)
        for encode in _ENCODINGS
    )


def _is_in_sequence(
    memory: Memory, spellings: Sequence[Sequence[bytes]], gap_bytes_max: int
) -> bool:
    """Whether one of the spellings of each character follows one of the character before it."""
    gap = b".{0,%d}?" % gap_bytes_max
    pattern = re.compile(
        gap.join(b"(?:%s)" % b"|".join(map(re.escape, listed)) for listed in spellings), re.DOTALL
    )
    first = spellings[0]
    return any(
        pattern.search(content)
        for _, content in memory
        if any(spelling in content for spelling in first)
    )


def _addresses(memory: Memory, characters: set[str]) -> dict[str, list[int]]:
    """Where each character is a Python string of its own."""
    addresses: dict[str, list[int]] = {character: [] for character in characters}
    one_character = re.compile(
        b"(?=\\x01\\0{7}.{%d}(..)\\0\\0)" % (_CHARACTERS_AT - _LENGTH_AT - 8), re.DOTALL
    )
    for start, content in memory:
        for match in one_character.finditer(content):
            character = match[1].decode("utf-16-le", errors="replace")
            if character in addresses:
                addresses[character].append(start + match.start() - _LENGTH_AT)
    return addresses
