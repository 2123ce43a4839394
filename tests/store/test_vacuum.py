"""On PostgreSQL a purge is done only when no table's file contains deleted text."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID
from tests.promises.conftest import Cluster, cluster
from yobal.actions.purge_deleted import purge_deleted
from yobal.adapters.cell_file import CellFile
from yobal.core.errors import DatabaseUnavailable
from yobal.store import pending_purge, sites, tables, vacuum
from yobal.store.database import Database
from yobal.store.migrations import migrate

__all__ = ["cluster"]
WORDS = "Unrepeatable words."


@pytest.fixture
def made(cluster: Callable[..., Cluster]) -> Iterator[tuple[Database, Path]]:
    """A database with two rows, the second deleted, and the folder of its files."""
    server = cluster()
    database = Database(server.new_database())
    migrate(database)
    with database.writing() as conn:
        sites.add(
            conn,
            site_id=SITE_ID,
            name="n",
            is_demo=False,
            released_slot=0,
            last_round=0,
            admission_seed=b"",
        )
        for cell, comment, text in ((1, "b", "Stays."), (2, "a", WORDS)):
            conn.execute(
                tables.held_texts.insert().values(
                    comment_id=comment, cell=cell, ciphertext=text.encode()
                )
            )
    yield database, server.folder
    database.close()


def _delete(database: Database) -> None:
    with database.writing() as conn:
        pending_purge.request(conn, SITE_ID, random=secrets.token_bytes)
        conn.execute(tables.held_texts.delete().where(tables.held_texts.c.comment_id == "a"))


def _is_found(database: Database, folder: Path) -> bool:
    """Whether a table's file contains the deleted text; `pg_wal` has a copy until it is recycled."""
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        conn.exec_driver_sql("checkpoint")
    files = [path for path in (folder / "base").rglob("*") if path.is_file()]
    return any(WORDS.encode() in path.read_bytes() for path in files)


def test_deleted_text_that_shared_a_page_is_gone_after_a_purge(
    made: tuple[Database, Path],
) -> None:
    database, _ = made
    _delete(database)
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        conn.exec_driver_sql("vacuum held_texts")
    assert _is_found(*made), "control: a plain vacuum leaves the text in the page"
    database.purge()
    assert not _is_found(*made)
    with database.reading() as conn:
        assert conn.execute(sa.select(tables.held_texts.c.ciphertext)).scalars().all() == [
            b"Stays."
        ]


def test_a_purge_is_not_done_while_an_older_transaction_keeps_the_text(
    made: tuple[Database, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database, _ = made
    cell_file = CellFile(tmp_path / "cells", cells_min=1)
    old = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with old.begin() as reader:
        reader.execute(sa.select(tables.sites)).all()
        _delete(database)
        with pytest.raises(DatabaseUnavailable, match="older"):
            purge_deleted(database, cell_file, SITE_ID, seconds=0.3)
        assert _is_purge_pending(database)
        monkeypatch.setattr(vacuum, "_OLDER", sa.text("select false where :now <> '' or true"))
        database.purge(seconds=0.3)
        assert _is_found(*made), "control: without the check the purge would count as done"
    monkeypatch.undo()
    assert purge_deleted(database, cell_file, SITE_ID)
    assert not _is_purge_pending(database)
    assert not _is_found(*made)


def test_a_purge_does_not_wait_for_a_table_lock(made: tuple[Database, Path]) -> None:
    database, _ = made
    _delete(database)
    with database.engine.begin() as holder:
        holder.execute(sa.text("lock table held_texts in access share mode"))
        with pytest.raises(DatabaseUnavailable):
            database.purge(seconds=0.3)
    database.purge()
    assert not _is_found(*made)


def test_a_very_large_table_is_vacuumed_in_place(
    made: tuple[Database, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = made
    monkeypatch.setattr(vacuum, "REWRITTEN_BYTES_MAX", 0)
    before = _file_of(database)
    database.purge()
    assert _file_of(database) == before
    monkeypatch.undo()
    database.purge()
    assert _file_of(database) != before


def _is_purge_pending(database: Database) -> bool:
    with database.reading() as conn:
        return pending_purge.pending_id(conn, SITE_ID) is not None


def _file_of(database: Database) -> str:
    with database.reading() as conn:
        return str(conn.execute(sa.text("select pg_relation_filepath('held_texts')")).scalar_one())


def test_every_table_with_deleted_rows_about_comments_is_purged() -> None:
    """Most name the comment in a column. `stale_files` only says which public files are written next."""
    names_comment = {
        str(name) for name, table in tables.metadata.tables.items() if "comment_id" in table.columns
    }
    others = {"published_comments", "comments", "receipts", "withdrawal_requests"}
    assert set(vacuum.PURGED_TABLES) == (names_comment - {"stale_files"}) | others
