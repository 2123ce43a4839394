"""Run by `test_health_probe.py` where it may mount a small disk; not collected otherwise."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import form, post, serving, wait_for
from yobal.doctor import examine
from yobal.server.settings import load

QUICK = "from yobal.server import health_probe\nhealth_probe.PROBE_SECONDS = 0.05\n"
BLOCK_BYTES = 64 * 1_024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of six megabytes for all of the newsroom's data."""
    folder = tmp_path / "data"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "yobal-test", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> None:
    with (disk / "ballast").open("ab", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4_096))
        except OSError:
            return


def failed(folder: Path) -> str:
    path = folder / "yobal.toml"
    findings = examine(load(path, {}), path)
    return "\n".join(str(finding) for finding in findings if finding.is_failure)


def test_a_full_disk_is_printed_once_and_found_by_doctor(tmp_path: Path, disk: Path) -> None:
    with serving(tmp_path, script=QUICK, disk_reserve_mib=0) as served:
        assert "comments can be stored" not in failed(tmp_path)
        fill(disk)
        said = "cannot store comments since the slot "
        wait_for(lambda: said in served.log(), "the journal says it")
        assert "No space left on device" in served.log()
        assert "cannot write public files since the slot " in served.log()
        assert "comments can be stored: cannot store comments" in failed(tmp_path)
        for number in range(5):
            post(served.intake, form(f"Comment {number}. {'words ' * 300}"))
        (disk / "ballast").unlink()
        wait_for(lambda: "can store comments again since the slot" in served.log(), "it recovers")
        assert served.log().count(said) == 1
        assert post(served.intake, form("After.")).is_received
        assert "comments can be stored" not in failed(tmp_path)


def test_a_disk_that_became_read_only_is_printed_and_found_by_doctor(
    tmp_path: Path, disk: Path
) -> None:
    with serving(tmp_path, script=QUICK, disk_reserve_mib=0) as served:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=False)
        if "ro," not in next(
            line for line in Path("/proc/mounts").read_text().splitlines() if str(disk) in line
        ):
            pytest.skip("files that are open keep the disk writable")
        wait_for(lambda: "cannot store comments since" in served.log(), "the journal says it")
        assert "comments can be stored" in failed(tmp_path)
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
