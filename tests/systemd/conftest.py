"""One container with Yobal installed as docs/install.md says, for all tests of this folder."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import ROOT
from tests.systemd import technician
from tests.systemd.container import CannotBoot, Container, add_wheels, booted, make_tree


@pytest.fixture(scope="session")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """Skips the tests, with the reason, where no container can boot."""
    wheels = tmp_path_factory.mktemp("wheels")
    with tempfile.TemporaryDirectory(prefix="yobal-container-") as folder:
        root = Path(folder) / "root"
        try:
            make_tree(root)
            add_wheels(root, _build_wheel(wheels))
            with booted(root) as running:
                yield running
        except CannotBoot as error:
            pytest.skip(f"no container with systemd: {error}")


def _build_wheel(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "wheel", "--no-deps"]
    subprocess.run([*pip, "-w", str(folder), str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("yobal-*.whl")
    return path


@pytest.fixture(scope="session")
def installed(container: Container) -> Container:
    technician.install(container)
    return container


@pytest.fixture
def served(installed: Container) -> Iterator[Container]:
    """yobal.service runs."""
    technician.start(installed)
    yield installed
    installed.run("systemctl disable --quiet --now yobal; systemctl reset-failed")
