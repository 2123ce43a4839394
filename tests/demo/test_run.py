"""The demonstration as a newcomer meets it: it starts, stops, continues, and can be deleted."""

import json
import os
import re
import signal
import socket
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
from yobal.server.wiring import STATIC, build_components, prepare_storage

NOW = 1_795_352_400.0


def command(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("YOBAL_")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "yobal", "demo", "--folder", str(folder), *arguments],
        cwd=folder.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(folder: Path, port: int) -> Iterator[dict[str, str]]:
    """The printed lines by their label; Ctrl-C ends the demonstration."""
    process = command(folder, "--port", str(port))
    assert process.stdout is not None
    printed: dict[str, str] = {}
    try:
        for line in process.stdout:
            label, _, value = line.strip().partition(": ")
            printed[label] = value
            if "Ctrl-C" in line:
                break
        yield printed
    finally:
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=120)
    assert (process.returncode, stderr) == (0, "")


def reset(folder: Path) -> tuple[int, str]:
    process = command(folder, "--reset")
    _, stderr = process.communicate(timeout=120)
    return process.returncode, stderr


def test_the_demonstration_prints_its_addresses_keeps_its_state_and_can_be_deleted(
    tmp_path: Path,
) -> None:
    folder, port = tmp_path / "demo", free_demo_port()
    thread = f"/{content.SITE_ID}/{content.STORY_ID}/en/"
    with running(folder, port) as first:
        assert first["desk"] == f"http://localhost:{port + 1}/"
        assert re.fullmatch(r"Heron( [a-z-]+){7}", first["sign in"])
        assert ask(port, path=first["story"].partition(str(port))[2]).status == 200
        sent = post(port, form("Still here tomorrow."), path=thread)
        assert sent.is_received
        for path in ("/", "/join", "/recover"):
            desk = ask(port + 1, path=path, headers={"Host": f"localhost:{port + 1}"})
            assert desk.body == (STATIC / "desk.html").read_bytes(), path
        origin = f"http://localhost:{port + 1}"
        headers = {"Host": origin[7:], "Origin": origin, "Content-Type": "application/json"}
        about = ask(port + 1, "POST", "/api/desk/about", body=b"{}", headers=headers)
        assert json.loads(about.body)["is_demo"] is True
    with running(folder, port) as second:
        assert second == first
        receipt = post(port, {"step": "receipt", "code": sent.code or ""}, path=thread)
        assert "is waiting" in receipt.text
        status = subprocess.run(
            second["commands"].split(), capture_output=True, text=True, check=False
        )
        assert (status.returncode, status.stderr) == (0, "")
        assert "clock      trusted" in status.stdout
    assert reset(folder) == (0, "")
    assert not folder.exists()
    assert reset(folder) == (0, "")  # a missing folder is no error


def test_every_edition_of_the_story_contains_its_thread_and_form(tmp_path: Path) -> None:
    folder, port = tmp_path / "demo", free_demo_port()
    with running(folder, port):
        for edition in content.EDITIONS:
            story = ask(port, path=edition.path).text
            assert f'<html lang="{edition.tag}"' in story
            assert story.count('class="yobal-comment"') == 4
            assert 'name="text"' in story
            others = {other.path for other in content.EDITIONS} - {edition.path}
            assert all(f'hreflang="{path[1:3]}" href="{path}"' in story for path in others)


def test_a_demonstration_interrupted_while_it_was_seeded_can_be_deleted(tmp_path: Path) -> None:
    folder, port = tmp_path / "demo", free_demo_port()
    process = command(folder, "--port", str(port))
    wait_for((folder / "yobal.sqlite").exists, "the database exists")
    process.kill()
    process.communicate()
    assert not (folder / "sign-in.txt").exists(), "it finished before it could be interrupted"
    assert reset(folder) == (0, "")
    assert not folder.exists()


def test_an_unfinished_demonstration_says_how_to_delete_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    run.claim_folder(folder)
    settings = demo_settings(folder, 8_600)
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="n", now=NOW, is_demo=True)
    components.close()
    with pytest.raises(UnsupportedEnvironment, match="yobal demo --reset"):
        run.run(folder, 8_600)
    run.reset(folder)
    assert not folder.exists()


def test_a_folder_with_other_files_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.txt").write_text("Mine.")
    status, stderr = reset(folder)
    assert (status, "was not made by `yobal demo`" in stderr) == (1, True)
    process = command(folder)
    _, stderr = process.communicate(timeout=120)
    assert (process.returncode, "choose a folder of its own" in stderr) == (1, True)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_second_demonstration_on_the_same_port_is_refused(tmp_path: Path) -> None:
    port = free_demo_port()
    with running(tmp_path / "first", port):
        process = command(tmp_path / "second", "--port", str(port))
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 1
    assert stderr.startswith(f"yobal: cannot listen on 127.0.0.1:{port}: ")
    assert stderr.count("\n") == 1


@pytest.mark.parametrize("which", [0, 1])
def test_a_foreign_program_on_a_port_of_the_demonstration_is_reported_in_one_sentence(
    tmp_path: Path, which: int
) -> None:
    port = free_demo_port()
    with socket.create_server(("127.0.0.1", port + which)):
        process = command(tmp_path / "demo", "--port", str(port))
        stdout, stderr = process.communicate(timeout=120)
    assert (process.returncode, stdout) == (1, "")
    assert stderr.startswith(f"yobal: cannot listen on 127.0.0.1:{port + which}: Address already")
    assert stderr.count("\n") == 1
