"""What this server has verified of the roster, in `secrets/roster`: outside the database and its backups.

It is why a roster that someone writes into the database is not believed: the first statement must carry a
MAC by a key from the technician's link, and a roster that was verified once can only grow.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from yobal.adapters.durable_files import replace_atomically

FILE_NAME: Final = "roster"
_MODIFIED_AT: Final = 0.0  # else the file would show when a member was last added or removed


class FormerRoster(msgspec.Struct, frozen=True):
    """How far a roster was verified that another has replaced."""

    first: str
    length: int
    head: str


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """`founder_key` (hex) is expected of the next first statement, and gone once there is one."""

    founder_key: str | None = None
    first: str | None = None
    length: int = 0
    head: str | None = None
    former: tuple[FormerRoster, ...] = ()


class RosterPin:
    def __init__(self, secrets_dir: Path) -> None:
        self._path = secrets_dir / FILE_NAME

    def read(self) -> Pin:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Pin)
        except FileNotFoundError:
            return Pin()

    def update(self, change: Callable[[Pin], Pin]) -> None:
        """Read, change and write it while no other process does: `serve intake`, `serve desk`, `yobal init`."""
        with self._locked():
            before = self.read()
            after = change(before)
            if after != before:
                content = msgspec.json.encode(after)
                replace_atomically(self._path, content, modified_at=_MODIFIED_AT)

    def expect_founder(self, founder_key: bytes) -> None:
        """The next first statement must be MACed with this key. Until it comes, nothing changes."""
        self.update(lambda pin: msgspec.structs.replace(pin, founder_key=founder_key.hex()))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """The folder is locked, because the file itself is replaced."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
