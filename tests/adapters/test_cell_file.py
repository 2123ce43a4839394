"""Keys in the file of cells: drawn at random places, overwritten in place, bound to what they encrypt."""

import base64
import json
import os
import threading
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from yobal.adapters.cell_file import CELL_BYTES, CellFile
from yobal.core.errors import DatabaseUnavailable

_FILE = Path(__file__).parent.parent / "vectors/cells.json"
VECTORS = json.loads(_FILE.read_text(encoding="utf-8"))
ID, OTHER_ID = "a" * 26, "b" * 26


def _none_used(_numbers: Collection[int]) -> set[int]:
    return set()


@pytest.fixture
def cell_file(tmp_path: Path) -> CellFile:
    made = CellFile(tmp_path / "secrets" / "cells", cells_min=256)
    made.prepare()
    return made


def _cells(cell_file: CellFile) -> list[bytes]:
    content = cell_file.path.read_bytes()
    return [content[start : start + CELL_BYTES] for start in range(0, len(content), CELL_BYTES)]


def _record_syncs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    real = os.fdatasync
    synced: list[str] = []

    def record(descriptor: int) -> None:
        synced.append("synced")
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", record)
    return synced


def _encrypt(cell_file: CellFile, plain: bytes = b"words") -> tuple[int, bytes]:
    with cell_file.allocate(1, find_used=_none_used) as (cell,):
        return cell.number, cell.encrypt(plain, purpose="held text", row_id=ID)


def _decrypt(cell_file: CellFile, number: int, ciphertext: bytes, **bound_to: Any) -> bytes | None:
    arguments: dict[str, Any] = {"purpose": "held text", "row_id": ID} | bound_to
    return cell_file.decrypt(number, ciphertext, **arguments)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["purpose"] for vector in VECTORS])
def test_a_cell_decrypts_the_ciphertext_of_the_vector(
    cell_file: CellFile, vector: dict[str, Any]
) -> None:
    with cell_file.locked() as cells:
        cells.write({7: bytes.fromhex(vector["key"])})
    ciphertext = base64.b64decode(vector["ciphertext"])
    assert ciphertext.startswith(bytes.fromhex(vector["nonce"]))
    row_id = "\0".join(vector["row"])
    plain = cell_file.decrypt(7, ciphertext, purpose=vector["purpose"], row_id=row_id)
    assert plain == base64.b64decode(vector["plain"])
    other = cell_file.decrypt(7, ciphertext, purpose=vector["purpose"], row_id=f"{row_id}\0")
    assert other is None


def test_a_new_file_is_full_of_random_cells_that_only_its_owner_can_read(
    cell_file: CellFile,
) -> None:
    cells = _cells(cell_file)
    assert len(set(cells)) == len(cells) == 256
    assert cell_file.path.stat().st_mode & 0o777 == 0o600
    cell_file.prepare()
    assert _cells(cell_file) == cells


def test_what_a_cell_encrypts_is_decrypted_for_its_comment_and_purpose_only(
    cell_file: CellFile,
) -> None:
    number, ciphertext = _encrypt(cell_file)
    assert b"words" not in ciphertext
    assert _decrypt(cell_file, number, ciphertext) == b"words"
    assert _decrypt(cell_file, number, ciphertext, row_id=OTHER_ID) is None
    assert _decrypt(cell_file, number, ciphertext, purpose="original") is None
    assert _decrypt(cell_file, number + 1, ciphertext) is None
    assert _decrypt(cell_file, 10**6, ciphertext) is None
    assert _decrypt(cell_file, number, b"") is None


def test_only_the_overwritten_cells_change_and_decrypt_nothing_any_more(
    cell_file: CellFile,
) -> None:
    kept, destroyed = _encrypt(cell_file), _encrypt(cell_file)
    before = _cells(cell_file)
    with cell_file.locked() as cells:
        cells.overwrite([destroyed[0], 10**6])
    changed = [number for number, cell in enumerate(_cells(cell_file)) if cell != before[number]]
    assert changed == [destroyed[0]]
    assert _decrypt(cell_file, *destroyed) is None
    assert _decrypt(cell_file, *kept) == b"words"


@pytest.mark.parametrize("needed", [set(), {0}, {255}, {3, 4, 200}, set(range(256)), {10**6}])
def test_a_sweep_overwrites_every_cell_but_those_that_are_needed(
    cell_file: CellFile, monkeypatch: pytest.MonkeyPatch, needed: set[int]
) -> None:
    monkeypatch.setattr("yobal.adapters.cell_file._CELLS_AT_ONCE", 50)
    before = _cells(cell_file)
    with cell_file.locked() as cells:
        cells.overwrite_all_except(needed)
    after = _cells(cell_file)
    assert len(after) == 256
    kept = {number for number in range(256) if after[number] == before[number]}
    assert kept == needed & set(range(256))


def test_overwriting_changes_the_same_file_and_never_a_copy(cell_file: CellFile) -> None:
    inode = cell_file.path.stat().st_ino
    with cell_file.locked() as cells:
        cells.overwrite(range(256))
        cells.grow(300)
    assert cell_file.path.stat().st_ino == inode
    assert [path.name for path in cell_file.path.parent.iterdir()] == ["cells"]


