"""Public files are whole or not there, all of them or none, and carry the slot's time."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from yobal.adapters import public_files as buckets
from yobal.adapters.public_files import BESIDE, PublicFiles
from yobal.core.errors import PublicFilesUnavailable

SLOT = 1_794_980_800


@pytest.fixture
def bucket(tmp_path: Path) -> PublicFiles:
    return PublicFiles(tmp_path / "public")


def test_a_file_its_gz_and_their_time_are_the_slots(bucket: PublicFiles) -> None:
    bucket.write({"a/b/index.html": b"words"}, at=SLOT)
    path = bucket.folder / "a/b/index.html"
    packed = path.with_name("index.html.gz")
    assert path.read_bytes() == gzip.decompress(packed.read_bytes()) == b"words"
    assert path.stat().st_mtime == packed.stat().st_mtime == SLOT
    assert bucket.keys() == ["a/b/index.html"]


def test_the_same_words_pack_to_the_same_bytes(bucket: PublicFiles) -> None:
    bucket.write({"a": b"words"}, at=SLOT)
    before = (bucket.folder / "a.gz").read_bytes()
    bucket.write({"a": b"words"}, at=SLOT + 1)
    assert (bucket.folder / "a.gz").read_bytes() == before


@pytest.mark.parametrize("failing", ["write_bytes", "sync"])
def test_where_one_cannot_be_written_all_the_old_ones_stay(
    bucket: PublicFiles, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.write({"a": b"old", "b": b"old"}, at=SLOT)
    real, written = Path.write_bytes, []

    def fills_up(self: Path, content: bytes) -> int:
        written.append(self)
        if len(written) > 3:
            real(self, content[:1])
            raise OSError(28, "No space left on device")
        return real(self, content)

    def cannot_sync(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    if failing == "sync":
        monkeypatch.setattr(buckets, "_sync_file_system", cannot_sync)
    else:
        monkeypatch.setattr(Path, "write_bytes", fills_up)
    with pytest.raises(PublicFilesUnavailable):
        bucket.write({"a": b"new", "b": b"new"}, at=SLOT)
    monkeypatch.undo()
    assert [(bucket.folder / key).read_bytes() for key in "ab"] == [b"old", b"old"]
    assert not list(bucket.folder.rglob(f"{BESIDE}*"))


def test_nothing_is_renamed_before_all_of_it_is_synced(
    bucket: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_rename = buckets._sync_file_system, Path.rename

    def sync(folder: Path) -> None:
        steps.append("sync")
        real_sync(folder)

    def rename(self: Path, target: Any) -> Path:
        steps.append("rename")
        return real_rename(self, target)

    monkeypatch.setattr(buckets, "_sync_file_system", sync)
    monkeypatch.setattr(Path, "rename", rename)
    bucket.write({"a": b"1", "b": b"2"}, at=SLOT)
    assert steps == ["sync", *["rename"] * 4]


def test_what_a_crash_left_is_swept_and_never_counted_as_a_file(bucket: PublicFiles) -> None:
    bucket.write({"a/index.html": b"words"}, at=SLOT)
    bucket.write({f"{BESIDE}story/index.html": b"words"}, at=SLOT)  # a story's key may begin so
    (bucket.folder / "a" / f"{BESIDE}0123").write_bytes(b"half")
    assert bucket.keys() == [f"{BESIDE}story/index.html", "a/index.html"]
    assert bucket.sweep() == 1
    assert bucket.sweep() == 0


def test_removing_takes_the_gz_along_and_does_not_mind_what_is_gone(bucket: PublicFiles) -> None:
    bucket.write({"a/b": b"words", "a/c": b"words"}, at=SLOT)
    bucket.remove(["a/b", "nowhere/x"])
    assert bucket.keys() == ["a/c"]
    assert not (bucket.folder / "a" / "b.gz").exists()
