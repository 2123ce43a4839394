"""Which file system a path is on, and how it is mounted: proc_pid_mountinfo(5)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

MOUNTINFO: Final = Path("/proc/self/mountinfo")


class Mount(msgspec.Struct, frozen=True):
    file_system: str
    options: tuple[str, ...]


def mount_of(path: Path, mountinfo: Path = MOUNTINFO) -> Mount | None:
    """None if this system does not say."""
    try:
        return nearest(path.resolve(), mountinfo.read_text().splitlines())
    except OSError:
        return None


def nearest(path: Path, lines: Iterable[str]) -> Mount | None:
    """The mount that is nearest above the path; a later one covers an earlier one."""
    depth_max, mount = -1, None
    for line in lines:
        head, _, device = line.partition(" - ")
        fields = head.split()
        mount_point = Path(fields[4].replace("\\040", " "))
        depth = len(mount_point.parts)
        if path.is_relative_to(mount_point) and depth >= depth_max:
            depth_max, mount = depth, Mount(device.split()[0], tuple(fields[5].split(",")))
    return mount
