"""P4 against a thief of the disk: freed blocks and logs hold no text that was undone or withdrawn.

On SQLite the whole disk is searched, block by block; on PostgreSQL every file, `pg_wal` included. The
same search looks for envelopes that a moderator's key would open.
Control: with cells bypassed, the same search finds the texts.
"""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.harness import NewsroomHarness, make_newsroom
from tests.promises.conftest import Cluster, bypass_cells
from tests.promises.loop_disk import loop_disk
from yobal.adapters.cell_file import Cell, Purpose

FEW, MANY = 12, 200
PIECE_CHARACTERS: Final = 24
PIECE_BYTES: Final = 100


class Traces(NamedTuple):
    """What can be read from a disk: texts, keys that should be destroyed, envelopes that a moderator can open."""

    texts: int
    keys: int
    envelopes: int


class Taken:
    """The texts that were undone or withdrawn, with their envelopes, and the keys that encrypted them.

    The key of an envelope should be destroyed only if its comment was withdrawn.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        self.envelopes: list[bytes] = []
        self.keys: list[bytes] = []
        self._envelope_keys: dict[str, bytes] = {}
        real = Cell.encrypt

        def encrypt(cell: Cell, plain: bytes, *, purpose: Purpose, row_id: str) -> bytes:
            if purpose == "envelope":
                self.envelopes.append(plain)
                self._envelope_keys[row_id] = cell._key
            else:
                self.keys.append(cell._key)
            return real(cell, plain, purpose=purpose, row_id=row_id)

        monkeypatch.setattr(Cell, "encrypt", encrypt)

    def note_withdrawal(self, comment_id: str) -> None:
        self.keys.append(self._envelope_keys[comment_id])

    def clear(self) -> None:
        self.keys.clear()
        self.envelopes.clear()

    def new_text(self) -> str:
        self.texts.append(" ".join(secrets.token_hex(PIECE_CHARACTERS // 2) for _ in range(12)))
        return self.texts[-1]

    def traces_in(self, content: bytes) -> Traces:
        """Texts and envelopes count if a piece of them is there."""
        return Traces(
            texts=sum(
                any(piece.encode() in content for piece in text.split(" ")) for text in self.texts
            ),
            keys=sum(key in content for key in self.keys),
            envelopes=sum(
                envelope[:PIECE_BYTES] in content or envelope[-PIECE_BYTES:] in content
                for envelope in self.envelopes
            ),
        )


def _publish_and_take_back(newsroom: NewsroomHarness, taken: Taken, count: int) -> None:
    """Half of them are undone, half are withdrawn by their authors; another one is held throughout."""
    newsroom.publish(newsroom.send("Stays held.").id)
    taken.clear()
    for _ in range(count // 2):
        newsroom.undo(newsroom.publish(newsroom.send(taken.new_text()).id))
    for _ in range(count // 2):
        sent = newsroom.send(taken.new_text())
        newsroom.publish(sent.id)
        newsroom.request_withdrawal(sent.code)
        newsroom.run_scheduler()
        taken.note_withdrawal(sent.id)


def _search_disk(folder: Path, taken: Taken, count: int) -> Traces:
    """What can be read from the blocks of the disk."""
    with loop_disk(folder) as disk:
        newsroom = make_newsroom(disk.folder, f"sqlite:///{disk.folder / 'data' / 'yobal.sqlite'}")
        _publish_and_take_back(newsroom, taken, count)
        newsroom.close()
        blocks = disk.blocks()
    assert b"SQLite format 3" in blocks
    return taken.traces_in(blocks)


def test_the_blocks_of_the_disk_hold_no_undone_or_withdrawn_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Taken(monkeypatch)
    assert _search_disk(tmp_path, taken, FEW) == Traces(texts=0, keys=0, envelopes=0)
    assert (len(taken.envelopes), len(taken.keys)) == (FEW, FEW + FEW // 2)


@pytest.mark.slow
def test_the_blocks_of_the_disk_hold_none_of_200_undone_or_withdrawn_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Taken(monkeypatch)
    assert _search_disk(tmp_path, taken, MANY) == Traces(texts=0, keys=0, envelopes=0)
    assert (len(taken.envelopes), len(taken.keys)) == (MANY, MANY + MANY // 2)


def test_control_with_cells_bypassed_the_blocks_of_the_disk_hold_the_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bypass_cells(monkeypatch)
    traces = _search_disk(tmp_path, Taken(monkeypatch), FEW)
    assert traces.texts > 0


def test_control_a_key_that_is_not_overwritten_is_in_the_blocks_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yobal.adapters.cell_file.LockedCells.overwrite", lambda *_: None)
    traces = _search_disk(tmp_path, Taken(monkeypatch), FEW)
    assert traces == Traces(texts=0, keys=FEW + FEW // 2, envelopes=0)


def _search_cluster(
    cluster: Cluster, folder: Path, taken: Taken, count: int
) -> tuple[Traces, Traces]:
    """In `pg_wal`, and in every other file of the server and of the newsroom."""
    newsroom = make_newsroom(folder, cluster.new_database())
    _publish_and_take_back(newsroom, taken, count)
    autocommit = newsroom.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as conn:
        conn.exec_driver_sql("checkpoint")
    newsroom.close()
    paths = [path for top in (cluster.folder, folder) for path in top.rglob("*") if path.is_file()]
    log = [path for path in paths if "pg_wal" in path.parts]
    others = [path for path in paths if path not in log]
    assert log
    return _search_files(taken, log), _search_files(taken, others)


def _search_files(taken: Taken, paths: list[Path]) -> Traces:
    return taken.traces_in(b"".join(path.read_bytes() for path in paths))


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_no_file_of_postgresql_holds_an_undone_or_withdrawn_text(
    tmp_path: Path, cluster: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    taken = Taken(monkeypatch)
    in_log, in_others = _search_cluster(cluster(), tmp_path, taken, count)
    assert in_others == Traces(texts=0, keys=0, envelopes=0)
    assert in_log == Traces(texts=0, keys=0, envelopes=count), (
        "a limit that the threat model states"
    )
    assert (len(taken.envelopes), len(taken.keys)) == (count, count + count // 2)


def test_control_with_cells_bypassed_the_log_of_postgresql_holds_the_texts(
    tmp_path: Path, cluster: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    bypass_cells(monkeypatch)
    in_log, _ = _search_cluster(cluster(), tmp_path, Taken(monkeypatch), FEW)
    assert in_log.texts == FEW
