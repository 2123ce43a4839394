"""Ctrl-C in a long command: it says in which state it leaves its work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import run
from yobal.cli import commands, main, story_sync


@pytest.mark.parametrize(
    ("command", "state"),
    [
        ("backup", "this backup was not finished, and older ones are as they were"),
        ("rebuild", "some public files may be old or missing until `yobal rebuild` has run again"),
    ],
)
def test_a_stopped_command_says_what_it_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, state: str
) -> None:
    def stop(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, command, stop)
    with pytest.raises(SystemExit) as ended:
        main.app([command])
    assert ended.value.code == 130
    assert capsys.readouterr().err.startswith(f"stopped: {state}")


@pytest.mark.parametrize(
    ("options", "state"),
    [((), "what was declared stays declared"), (("--dry-run",), "nothing was declared")],
)
def test_a_stopped_sync_says_what_was_declared(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    state: str,
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(story_sync, "sync", stop)
    with pytest.raises(SystemExit) as ended:
        main.app(["story", "sync", "feed.xml", *options])
    assert ended.value.code == 130
    assert capsys.readouterr().err.startswith(f"stopped: {state}")


def test_a_stopped_dry_run_of_an_import_says_that_nothing_was_written(tmp_path: Path) -> None:
    assert run(tmp_path, "init", "--site-id", "post", "--name", "The Post").returncode == 0
    os.mkfifo(tmp_path / "old.csv")  # so that the command waits for its first line
    words = ("import", "csv", "old.csv", "--names", "drop")
    command = [sys.executable, "-m", "yobal", *words]
    with (
        subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as started,
        (tmp_path / "old.csv").open("w"),  # returns once the command has opened it
    ):
        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=60)
    assert (started.returncode, errors) == (130, "stopped: nothing was written\n")
