"""Both databases do what the promises need: durable commits, complete purges, no order of arrival."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tests.harness import NewsroomHarness
from yobal.actions.purge_deleted import purge_deleted
from yobal.adapters.cell_file import CellFile
from yobal.core import ids
from yobal.core.errors import DatabaseUnavailable, UnsupportedEnvironment
from yobal.store import database as databases
from yobal.store import pending_purge, tables
from yobal.store.database import Database
from yobal.store.locks import release_lock
from yobal.store.migrations import current_revision, migrate, newest_revision


def test_the_migrations_create_the_schema_of_the_code(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    with database.reading() as conn:
        assert current_revision(conn) == newest_revision()
        options = {"compare_type": True, "include_name": _is_in_metadata}
        context = MigrationContext.configure(conn, opts=options)
        assert compare_metadata(context, tables.metadata) == []
    migrate(database)  # again, at every start
    database.close()


def _is_in_metadata(name: str | None, type_: str, _parents: object) -> bool:
    """PostgreSQL's inbox and lock are no tables of both databases."""
    return type_ != "table" or name in tables.metadata.tables


@pytest.mark.parametrize("revision_id", ["0001", "0005", "unknown"])
def test_a_database_of_another_version_is_refused(database_url: str, revision_id: str) -> None:
    database = Database(database_url)
    with database.writing() as conn:
        conn.exec_driver_sql("create table alembic_version (version_num varchar(32) not null)")
        conn.exec_driver_sql(f"insert into alembic_version values ('{revision_id}')")
    with pytest.raises(UnsupportedEnvironment, match="another version of Yobal"):
        migrate(database)
    with database.reading() as conn:
        assert current_revision(conn) == revision_id, "nothing was changed"
    database.close()


def test_no_table_has_row_numbers_or_a_sequence(newsroom: NewsroomHarness) -> None:
    sent = [newsroom.send(f"Number {number}.").id for number in range(20)]
    newsroom.reject(sent[0], note="Why.")
    with newsroom.database.reading() as conn:
        if newsroom.database.is_sqlite:
            listed = conn.execute(
                sa.text(
                    "select name, wr, strict from pragma_table_list where"
                    " schema = 'main' and type = 'table'"
                )
            )
            with_rowid = {row.name for row in listed if not row.wr}
            assert with_rowid <= {"sqlite_schema", "alembic_version", "envelopes", "feedback"}
            stored = conn.execute(
                sa.text("select comment_id, rowid as number from envelopes")
            ).all()
            assert {row.comment_id: row.number for row in stored} == {
                comment_id: ids.id_prefix(comment_id) for comment_id in sent
            }, "the number of an envelope is its id's, not when it came"
            written = conn.execute(
                sa.text("select decision_id, rowid as number from feedback")
            ).all()
            assert {row.decision_id: row.number for row in written} == {
                row.decision_id: ids.id_prefix(row.decision_id) for row in written
            }
            assert written
        else:
            sequences = sa.text("select count(*) from pg_class where relkind = 'S'")
            assert conn.execute(sequences).scalar_one() == 0


@pytest.mark.parametrize("is_writing", [True, False])
def test_every_sqlite_connection_has_the_pragmas(
    sqlite_newsroom: NewsroomHarness, *, is_writing: bool
) -> None:
    database = sqlite_newsroom.database
    with database.writing() if is_writing else database.reading() as conn:
        for name, wanted in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("secure_delete", 1),
            ("foreign_keys", 1),
        ):
            assert conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() == wanted, name


def test_postgresql_commits_are_synchronous(postgresql: str) -> None:
    database = Database(postgresql.replace("postgresql://", "postgresql+psycopg://"))
    with database.reading() as conn:
        assert conn.exec_driver_sql("show synchronous_commit").scalar_one() == "on"
    database.close()


def test_a_purge_truncates_the_log_and_leaves_no_deleted_text(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    migrate(database)
    with database.writing() as conn:
        conn.execute(
            tables.held_texts.insert().values(comment_id="c", cell=1, ciphertext=b"Unrepeatable.")
        )
    with database.writing() as conn:
        conn.execute(tables.held_texts.delete())
    database.purge()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert files["d.sqlite-wal"] == b""
    assert all(b"Unrepeatable." not in content for content in files.values())
    database.close()


def test_a_purge_that_a_reader_blocks_is_not_reported_as_done_and_stays_pending(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    migrate(database)
    _insert_site(database, "s")
    database.purge()
    cell_file = CellFile(tmp_path / "cells", cells_min=1)
    with database.reading() as reader:
        reader.execute(sa.select(tables.sites)).all()
        with database.writing() as conn:
            pending_purge.request(conn, "s", random=secrets.token_bytes)
        with pytest.raises(DatabaseUnavailable):
            purge_deleted(database, cell_file, "s", seconds=0.3)
        assert _is_purge_pending(database)
    assert purge_deleted(database, cell_file, "s")
    assert not _is_purge_pending(database)
    database.close()


def test_a_purge_that_waits_for_a_reader_does_not_block_writers(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    migrate(database)
    with ThreadPoolExecutor(1) as pool, database.reading() as reader:
        reader.execute(sa.select(tables.sites)).all()
        _insert_site(database, "first")
        purge = pool.submit(database.purge, seconds=2)
        started = time.monotonic()
        for number in range(5):
            _insert_site(database, f"site {number}")
        assert time.monotonic() - started < 1.5
        assert isinstance(purge.exception(), DatabaseUnavailable)
    with database.engine.connect() as conn:  # and its patience with writers is what it was
        busy_timeout_ms = conn.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert busy_timeout_ms == databases.BUSY_SECONDS * 1_000
    database.close()


def _is_purge_pending(database: Database) -> bool:
    with database.reading() as conn:
        return pending_purge.pending_id(conn, "s") is not None


def _insert_site(database: Database, site_id: str) -> None:
    row = {
        "id": site_id,
        "name": "n",
        "is_demo": False,
        "released_slot": 0,
        "last_round": 0,
        "admission_seed": b"",
    }
    with database.writing() as conn:
        conn.execute(tables.sites.insert().values(row))


def test_an_old_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "SQLITE_OLDEST", (99, 0, 0))
    with pytest.raises(UnsupportedEnvironment, match=r"needs 99\.0\.0"):
        databases.sqlite_module()


def test_an_error_message_does_not_contain_the_row(newsroom: NewsroomHarness) -> None:
    insert = tables.held_texts.insert().values(comment_id="c", cell=1, ciphertext=b"Unrepeatable.")
    with newsroom.database.writing() as conn:
        conn.execute(insert)
    with pytest.raises(sa.exc.IntegrityError) as error, newsroom.database.writing() as conn:
        conn.execute(insert)
    assert "Unrepeatable" not in str(error.value)


def test_an_exhausted_pool_raises_database_unavailable(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = newsroom.database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.01)  # half a minute is long for a test
    with ExitStack() as taken:
        for _ in range(pool.size() + pool._max_overflow):
            taken.enter_context(newsroom.database.engine.connect())
        with (
            pytest.raises(DatabaseUnavailable, match="every connection"),
            newsroom.database.reading(),
        ):
            pass


def test_a_release_lock_on_an_unreachable_server_raises_database_unavailable() -> None:
    database = Database("postgresql://u:hidden@127.0.0.1:1/d")
    with pytest.raises(DatabaseUnavailable), release_lock(database):
        pass
    database.close()
