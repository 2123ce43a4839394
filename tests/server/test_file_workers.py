"""Files that several processes write: the same bytes, also if a process is killed."""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.exports.exporting import fill
from tests.harness import NewsroomHarness
from tests.server import killed_rebuild
from tests.serving import is_alive, wait_for
from yobal.actions import mark_all_stale, write_public_files
from yobal.core.errors import DatabaseUnavailable
from yobal.server import file_workers
from yobal.server.rebuild import ShowSteps, rebuild_all
from yobal.store import sites, stale_files
from yobal.store.stale_files import StaleFileRow


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
    with newsroom.database.writing() as conn:
        sites.set_restoring(conn, is_restoring=True)  # `yobal restore` uses workers, too
    shown: list[tuple[int, int]] = []
    # Whatever this process would write itself is missing then.
    monkeypatch.setattr(write_public_files, "write_threads", lambda *_: None)
    rebuild_all(newsroom.components, ShowSteps(written=lambda *counts: shown.append(counts)))
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


@pytest.mark.parametrize("how", ["fails", "ctrl_c"])
def test_no_worker_writes_once_the_command_has_given_up(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The release lock is free then, and a page that is written late would replace a newer one."""
    newsroom = sqlite_newsroom
    fill(newsroom, tmp_path, comments=3)
    mark_all_stale.mark_site_stale(newsroom.database, newsroom.rules)
    rows = _stale_rows(newsroom)
    begun, done = tmp_path / "begun", tmp_path / "done"
    marked = [
        msgspec.structs.replace(row, story_id=str(tmp_path / name))
        for row, name in zip(rows, [how, "slow"], strict=True)
    ]
    monkeypatch.setattr(file_workers, "_write", _failed_or_slow)
    with file_workers.file_workers(newsroom.components, stale_count=9) as write:
        assert write is not None
        if how == "ctrl_c":
            threading.Thread(target=_interrupt_twice_when, args=(begun,)).start()
        with pytest.raises(DatabaseUnavailable if how == "fails" else KeyboardInterrupt):
            write(marked, 0)
        assert done.exists()


def test_workers_end_if_the_command_was_killed_before_they_began(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    newsroom = sqlite_newsroom
    mark_all_stale.mark_site_stale(newsroom.database, newsroom.rules)
    rows = list(_stale_rows(newsroom)) * killed_rebuild.WORKERS  # a worker starts for each
    (tmp_path / "given").write_bytes(pickle.dumps((newsroom.components.settings, rows)))
    command = subprocess.Popen([sys.executable, killed_rebuild.__file__, str(tmp_path)])
    try:
        wait_for(lambda: len(_workers(tmp_path)) == killed_rebuild.WORKERS, "workers are started")
    finally:
        command.kill()
        command.wait()
    try:
        wait_for(lambda: not any(map(is_alive, _workers(tmp_path))), "the workers end")
    finally:
        for pid in filter(is_alive, _workers(tmp_path)):
            os.kill(pid, signal.SIGKILL)


def _workers(folder: Path) -> list[int]:
    return [int(path.name.removeprefix("worker-")) for path in folder.glob("worker-*")]


def _stale_rows(newsroom: NewsroomHarness) -> Sequence[StaleFileRow]:
    with newsroom.database.reading() as conn:
        return stale_files.next_batch(conn, newsroom.rules.site_id, limit=2)


def _failed_or_slow(rows: Sequence[StaleFileRow], _slot: int) -> bool:
    """One fails as soon as the other has begun."""
    path = Path(rows[0].story_id)
    if path.name == "fails":
        _wait_until_exists(path.with_name("begun"))
        raise DatabaseUnavailable("it is gone")
    if path.name == "slow":
        path.with_name("begun").touch()
        time.sleep(2)
        path.with_name("done").touch()
    return True


def _wait_until_exists(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)


def _interrupt_twice_when(begun: Path) -> None:
    _wait_until_exists(begun)
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)


def _killed(*_: object) -> bool:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    return True
