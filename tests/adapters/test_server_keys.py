"""Keys on disk: complete from the start, readable by their owner only, destroyed when they expire."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from yobal.adapters.server_keys import KEY_BYTES, Keyring
from yobal.core import receipts

TODAY = date(2026, 11, 22)  # a Sunday
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


def test_only_the_owner_can_read_a_key(folder: Path) -> None:
    ring = Keyring(folder, receipt_days=30)
    ring.day_keys(TODAY)
    ring.pepper(TODAY)
    ring.session_key()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(folder).as_posix() for path in files} == {
        "day/2026-11-22",
        "pepper/2026-11-16",
        "session",
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.rglob("*")))
    assert all(path.stat().st_size == KEY_BYTES for path in files)


def test_processes_that_start_together_use_the_same_key(folder: Path) -> None:
    rings = [Keyring(folder, receipt_days=30) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda ring: ring.session_key(), rings))
    assert len(keys) == 1
    assert [path.name for path in folder.iterdir()] == ["session"]


def test_a_key_is_never_read_half_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(KeyboardInterrupt):
        Keyring(folder, receipt_days=30).session_key()
    monkeypatch.undo()
    assert not (folder / "session").exists()
    assert len(Keyring(folder, receipt_days=30).session_key()) == KEY_BYTES


def test_a_day_key_is_valid_for_its_day_and_the_next_and_is_then_destroyed(folder: Path) -> None:
    ring = Keyring(folder, receipt_days=30)
    first = ring.day_keys(TODAY)[TODAY]
    assert ring.day_keys(TODAY + DAY)[TODAY] == first
    assert ring.destroy_old(TODAY + DAY) == 0
    assert ring.destroy_old(TODAY + 2 * DAY) == 1
    assert TODAY not in ring.day_keys(TODAY + 2 * DAY)
    assert not (folder / "day" / "2026-11-22").exists()
    assert first not in ring._cache.values()


def test_a_destroyed_key_is_overwritten_before_it_is_unlinked(folder: Path) -> None:
    ring = Keyring(folder, receipt_days=30)
    first = ring.day_keys(TODAY)[TODAY]
    open_file = (folder / "day" / "2026-11-22").open("rb")
    ring.destroy_old(TODAY + 2 * DAY)
    with open_file:
        content = open_file.read()
    assert len(content) == KEY_BYTES
    assert content != first


@pytest.mark.parametrize("receipt_days", [1, 30, 200])
def test_a_pepper_is_destroyed_on_the_day_after_the_last_day_of_its_receipts(
    folder: Path, receipt_days: int
) -> None:
    ring = Keyring(folder, receipt_days=receipt_days)
    week, pepper = ring.pepper(TODAY)
    last_day = receipts.last_day(week, receipt_days=receipt_days)
    assert last_day == TODAY + receipt_days * DAY
    assert pepper in ring.peppers(last_day)
    assert pepper not in ring.peppers(last_day + DAY)
    assert ring.destroy_old(last_day) == 0
    ring.destroy_old(last_day + DAY)
    assert not (folder / "pepper" / week.isoformat()).exists()


def test_the_pepper_changes_every_week_and_older_ones_stay_valid(folder: Path) -> None:
    ring = Keyring(folder, receipt_days=30)
    _, old = ring.pepper(TODAY)
    week, new = ring.pepper(TODAY + DAY)
    assert week == TODAY + DAY
    assert ring.peppers(TODAY + DAY) == [new, old]
    assert ring.oldest_week(TODAY + DAY) == date(2026, 11, 16)


def test_prepared_keys_are_the_ones_that_the_first_comment_of_the_next_day_needs(
    folder: Path,
) -> None:
    ring = Keyring(folder, receipt_days=30)
    ring.prepare(TODAY)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path.relative_to(folder).as_posix() for path in before} == {
        "day/2026-11-22",
        "day/2026-11-23",
        "pepper/2026-11-16",
        "pepper/2026-11-23",
    }
    for day in (TODAY, TODAY + DAY):
        ring.day_keys(day)
        ring.pepper(day)
        ring.peppers(day)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_time_of_a_key_file_is_a_midnight_in_the_past(folder: Path) -> None:
    ring = Keyring(folder, receipt_days=30)
    ring.prepare(TODAY)
    for path in (path for path in folder.rglob("*") if path.is_file()):
        day = min(TODAY, date.fromisoformat(path.name))
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        assert written == datetime.combine(day, datetime.min.time(), UTC)


def test_keys_are_available_at_every_moment_while_others_are_destroyed(folder: Path) -> None:
    """The maintenance thread destroys keys while a comment is sealed: neither may fail."""
    ring = Keyring(folder, receipt_days=1)
    keys: list[bytes] = []

    class InterleavedCache(dict[Path, bytes]):
        def pop(self, *args: Any) -> Any:
            keys.append(ring.day_keys(later)[later])
            return super().pop(*args)

        def __contains__(self, path: object) -> bool:  # between the check and the read
            is_cached = super().__contains__(path)
            self.clear()
            return is_cached

    ring.day_keys(TODAY)
    ring.pepper(TODAY)
    later = TODAY + 30 * DAY
    ring._cache = InterleavedCache(ring._cache)
    assert ring.destroy_old(later) == 2
    ring.peppers(later)
    assert set(keys) == {ring.day_keys(later)[later]}


def test_a_destroyed_day_key_is_in_no_cache(folder: Path) -> None:
    first_ring, second_ring = (Keyring(folder, receipt_days=30) for _ in range(2))
    first = first_ring.day_keys(TODAY)[TODAY]
    assert second_ring.day_keys(TODAY)[TODAY] == first
    first_ring.destroy_old(TODAY + 2 * DAY)
    second_ring.prepare(TODAY + 2 * DAY)
    for ring in (first_ring, second_ring):
        assert first not in ring._cache.values()
        assert ring._day_keys is None or first not in ring._day_keys[1].values()
