"""Files that several processes write: the same bytes, also if a process is killed."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.exports.exporting import fill
from tests.harness import NewsroomHarness
from yobal.actions import write_public_files
from yobal.server import file_workers
from yobal.server.scheduler.maintenance import rebuild_all


@pytest.fixture(autouse=True)
def two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_workers, "WORTH_WORKERS", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_workers_write_the_same_bytes(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(newsroom, tmp_path)
    with monkeypatch.context() as one_process:
        one_process.setattr(os, "cpu_count", lambda: 1)
        rebuild_all(newsroom.components)
    before = newsroom.read_all_files()
    shutil.rmtree(newsroom.files_dir)
    shown: list[tuple[int, int]] = []
    # Whatever this process would write itself is missing then.
    monkeypatch.setattr(write_public_files, "write_threads", lambda *_: None)
    rebuild_all(newsroom.components, show=lambda *counts: shown.append(counts))
    assert newsroom.read_all_files() == before
    assert shown[-1][0] == shown[-1][1] > 50
    assert newsroom.read_table("stale_files") == []


def test_if_workers_are_killed_the_command_writes_alone(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(newsroom, tmp_path, comments=3)
    rebuild_all(newsroom.components)
    before = newsroom.read_all_files()
    monkeypatch.setattr(file_workers, "_write", _killed)
    shutil.rmtree(newsroom.files_dir)
    rebuild_all(newsroom.components)
    assert newsroom.read_all_files() == before


def _killed(*_: object) -> bool:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    return True