def test_many_cells_are_overwritten_with_one_sync(
    cell_file: CellFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = _record_syncs(monkeypatch)
    with cell_file.locked() as cells:
        cells.overwrite(range(0, 256, 2))
    assert len(synced) == 1


def test_a_key_is_synced_before_it_encrypts(
    cell_file: CellFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = _record_syncs(monkeypatch)
    with cell_file.allocate(1, find_used=_none_used):
        steps.append("given out")
    assert steps == ["synced", "given out"]


def test_cells_come_from_random_places_and_never_from_those_in_use(cell_file: CellFile) -> None:
    used = set(range(0, 256, 2))
    numbers = []
    for _ in range(40):
        with cell_file.allocate(1, find_used=used.intersection) as (cell,):
            numbers.append(cell.number)
            used.add(cell.number)
    assert len(set(numbers)) == 40
    assert all(number % 2 for number in numbers)
    rises = sum(first < second for first, second in pairwise(numbers))
    assert 8 < rises < 31, "neither upwards nor downwards"


def test_many_cells_at_once_are_in_no_order(cell_file: CellFile) -> None:
    with cell_file.allocate(60, find_used=_none_used) as cells:
        numbers = [cell.number for cell in cells]
    assert len(set(numbers)) == 60
    assert numbers != sorted(numbers)


def test_a_full_file_grows_and_its_cells_stay(cell_file: CellFile) -> None:
    number, ciphertext = _encrypt(cell_file)
    before = _cells(cell_file)
    with cell_file.allocate(1, find_used=set(range(256)).intersection) as (cell,):
        assert 256 <= cell.number < 512
    assert _cells(cell_file)[:256] == before
    assert _decrypt(cell_file, number, ciphertext) == b"words"


def test_a_growth_that_was_interrupted_leaves_whole_cells(cell_file: CellFile) -> None:
    number, ciphertext = _encrypt(cell_file)
    with cell_file.path.open("ab") as file:
        file.write(b"half a cell")
    with cell_file.locked() as cells:
        assert cells.count == 256
        cells.grow(257)
    assert cell_file.path.stat().st_size == 257 * CELL_BYTES
    assert _decrypt(cell_file, number, ciphertext) == b"words"


def test_more_cells_in_the_settings_make_the_file_longer(cell_file: CellFile) -> None:
    before = _cells(cell_file)
    CellFile(cell_file.path, cells_min=300).prepare()
    assert _cells(cell_file)[:256] == before
    assert len(_cells(cell_file)) == 300


def test_a_full_disk_gives_out_no_cell(
    cell_file: CellFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", is_full)
    with (
        pytest.raises(DatabaseUnavailable, match="No space"),
        cell_file.allocate(1, find_used=_none_used),
    ):
        raise AssertionError


def test_a_full_disk_gets_back_what_a_growth_took(
    cell_file: CellFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may be on the same disk, and needs the rest of it."""
    before, real = cell_file.path.read_bytes(), os.pwrite

    def write_half(descriptor: int, content: bytes, offset: int) -> int:
        return real(descriptor, content[: len(content) // 2], offset)

    with monkeypatch.context() as patch, cell_file.locked() as cells:
        patch.setattr(os, "pwrite", write_half)
        with pytest.raises(DatabaseUnavailable, match="No space"):
            cells.grow(512)
    assert cell_file.path.read_bytes() == before


@pytest.mark.parametrize("size_bytes", [0, 1, CELL_BYTES])
def test_a_file_that_was_truncated_is_as_long_as_before_when_a_cell_is_needed(
    cell_file: CellFile, size_bytes: int
) -> None:
    os.truncate(cell_file.path, size_bytes)
    number, ciphertext = _encrypt(cell_file)
    assert len(_cells(cell_file)) == 256
    assert _decrypt(cell_file, number, ciphertext) == b"words"


def test_cells_whose_rows_may_not_be_stored_are_remembered_and_not_given_out(
    cell_file: CellFile,
) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        cell_file.allocate(255, find_used=_none_used) as cells,
    ):
        raise ZeroDivisionError
    assert cell_file.unsettled == {cell.number for cell in cells}
    number, _ = _encrypt(cell_file)
    assert number not in cell_file.unsettled


def test_the_lock_is_held_until_the_rows_are_stored(cell_file: CellFile) -> None:
    """By another object, as in another process: the lock belongs to an open file."""
    other, order = CellFile(cell_file.path, cells_min=256), []

    def sweep() -> None:
        with other.locked():
            order.append("locked")

    with cell_file.allocate(1, find_used=_none_used):
        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join(0.2)
        order.append("stored")
    thread.join()
    assert order == ["stored", "locked"]


def test_a_file_that_is_missing_decrypts_nothing_and_one_that_cannot_be_read_is_an_error(
    cell_file: CellFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, ciphertext = _encrypt(cell_file)

    def denied(*_: Any) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", denied)
        with pytest.raises(DatabaseUnavailable, match="Permission denied"):
            _decrypt(cell_file, number, ciphertext)
    cell_file.path.unlink()
    assert _decrypt(cell_file, number, ciphertext) is None


def test_no_message_shows_a_key(cell_file: CellFile) -> None:
    with cell_file.allocate(1, find_used=_none_used) as (cell,):
        assert cell._key.hex() not in repr(cell).lower()
        assert repr(cell._key) not in repr(cell)
