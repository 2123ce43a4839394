"""Reads Unicode's list of characters that look alike; `unicode/confusables.txt` is a copy of it.

The copy is unchanged (Unicode 17.0.0, from the source of ICU 78.3). To update it, replace the file.
"""

from functools import cache
from pathlib import Path
from typing import Final

from yobal.core.skeleton import Prototypes

_FILE: Final = Path(__file__).parent / "unicode" / "confusables.txt"


@cache
def prototypes() -> Prototypes:
    """About 6,600 characters; reading them takes 20 ms."""
    table: dict[int, str] = {}
    for line in _FILE.read_text(encoding="utf-8-sig").splitlines():
        columns = line.partition("#")[0].split(";")
        if len(columns) > 1:  # else a heading or an empty line
            source, target = columns[:2]
            table[int(source, 16)] = "".join(chr(int(code, 16)) for code in target.split())
    return table
