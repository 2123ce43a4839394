"""The demonstration as somebody who tries it meets it: starts, stops, goes on, and is cleared."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.gallery import free_demo_port
from tests.serving import ask, form, post, wait_for
from yobal.actions import setup_site
from yobal.core.errors import UnsupportedEnvironment
from yobal.demo import run
from yobal.demo.newsroom import content
from yobal.demo.run import demo_settings
from yobal.server.wiring import build_components, prepare_storage

NOW = 1_795_352_400.0


def command(folder: Path, *words: str) -> "subprocess.Popen[str]":
    known = {name: value for name, value in os.environ.items() if not name.startswith("YOBAL_")}
    return subprocess.Popen(
        [sys.executable, "-m", "yobal", "demo", "--folder", str(folder), *words],
        cwd=folder.parent,
        env=known,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(folder: Path, port: int) -> Iterator[dict[str, str]]:
    """What it prints, by name; ended by Ctrl-C."""
    child = command(folder, "--port", str(port))
    assert child.stdout is not None
    said: dict[str, str] = {}
    try:
        for line in child.stdout:
            name, _, value = line.strip().partition(": ")
            said[name] = value
            if line.startswith("Ctrl-C"):
                break
        yield said
    finally:
        child.send_signal(signal.SIGINT)
        _, wrong = child.communicate(timeout=30)
    assert (child.returncode, wrong) == (0, "")


def reset(folder: Path) -> tuple[int, str]:
    child = command(folder, "--reset")
    _, wrong = child.communicate(timeout=30)
    return child.returncode, wrong


def test_it_says_where_to_go_keeps_its_state_and_is_cleared(tmp_path: Path) -> None:
    folder, port = tmp_path / "demo", free_demo_port()
    thread = f"/{content.SITE}/{content.STORY}/en/"
    with running(folder, port) as first:
        assert first["desk"] == f"http://localhost:{port + 1}/"
        assert re.fullmatch(r"Heron( [a-z-]+){7}", first["sign in"])
        assert ask(port, path=first["story"].partition(str(port))[2]).status == 200
        sent = post(port, form("Still here tomorrow."), path=thread)
        assert sent.is_received
        for path in ("/", "/join", "/recover"):
            desk = ask(port + 1, path=path, headers={"Host": f"localhost:{port + 1}"})
            assert '<meta name="yobal-demo" content="1">' in desk.text, path
    with running(folder, port) as second:
        assert second == first
        to_response = post(port, {"step": "receipt", "code": sent.code or ""}, path=thread)
        assert "is waiting" in to_response.text
    assert reset(folder) == (0, "")
    assert not folder.exists()
    assert reset(folder) == (0, "")  # where nothing is there is nothing to do


def test_one_that_was_interrupted_while_it_was_furnished_can_be_cleared(tmp_path: Path) -> None:
    folder, port = tmp_path / "demo", free_demo_port()
    child = command(folder, "--port", str(port))
    wait_for((folder / "yobal.sqlite").exists, "it has begun")
    child.kill()
    child.communicate()
    assert not (folder / "sign-in.txt").exists(), "it was too quick for this test"
    assert reset(folder) == (0, "")
    assert not folder.exists()


def test_one_that_is_not_finished_says_how_to_clear_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    run.mark(folder)
    settings = demo_settings(folder, 8_600)
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="n", now=NOW, is_demo=True)
    components.close()
    with pytest.raises(UnsupportedEnvironment, match="yobal demo --reset"):
        run.run(folder, 8_600)
    run.reset(folder)
    assert not folder.exists()


def test_a_folder_that_is_no_demonstrations_is_neither_used_nor_cleared(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("Mine.")
    status, wrong = reset(folder)
    assert (status, "is not a demonstration's folder" in wrong) == (1, True)
    child = command(folder)
    _, wrong = child.communicate(timeout=30)
    assert (child.returncode, "give the demo a folder of its own" in wrong) == (1, True)
    assert [one.name for one in folder.iterdir()] == ["letter.txt"]
