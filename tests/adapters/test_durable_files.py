"""Reading a file leaves no access time. Control: an ordinary read does, unless the disk keeps none."""

import os
import time
from pathlib import Path

import pytest

from tests.harness import SITE_ID, NewsroomHarness
from tests.in_process_client import THREAD, intake_of
from yobal.adapters import durable_files
from yobal.adapters.durable_files import read_untraced

LONG_AGO = time.time() - 5 * 86_400  # `relatime` keeps an access time once a day


def _age(path: Path) -> None:
    os.utime(path, (LONG_AGO, path.stat().st_mtime))


def _is_read(path: Path) -> bool:
    return path.stat().st_atime > LONG_AGO + 60


@pytest.fixture(autouse=True)
def _disk_keeps_access_times(tmp_path: Path) -> None:
    path = tmp_path / "control"
    path.write_bytes(b"x")
    _age(path)
    path.read_bytes()
    if not _is_read(path):
        pytest.skip("this disk keeps no access times")


def test_reading_leaves_no_access_time(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    _age(path)
    assert read_untraced(path) == b"content"
    assert not _is_read(path)


def test_a_file_of_another_owner_is_read_as_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    open_file = os.open

    def refuse(name: str, flags: int) -> int:
        if flags & os.O_NOATIME:
            raise PermissionError
        return open_file(name, flags)

    monkeypatch.setattr("yobal.adapters.durable_files.os.open", refuse)
    assert read_untraced(path) == b"content"


@pytest.mark.parametrize("is_guarded", [True, False], ids=["ours", "control"])
def test_a_reader_of_a_page_and_the_holder_of_a_receipt_leave_no_access_time(
    sqlite_newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    if not is_guarded:
        monkeypatch.setattr(durable_files, "_UNTRACED", 0)
    sent = sqlite_newsroom.publish_new("A page of its own.")
    keys = sqlite_newsroom.components.keyring
    files = [path for path in sqlite_newsroom.files_dir.rglob("*") if path.is_file()]
    files += sqlite_newsroom.components.settings.secrets_dir.rglob("*/*")
    for path in files:
        _age(path)
    keys._cache.clear()
    keys._day_keys = None
    with intake_of(sqlite_newsroom) as intake:
        for address in (THREAD, f"{THREAD}index.json", f"/{SITE_ID}/@/comments.css"):
            assert intake.get(address).status == 200
        assert "is published" in intake.post(step="receipt", code=sent.code or "").text
    assert any(_is_read(path) for path in files) != is_guarded
