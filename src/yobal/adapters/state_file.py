"""Small files beside the database in which Yobal keeps what it has done or counted, as JSON."""

from pathlib import Path
from typing import TypeVar

import msgspec

from yobal.adapters.durable_files import replace_atomically

T = TypeVar("T", bound=msgspec.Struct)


def read(path: Path, struct: type[T]) -> T | None:
    """None if there is no such file, or if another version of Yobal has written it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=struct)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write(path: Path, value: msgspec.Struct) -> None:
    """Raises OSError."""
    replace_atomically(path, msgspec.json.encode(value))
