"""The same source gives the same bytes: the wheel, and the desk's files in it."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

from yobal.local_desk.desk_files import DESK_FILES
from yobal.server.wiring import STATIC

ROOT: Final = Path(__file__).parent.parent
NEEDED: Final = ("src", "pyproject.toml", "build_frontend.py", "hatch_hook.py")
NEEDED_TOO: Final = ("LICENSE", "NOTICE", "README.md", "CHANGELOG.md")
WHEEL: Final = ["-m", "pip", "--disable-pip-version-check", "-q", "wheel", ".", "--no-deps"]


def source_in(folder: Path) -> Path:
    """The source without anything that was built, as in a fresh clone."""
    folder.mkdir(parents=True)
    built = shutil.ignore_patterns("static", "__pycache__", "node_modules", "*.mo")
    for name in (*NEEDED, *NEEDED_TOO):
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=built)
        else:
            shutil.copy(path, folder / name)
    shutil.copytree(ROOT / "frontend", folder / "frontend", ignore=built)
    return folder


def build(folder: Path, *, umask: int, environment: dict[str, str], age_seconds: int) -> Path:
    """The wheel, as `make build` makes it, from a folder whose files have another age."""
    source = source_in(folder)
    for path in source.rglob("*"):
        os.utime(path, (path.stat().st_mtime - age_seconds,) * 2)
        path.chmod(0o777 & ~umask if path.is_dir() else 0o666 & ~umask)
    subprocess.run(
        [sys.executable, *WHEEL, "-w", folder / "dist"],
        cwd=source,
        env=os.environ | environment,
        umask=umask,
        check=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def test_two_builds_in_two_folders_give_the_same_wheel(tmp_path: Path) -> None:
    """At other times, with another umask, language, time zone and hash seed."""
    first = build(
        tmp_path / "first",
        umask=0o022,
        environment={"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1"},
        age_seconds=0,
    )
    second = build(
        tmp_path / "another" / "folder",
        umask=0o077,
        environment={"LC_ALL": "C.UTF-8", "LANG": "km_KH", "TZ": "Asia/Phnom_Penh"},
        age_seconds=40_000_000,
    )
    with zipfile.ZipFile(first) as one_wheel, zipfile.ZipFile(second) as other_wheel:
        assert one_wheel.namelist() == other_wheel.namelist()
        for name in one_wheel.namelist():
            assert one_wheel.read(name) == other_wheel.read(name), name
        for name in DESK_FILES:
            built = one_wheel.read(f"yobal/static/{name}")
            assert built == (STATIC / name).read_bytes(), "run `make build` for the newest desk"
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("package", ["babel", "jinja2"])
def test_the_build_renders_the_page_with_the_versions_of_the_lock_file(package: str) -> None:
    lock = (ROOT / "requirements/run.lock").read_text("utf-8")
    (version,) = re.findall(rf"^{package}==(\S+)", lock, re.MULTILINE)
    assert f'"{package}=={version}"' in (ROOT / "pyproject.toml").read_text("utf-8")
