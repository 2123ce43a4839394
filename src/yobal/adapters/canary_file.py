"""`secrets/canary`: how the desk's side recognises the canary, and how far it is.

The mark is secret only until the next round: who knows it can tell which row of the inbox is the canary.
"""

from pathlib import Path
from typing import Final

import msgspec

from yobal.adapters.durable_files import replace_atomically
from yobal.core.canary import CanaryState

FILE_NAME: Final = "canary"
_MODIFIED_AT: Final = 0.0  # else the file would show when the form has answered


class CanaryFile:
    """The caller of `write` holds the release lock, so that two do not write at once."""

    def __init__(self, secrets_dir: Path) -> None:
        self._path = secrets_dir / FILE_NAME

    def read(self) -> CanaryState:
        """A new one if there is none, or if another version of Yobal has written it."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=CanaryState)
        except (FileNotFoundError, msgspec.DecodeError):
            return CanaryState()

    def write(self, state: CanaryState) -> None:
        """Raises OSError."""
        replace_atomically(self._path, msgspec.json.encode(state), modified_at=_MODIFIED_AT)
