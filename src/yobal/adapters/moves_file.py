"""`secrets/moves`: which stories and editions the technician has moved.

It is outside the database: an attacker who can write there must not be able to move a comment under
another story.
"""

from pathlib import Path
from typing import Final

import msgspec

from yobal.adapters.durable_files import replace_atomically
from yobal.core.moves import Move

FILE_NAME: Final = "moves"
_MODIFIED_AT: Final = 0.0  # else the file would show when


class MovesFile:
    """A command writes it; the caller holds the release lock, so that two do not write at once."""

    def __init__(self, secrets_dir: Path) -> None:
        self._path = secrets_dir / FILE_NAME

    def read(self) -> list[Move]:
        """Oldest first."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Move])
        except FileNotFoundError:
            return []

    def add(self, *moves: Move) -> None:
        """Before the transaction that moves the rows: a move that never came to be does no harm."""
        existing = self.read()
        new = [move for move in moves if move not in existing]
        if new:
            content = msgspec.json.encode([*existing, *new])
            replace_atomically(self._path, content, modified_at=_MODIFIED_AT)
