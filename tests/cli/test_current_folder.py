"""Modules that lie in the folder from which `python -m yobal` is started never run."""

import socket
from pathlib import Path

import pytest

from tests.cli.command import run, run_module
from tests.harness import SITE_ID
from tests.serving import Served, make_served

PLANTED = ("uvloop", "json", "typer", "granian")
MARKER = "planted-module-ran"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newsroom's folder in which somebody has planted modules that leave a file when they run."""
    config = f'site_id = "{SITE_ID}"\nsite_name = "The River Post"\n'
    (tmp_path / "yobal.toml").write_text(config, encoding="utf-8")
    _plant(tmp_path)
    return tmp_path


def _plant(folder: Path) -> None:
    for name in PLANTED:
        (folder / f"{name}.py").write_text(f"open({str(folder / MARKER)!r}, 'w').close()\n")


@pytest.mark.parametrize("words", [("--help",), ("init",), ("doctor",)])
def test_a_command_does_not_run_modules_of_the_current_folder(
    folder: Path, words: tuple[str, ...]
) -> None:
    done = run(folder, *words)
    assert "Traceback" not in done.stderr
    assert not (folder / MARKER).exists()


def test_serve_does_not_run_modules_of_the_current_folder(tmp_path: Path) -> None:
    served: Served = make_served(tmp_path)
    _plant(tmp_path)
    try:
        served.start()
        assert served.stop() == 0
    finally:
        served.close()
    assert not (tmp_path / MARKER).exists()


def test_serve_that_restarts_itself_does_not_run_modules_of_the_current_folder(
    folder: Path,
) -> None:
    assert run(folder, "init").returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run(folder, "serve", YOBAL_INTAKE_LISTEN=listen)
    assert "cannot listen" in done.stderr
    assert not (folder / MARKER).exists()


@pytest.mark.parametrize("module", ["yobal.cli.commands", "yobal.cli.main"])
def test_control_a_plain_module_runs_a_file_of_the_current_folder(
    folder: Path, module: str
) -> None:
    run_module(folder, module)
    assert (folder / MARKER).exists()
