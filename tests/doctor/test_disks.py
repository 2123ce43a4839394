"""`yobal doctor` finds disks that forget everything, or remember when files were read."""

from pathlib import Path

import msgspec
import pytest

from yobal.doctor import disks, mounts
from yobal.server.settings import Settings

MOUNTS = [
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
    "30 22 0:25 / /srv rw - btrfs /dev/sdb rw",
    "31 22 8:3 / /srv/with\\040space rw - xfs /dev/sdc rw",
    "32 30 8:4 / /srv/yobal rw - ext4 /dev/sdd rw",
    "33 30 0:40 / /srv/yobal rw shared:2 master:1 - nfs4 host:/x rw",
]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/var/lib/cells", "ext4"),
        ("/srv/other/cells", "btrfs"),
        ("/srv/with space/cells", "xfs"),
        ("/srv/yobal/data/cells", "nfs4"),
    ],
)
def test_the_mount_is_the_one_that_is_nearest_and_last(path: str, name: str) -> None:
    mount = mounts.nearest(Path(path), MOUNTS)
    assert mount is not None
    assert (mount.file_system, mount.options[0]) == (name, "rw")


def _settings(folder: Path) -> Settings:
    return Settings(site_id="river-post", site_name="The River Post", data_dir=str(folder))


def _mountinfo(folder: Path, *lines: str) -> Path:
    path = folder / "mountinfo"
    path.write_text("\n".join(("22 1 8:1 / / rw,noatime - ext4 /dev/sda1 rw", *lines, "")))
    return path


def test_an_ordinary_disk_without_access_times_is_ok(tmp_path: Path) -> None:
    findings = disks.examine(_settings(tmp_path), _mountinfo(tmp_path))
    assert {finding.status for finding in findings} == {"ok"}


@pytest.mark.parametrize("name", ["tmpfs", "ramfs"])
@pytest.mark.parametrize("where", ["", "secrets", "public"])
def test_data_in_memory_is_a_failure(tmp_path: Path, name: str, where: str) -> None:
    line = f"23 22 0:1 / {tmp_path / where} rw,noatime - {name} none rw"
    findings = disks.examine(_settings(tmp_path), _mountinfo(tmp_path, line))
    failed = [finding.advice for finding in findings if finding.is_failure]
    if where == "public":  # `yobal rebuild` writes them again
        assert failed == []
    else:
        assert "lost when the machine restarts" in failed[0]


def test_a_database_in_memory_is_a_failure(tmp_path: Path) -> None:
    line = "23 22 0:1 / /dev/shm rw,noatime - tmpfs none rw"
    settings = msgspec.structs.replace(
        _settings(tmp_path), database="sqlite:////dev/shm/yobal.sqlite"
    )
    findings = disks.examine(settings, _mountinfo(tmp_path, line))
    assert next(f.advice for f in findings if f.is_failure).startswith("/dev/shm is on tmpfs")


@pytest.mark.parametrize("options", ["rw,relatime", "rw", "rw,strictatime,lazytime"])
def test_a_disk_that_keeps_access_times_is_a_warning(tmp_path: Path, options: str) -> None:
    line = f"23 22 0:1 / {tmp_path} {options} - xfs /dev/sdb rw"
    findings = disks.examine(_settings(tmp_path), _mountinfo(tmp_path, line))
    (advice,) = [finding.advice for finding in findings if finding.status == "warn"]
    assert "mount it with `noatime`" in advice


def test_a_system_that_does_not_say_is_a_warning(tmp_path: Path) -> None:
    findings = disks.examine(_settings(tmp_path), tmp_path / "none")
    assert {finding.status for finding in findings} == {"warn"}
