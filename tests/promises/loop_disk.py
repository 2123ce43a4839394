"""A disk of its own for a test: an ext4 file system on a loop device, whose raw blocks can be read."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import pytest

SIZE_BYTES: Final = 96 * 1_024 * 1_024


class LoopDisk(msgspec.Struct, frozen=True):
    """`folder` is where it is mounted."""

    folder: Path
    image: Path

    def blocks(self) -> bytes:
        """Everything on the disk, as a thief who takes it out of the machine reads it."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        subprocess.run(["sync", "-f", self.folder], check=True)
        return self.image.read_bytes()


@contextmanager
def loop_disk(folder: Path) -> Iterator[LoopDisk]:
    """Skips the test, and says why, where a file system cannot be mounted."""
    disk = LoopDisk(folder / "disk", folder / "disk.img")
    disk.folder.mkdir()
    _make(disk)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk.folder], check=True)


def _make(disk: LoopDisk) -> None:
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("did not run: it mounts an ext4 file system, which needs root and mkfs.ext4")
    with disk.image.open("wb") as file:
        file.truncate(SIZE_BYTES)
    subprocess.run(["mkfs.ext4", "-q", disk.image], check=True)
    mounted = subprocess.run(
        ["mount", "-o", "loop", disk.image, disk.folder], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        reason = mounted.stderr.decode(errors="replace").strip()
        pytest.skip(f"did not run: this machine mounts no loop device ({reason})")
