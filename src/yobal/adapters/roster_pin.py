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


class Resumption(msgspec.Struct, frozen=True):
    """The technician gave up what a restore lost: this lead (a signing key) may continue the roster.

    `lost` is the newest statement that was verified before, if anything knows it.
    """

    by: str
    lost_head: str | None = None
    lost_length: int = 0


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """`founder_key` (hex) is expected of the next first statement, and gone once there is one."""

    founder_key: str | None = None
    first: str | None = None
    length: int = 0
    head: str | None = None
    former: tuple[FormerRoster, ...] = ()
    # From a backup, and nothing says whether statements came after it: refused until it is accepted.
    is_restored: bool = False
    # Until this lead has signed it, no other member can sign in and nothing is sealed.
    resumption: Resumption | None = None
    # The newest epoch's wraps were lost with the database: nothing is sealed to it.
    lost_epoch_id: str | None = None


class RosterPin:
    """`copy_path`, on another disk, can only make this stricter: a restored `secrets/` is noticed by it."""

    def __init__(self, secrets_dir: Path, *, copy_path: Path | None = None) -> None:
        self._path = secrets_dir / FILE_NAME
        self._copy_path = copy_path

    def read(self) -> Pin:
        return _stricter(_read(self._path), self.read_copy())

    def read_copy(self) -> Pin:
        """What was verified, from a copy that outlives this machine. It proves no one's membership.

        A disk that is not there, or a damaged file, stops no moderator: then nothing is known of it.
        """
        try:
            return _read(self._copy_path) if self._copy_path is not None else Pin()
        except (OSError, msgspec.DecodeError):
            return Pin()

    def write_copy(self) -> None:
        """Replace the copy, unless it says the same or more. Raises OSError."""
        pin = _read(self._path)
        if self._copy_path is None or pin.first is None or pin.is_restored:
            return
        copy = Pin(first=pin.first, length=pin.length, head=pin.head, former=pin.former)
        before = self.read_copy()
        if before != copy and _stricter(pin, before) == pin:
            replace_atomically(self._copy_path, msgspec.json.encode(copy), modified_at=_MODIFIED_AT)

    def replace_copy(self) -> None:
        """With a shorter one, after the technician has given up what is missing. Raises OSError."""
        if self._copy_path is not None:
            self._copy_path.unlink(missing_ok=True)
            self.write_copy()

    def update(self, change: Callable[[Pin], Pin]) -> None:
        """Read, change and write it while no other process does: `serve intake`, `serve desk`, `yobal init`."""
        with self._locked():
            before = self.read()
            after = change(before)
            if after != before:
                content = msgspec.json.encode(after)
                replace_atomically(self._path, content, modified_at=_MODIFIED_AT)
                with contextlib.suppress(OSError):  # the scheduler tries again, and reports it
                    self.write_copy()

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


def _read(path: Path) -> Pin:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Pin)
    except FileNotFoundError:
        return Pin()


def _stricter(pin: Pin, copy: Pin) -> Pin:
    """With what the copy knows of later statements. Who can write the copy makes nothing believed by it."""
    is_known = copy.first in {None, *(former.first for former in pin.former)}
    if is_known or pin.first is None:
        return pin
    if copy.first != pin.first:
        return msgspec.structs.replace(pin, is_restored=True)
    if copy.length <= pin.length:
        return pin
    return msgspec.structs.replace(pin, length=copy.length, head=copy.head)
