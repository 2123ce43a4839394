"""Progress of a long command: a bar on a terminal, lines elsewhere."""

import os
import pty
import subprocess
import sys

import pytest

from yobal.cli import progress

PROGRAM = """
from yobal.cli import progress
with progress.showing() as show:
    for step in (*range(5), *range(5)):
        show(step / 4, f"{step} of 4 done")
    show(None, "9 files listed")
    show(0.5, "half of it done")
"""


def test_without_a_terminal_progress_is_printed_in_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr("yobal.cli.progress.time.monotonic", lambda: now)
    with progress.showing() as show:
        for second in range(100):
            now = 100.0 + second
            show(second / 100, f"{second} read")
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["2%, 2 read, about 2 min to go", "12%, 12 read, about 88 s to go"]
    assert len(lines) == 10


def test_each_step_of_a_command_has_a_pace_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr("yobal.cli.progress.time.monotonic", lambda: now)
    with progress.showing_counts("comments verified", "files written") as shows:
        for number, show in enumerate(shows):
            for second in range(41):
                now = 100.0 + 40 * number + second
                show(second * (10 - 9 * number), 400)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "5%, 20 comments verified, 10 a second, about 38 s to go"
    assert lines[4] == "0%, 2 files written, 1 a second, about 7 min to go"
    assert lines[-1].startswith("8%, 32 files written, 1 a second")


def test_without_a_total_only_the_count_is_printed_and_the_next_step_has_its_own_pace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr("yobal.cli.progress.time.monotonic", lambda: now)
    with progress.showing_counts("files listed", "files written") as (listed, written):
        for second in range(30):
            now = 100.0 + second
            listed(second * 1_000, 0)
        for second in range(30):
            now = 130.0 + second
            written(second * 10, 400)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "2,000 files listed, 1,000 a second"
    assert lines[3] == "5%, 20 files written, 10 a second, about 38 s to go"


def test_a_fast_step_is_not_slowed_down_by_its_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now, shown = 100.0, list[float | None]()
    monkeypatch.setattr("yobal.cli.progress.time.monotonic", lambda: now)
    show = progress._counting("files removed", lambda done, _: shown.append(done))
    for done in range(1_001):
        now = 100.0 + done / 1_000
        show(done, 1_000)
    assert len(shown) < 15
    assert (shown[0], shown[-1]) == (0.0, 1.0)


def test_on_a_terminal_there_is_a_bar_with_the_time_left() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stderr=theirs, env=os.environ | {"TERM": "xterm"}
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4_096):
                shown += part
        except OSError:  # the end of a terminal
            pass
    os.close(ours)
    assert process.returncode == 0
    assert "━".encode() in shown
    assert b"of 4 done" in shown
    assert b"half of it done" in shown
