"""Public files are written completely or not at all, and have the time of their slot."""

import gzip
import os
from pathlib import Path

import pytest

from yobal.adapters import public_files as module
from yobal.adapters.public_files import TEMPORARY_PREFIX, PublicFiles
from yobal.core.errors import PublicFilesUnavailable

SLOT = 1_794_980_800


@pytest.fixture
def public_files(tmp_path: Path) -> PublicFiles:
    return PublicFiles(tmp_path / "public")


def test_a_file_and_its_gz_have_the_time_of_the_slot(public_files: PublicFiles) -> None:
    public_files.write({"a/b/index.html": b"words"}, slot=SLOT)
    path = public_files.folder / "a/b/index.html"
    compressed = path.with_name("index.html.gz")
    assert path.read_bytes() == gzip.decompress(compressed.read_bytes()) == b"words"
    assert path.stat().st_mtime == compressed.stat().st_mtime == SLOT
    assert public_files.keys() == ["a/b/index.html"]


def test_the_same_content_compresses_to_the_same_bytes(public_files: PublicFiles) -> None:
    public_files.write({"a": b"words"}, slot=SLOT)
    before = (public_files.folder / "a.gz").read_bytes()
    public_files.write({"a": b"words"}, slot=SLOT + 1)
    assert (public_files.folder / "a.gz").read_bytes() == before


@pytest.mark.parametrize("failing", ["write", "sync"])
def test_if_one_file_cannot_be_written_all_old_files_stay(
    public_files: PublicFiles, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_files.write({"a": b"old", "b": b"old"}, slot=SLOT)
    real, written = os.write, []

    def fills_up(descriptor: int, content: bytes) -> int:
        written.append(descriptor)
        if len(written) > 4:
            raise OSError(28, "No space left on device")
        return real(descriptor, content[:1] if len(written) > 3 else content)

    def cannot_sync(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    if failing == "sync":
        monkeypatch.setattr(module, "_sync_file_system", cannot_sync)
    else:
        monkeypatch.setattr(os, "write", fills_up)
    with pytest.raises(PublicFilesUnavailable):
        public_files.write({"a": b"new", "b": b"new"}, slot=SLOT)
    monkeypatch.undo()
    assert [(public_files.folder / key).read_bytes() for key in "ab"] == [b"old", b"old"]
    assert not list(public_files.folder.rglob(f"{TEMPORARY_PREFIX}*"))


def test_no_file_is_renamed_before_all_are_synced(
    public_files: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_rename = module._sync_file_system, os.rename

    def sync(folder: Path) -> None:
        steps.append("sync")
        real_sync(folder)

    def rename(temporary: str, target: str) -> None:
        steps.append("rename")
        real_rename(temporary, target)

    monkeypatch.setattr(module, "_sync_file_system", sync)
    monkeypatch.setattr(os, "rename", rename)
    public_files.write({"a": b"1", "b": b"2"}, slot=SLOT)
    assert steps == ["sync", *["rename"] * 4]


def test_a_write_that_takes_only_a_part_is_continued(
    public_files: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: real(descriptor, content[:3]))
    public_files.write({"a": b"words"}, slot=SLOT)
    monkeypatch.undo()
    assert (public_files.folder / "a").read_bytes() == b"words"
    assert gzip.decompress((public_files.folder / "a.gz").read_bytes()) == b"words"


def test_temporary_files_that_a_crash_left_are_swept_and_never_listed(
    public_files: PublicFiles,
) -> None:
    public_files.write({"a/index.html": b"words"}, slot=SLOT)
    public_files.write(
        {f"{TEMPORARY_PREFIX}story/index.html": b"words"}, slot=SLOT
    )  # the id of a story may begin like this
    (public_files.folder / "a" / f"{TEMPORARY_PREFIX}0123").write_bytes(b"half")
    assert public_files.keys() == [f"{TEMPORARY_PREFIX}story/index.html", "a/index.html"]
    assert public_files.remove_unfinished() == 1
    assert public_files.remove_unfinished() == 0


def test_removing_a_file_removes_its_gz_and_ignores_missing_files(
    public_files: PublicFiles,
) -> None:
    public_files.write({"a/b": b"words", "a/c": b"words"}, slot=SLOT)
    public_files.remove(["a/b", "nowhere/x"])
    assert public_files.keys() == ["a/c"]
    assert not (public_files.folder / "a" / "b.gz").exists()


def test_files_and_folders_that_a_running_desk_removes_meanwhile_are_not_listed(
    public_files: PublicFiles,
) -> None:
    keys = ("a/1.html", "a/2.html", "b/1.html", "b/2.html")
    public_files.write(dict.fromkeys(keys, b"x"), slot=0)

    def remove_others(listed: int) -> None:
        if listed == 1:
            for folder in ("a", "b"):
                for path in (public_files.folder / folder).iterdir():
                    path.unlink()
                (public_files.folder / folder).rmdir()

    assert len(public_files.versions(show_listed=remove_others)) == 1


def test_a_folder_that_cannot_be_listed_is_an_error(
    public_files: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a rebuild would leave old files there."""

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(OSError, match="Input/output error"):
        public_files.keys()
