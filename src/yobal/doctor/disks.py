"""Whether the disk keeps what it must, and does not keep when files were read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from yobal.doctor.finding import Finding, fail, ok, warn
from yobal.doctor.mounts import MOUNTINFO, mount_of
from yobal.server.settings import Settings

_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_KEPT: Final = "data survives a restart of the machine"
_UNTRACED: Final = "the disk does not keep when a file was read"


def examine(settings: Settings, mountinfo: Path = MOUNTINFO) -> list[Finding]:
    """Public files may be in memory, because `yobal rebuild` writes them again."""
    folders = dict.fromkeys((settings.folder, settings.written_dir, settings.secrets_dir))
    read_folders = dict.fromkeys((*folders, settings.files_dir))
    return [
        *(list(_in_memory(folders, mountinfo)) or [ok(_KEPT)]),
        *(list(_access_times(read_folders, mountinfo))[:1] or [ok(_UNTRACED)]),
    ]


def _in_memory(folders: dict[Path, None], mountinfo: Path) -> Iterator[Finding]:
    for folder in folders:
        mount = mount_of(folder, mountinfo)
        if mount is None:
            yield warn(
                _KEPT, f"this system does not say what {folder} is on; make sure it is a disk"
            )
            return
        if mount.file_system in _IN_MEMORY:
            advice = f"{folder} is on {mount.file_system}: comments, receipts or keys in it are lost when the machine restarts; move it to a disk"
            yield fail(_KEPT, advice)


def _access_times(folders: dict[Path, None], mountinfo: Path) -> Iterator[Finding]:
    """Yobal reads without a trace, but the web server cannot: it does not own the files."""
    for folder in folders:
        mount = mount_of(folder, mountinfo)
        if mount is None or "noatime" not in mount.options:
            advice = f"{folder}: mount it with `noatime`, or the time at which somebody read a page stays there"
            yield warn(_UNTRACED, advice)
