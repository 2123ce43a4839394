"""The wheel contains the built front end and works in an empty environment, from `init` to `serve`."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.serving import ask, form, free_ports, is_listening, post, wait_for
from yobal.web.routes import ASSETS

ROOT: Final = Path(__file__).parent.parent
THREAD: Final = "/post/ferry/en/"
NEWER: Final = ("python3.12", "python3.13", "python3.14", "python3.15")  # where they are installed


def environment() -> dict[str, str]:
    """Without variables that could make Python use the source instead of the wheel."""
    prefixes = ("PYTHON", "YOBAL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def run(*words: str | Path, folder: Path) -> str:
    return subprocess.run(
        words, cwd=folder, env=environment(), capture_output=True, text=True, check=True
    ).stdout


def works(python: str) -> bool:
    """A version manager may have a command for a version that is not installed."""
    executable = shutil.which(python)
    if executable is None:
        return False
    return subprocess.run([executable, "-c", ""], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    pip = ["-m", "pip", "--disable-pip-version-check", "-q", "wheel", "--no-deps", "-w"]
    run(sys.executable, *pip, folder, ROOT, folder=ROOT)
    (path,) = folder.glob("yobal-*.whl")
    return path


@contextlib.contextmanager
def serving(yobal: Path, folder: Path, ports: list[int]) -> Iterator[None]:
    """Stops it at the end, and checks that it stops cleanly and prints no error."""
    child = subprocess.Popen(
        [yobal, "serve"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: child.poll() is not None or all(map(is_listening, ports)), "it listens")
        yield
    finally:
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=30)
    assert (child.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    "python",
    [
        sys.executable,
        *(pytest.param(name, marks=pytest.mark.slow) for name in NEWER if works(name)),
    ],
)
def test_the_wheel_gives_a_working_yobal_in_an_empty_environment(
    wheel: Path, tmp_path: Path, python: str
) -> None:
    empty = tmp_path / "empty"
    run(python, "-m", "venv", empty, folder=tmp_path)
    pip = [str(empty / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
    lock = str(ROOT / "requirements" / "run.lock")
    run(*pip, "install", "--require-hashes", "-r", lock, folder=tmp_path)
    run(*pip, "install", "--no-deps", wheel, folder=tmp_path)

    yobal, (intake, desk) = empty / "bin" / "yobal", free_ports(2)
    addresses = [
        "--public-url",
        f"http://127.0.0.1:{intake}",
        "--desk-url",
        f"http://localhost:{desk}",
    ]
    output = run(
        yobal, "init", "--site-id", "post", "--name", "The Post", *addresses, folder=tmp_path
    )
    assert "/join#" in output
    story_options = [
        "--edition",
        "en",
        "--title",
        "Ferry workers",
        "--url",
        "https://news.example/ferry",
    ]
    run(yobal, "story", "add", "ferry", *story_options, folder=tmp_path)
    with serving(yobal, tmp_path, [intake, desk]):
        page = ask(intake, path=THREAD)
        assert (page.status, "Comments are not open yet" in page.text) == (200, True)
        assert ask(intake, path="/post/@/comments.css").status == 200
        refused = post(intake, form("Kept for you."), path=THREAD)
        assert (refused.status, "Kept for you." in refused.text) == (503, True)
        for path in ("/join", *(f"/assets/{name}" for name in ASSETS)):
            assert ask(desk, path=path, headers={"Host": f"localhost:{desk}"}).status == 200, path
