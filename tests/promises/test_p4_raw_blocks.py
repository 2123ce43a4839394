"""P4 against a thief of the disk: freed blocks and logs hold no text that was undone or withdrawn.

On SQLite the whole disk is searched, block by block; on PostgreSQL every file, `pg_wal` included.
Control: with cells bypassed, the same search finds the texts.
"""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.harness import NewsroomHarness, make_newsroom
from tests.promises.conftest import Cluster, bypass_cells
from tests.promises.loop_disk import loop_disk
from yobal.adapters.cell_file import Cell

FEW, MANY = 12, 200
PIECE_CHARACTERS: Final = 24


class Taken:
    """The texts that were undone or withdrawn, and the keys that encrypted them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        self.keys: list[bytes] = []
        real = Cell.encrypt

        def encrypt(cell: Cell, plain: bytes, **bound_to: Any) -> bytes:
            self.keys.append(cell._key)
            return real(cell, plain, **bound_to)

        monkeypatch.setattr(Cell, "encrypt", encrypt)

    def new_text(self) -> str:
        self.texts.append(" ".join(secrets.token_hex(PIECE_CHARACTERS // 2) for _ in range(12)))
        return self.texts[-1]

    def count_texts_in(self, content: bytes) -> int:
        """Texts with at least one readable piece."""
        return sum(
            any(piece.encode() in content for piece in text.split(" ")) for text in self.texts
        )

    def count_keys_in(self, content: bytes) -> int:
        return sum(key in content for key in self.keys)


def _publish_and_take_back(newsroom: NewsroomHarness, taken: Taken, count: int) -> None:
    """Half of them are undone, half are withdrawn by their authors; another one is held throughout."""
    newsroom.publish(newsroom.send("Stays held.").id)
    taken.keys.clear()
    for _ in range(count // 2):
        newsroom.undo(newsroom.publish(newsroom.send(taken.new_text()).id))
    for _ in range(count // 2):
        sent = newsroom.send(taken.new_text())
        newsroom.publish(sent.id)
        newsroom.request_withdrawal(sent.code)
        newsroom.run_scheduler()


def _search_disk(folder: Path, taken: Taken, count: int) -> tuple[int, int]:
    """How many texts, and how many keys, can be read from the blocks of the disk."""
    with loop_disk(folder) as disk:
        newsroom = make_newsroom(disk.folder, f"sqlite:///{disk.folder / 'data' / 'yobal.sqlite'}")
        _publish_and_take_back(newsroom, taken, count)
        newsroom.close()
        blocks = disk.blocks()
    assert b"SQLite format 3" in blocks
    return taken.count_texts_in(blocks), taken.count_keys_in(blocks)


def test_the_blocks_of_the_disk_hold_no_undone_or_withdrawn_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Taken(monkeypatch)
    assert _search_disk(tmp_path, taken, FEW) == (0, 0)
    assert len(taken.keys) == FEW


@pytest.mark.slow
def test_the_blocks_of_the_disk_hold_none_of_200_undone_or_withdrawn_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Taken(monkeypatch)
    assert _search_disk(tmp_path, taken, MANY) == (0, 0)
    assert len(taken.keys) == MANY


def test_control_with_cells_bypassed_the_blocks_of_the_disk_hold_the_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bypass_cells(monkeypatch)
    assert _search_disk(tmp_path, Taken(monkeypatch), FEW)[0] > 0


def test_control_a_key_that_is_not_overwritten_is_in_the_blocks_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yobal.adapters.cell_file.LockedCells.overwrite", lambda *_: None)
    assert _search_disk(tmp_path, Taken(monkeypatch), FEW) == (0, FEW)


def _search_cluster(cluster: Cluster, folder: Path, taken: Taken, count: int) -> tuple[int, int]:
    """In every file of the server, and in the newsroom's own."""
    newsroom = make_newsroom(folder, cluster.new_database())
    _publish_and_take_back(newsroom, taken, count)
    autocommit = newsroom.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as conn:
        conn.exec_driver_sql("checkpoint")
    newsroom.close()
    paths = [path for top in (cluster.folder, folder) for path in top.rglob("*") if path.is_file()]
    assert any(path.parent.name == "pg_wal" for path in paths)
    content = b"".join(path.read_bytes() for path in paths)
    return taken.count_texts_in(content), taken.count_keys_in(content)


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_no_file_of_postgresql_holds_an_undone_or_withdrawn_text(
    tmp_path: Path, cluster: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    taken = Taken(monkeypatch)
    assert _search_cluster(cluster(), tmp_path, taken, count) == (0, 0)
    assert len(taken.keys) == count


def test_control_with_cells_bypassed_the_log_of_postgresql_holds_the_texts(
    tmp_path: Path, cluster: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    bypass_cells(monkeypatch)
    assert _search_cluster(cluster(), tmp_path, Taken(monkeypatch), FEW)[0] == FEW
