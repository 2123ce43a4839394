"""The wheel contains the built front end and works in an empty environment, from `init` to `serve`."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.ports import free_ports
from tests.serving import ask, form, is_listening, post, wait_for
from yobal import __version__
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
        _, errors = child.communicate(timeout=120)
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
    yobal = empty / "bin" / "yobal"
    _check_that_it_works(yobal, tmp_path)


def _check_that_it_works(yobal: Path, folder: Path) -> None:
    """From `init` to a form."""
    assert run(yobal, "--version", folder=folder) == f"yobal {__version__}\n"
    assert "serve" in run(yobal, "--help", folder=folder)
    intake, desk = free_ports(2)
    addresses = [
        "--public-url",
        f"http://127.0.0.1:{intake}",
        "--desk-url",
        f"http://localhost:{desk}",
    ]
    output = run(
        yobal, "init", "--site-id", "post", "--name", "The Post", *addresses, folder=folder
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
    run(yobal, "story", "add", "ferry", *story_options, folder=folder)
    with serving(yobal, folder, [intake, desk]):
        page = ask(intake, path=THREAD)
        assert (page.status, "Comments are not open yet" in page.text) == (200, True)
        assert ask(intake, path="/post/@/comments.css").status == 200
        refused = post(intake, form("Kept for you."), path=THREAD)
        assert (refused.status, "Kept for you." in refused.text) == (503, True)
        for path in ("/join", *(f"/assets/{name}" for name in ASSETS)):
            assert ask(desk, path=path, headers={"Host": f"localhost:{desk}"}).status == 200, path


INSTALLERS: Final = ("uv", "pipx")


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where uv and pipx are: each in an environment of its own, because pipx uses the uv beside it."""
    folder = tmp_path_factory.mktemp("tools")
    for name in INSTALLERS:
        run(sys.executable, "-m", "venv", folder / name, folder=folder)
        python = folder / name / "bin" / "python"
        run(
            python, "-m", "pip", "--disable-pip-version-check", "-q", "install", name, folder=folder
        )
    return folder


def _commands(name: str) -> list[str]:
    """The lines of docs/install.md that call this program."""
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if f" {name} " in f" {line}"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "executable"), [("uv", "opt/yobal/bin/yobal"), ("pipx", "usr/local/bin/yobal")]
)
def test_uv_and_pipx_install_a_working_yobal_where_the_docs_say(
    wheel: Path, tools: Path, tmp_path: Path, name: str, executable: str
) -> None:
    """The commands as they stand there, with a folder of the test in place of /."""
    root, home = tmp_path / "root", tmp_path / "home"
    for folder in (root, home, tmp_path / "newsroom"):
        folder.mkdir()
    variables = {
        "HOME": str(home),
        "PATH": f"{tools / name / 'bin'}:/usr/bin:/bin",
        "UV_SYSTEM_CERTS": "1",
    }
    replaced = {
        "/opt/yobal-source/requirements": str(ROOT / "requirements"),
        "/opt/yobal-source/dist/": f"{wheel.parent}/",
        "=/opt": f"={root}/opt",
        "=/usr/local": f"={root}/usr/local",
        "/usr/bin/python3": sys.executable,
    }
    yobal = root / executable
    commands = _commands(name)
    assert {"--reinstall", "--force"} & set(shlex.split(" ".join(commands)))
    for shipped in commands:
        command = shipped
        for path, ours in replaced.items():
            command = command.replace(path, ours)
        if (
            "--reinstall" in command or "--force" in command
        ):  # an upgrade: what is there is replaced
            (package,) = yobal.resolve().parent.parent.glob("lib/python*/site-packages/yobal")
            (package / "__init__.py").unlink()  # uv's cache has a link to the same file
            (package / "__init__.py").write_text("__version__ = 'old'\n", encoding="utf-8")
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment() | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr[-2000:])
    _check_that_it_works(yobal, tmp_path / "newsroom")
    assert list(home.glob("*/bin")) == [], "nothing that only root could run"
