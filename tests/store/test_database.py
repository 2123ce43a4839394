"""Either database as the promises need it: durable, forgetful, and without an order of arrival."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tests.harness import NewsroomHarness
from yobal.core import ids
from yobal.core.errors import DatabaseUnavailable, UnsupportedEnvironment
from yobal.store import database as databases
from yobal.store import sql_views, tables
from yobal.store.database import Database
from yobal.store.locks import release_lock
from yobal.store.migrations import migrate, newest, revision

OLDEST = "0001"


def test_the_migrations_end_in_the_schema_that_the_code_describes(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    with database.reading() as conn:
        assert revision(conn) == newest()
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    migrate(database)  # again, at every start
    database.close()


def test_rows_of_the_oldest_schema_are_there_after_every_migration(database_url: str) -> None:
    database = Database(database_url)
    migrate(database, to=OLDEST)
    with database.writing() as conn:
        rows = _oldest_rows()
        for table, row in rows.items():
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            conn.execute(sa.text(f"insert into {table} ({names}) values ({values})"), row)
    migrate(database)
    with database.reading() as conn:
        for table, row in rows.items():
            found = dict(conn.execute(sa.text(f"select * from {table}")).mappings().one())
            assert {name: found[name] for name in row} == row, table
        for view in sql_views.VIEWS:
            conn.execute(sa.text(f"select * from {view}")).all()
    database.close()


def test_a_wish_that_was_kept_twice_is_kept_once_after_the_migration(database_url: str) -> None:
    database = Database(database_url)
    migrate(database, to="0002")
    kept = {"w2": "withdraw_next", "w1": "withdraw_next", "w3": "withdraw_now"}
    with database.writing() as conn:
        for wish, kind in kept.items():
            conn.execute(
                tables.wishes.insert().values(wish=wish, site="s", receipt_hash=b"h", kind=kind)
            )
    migrate(database)
    with database.reading() as conn:
        found = conn.execute(sa.select(tables.wishes.c.wish).order_by(tables.wishes.c.wish))
        assert found.scalars().all() == ["w1", "w3"]
    database.close()


def test_envelopes_of_before_have_the_number_that_new_ones_have(database_url: str) -> None:
    database = Database(database_url)
    migrate(database, to="0004")
    sealed = {ids.new_id(random.randbytes): number.to_bytes() for number in range(20)}
    with database.writing() as conn:
        for comment, words in sealed.items():
            conn.execute(
                sa.text("insert into envelopes (comment, sealed) values (:c, :s)"),
                {"c": comment, "s": words},
            )
    migrate(database)
    with database.reading() as conn:
        found = conn.execute(sa.select(tables.envelopes)).all()
        kept = {(row.place, row.comment, bytes(row.sealed)) for row in found}
        assert kept == {(ids.id_prefix(one), one, words) for one, words in sealed.items()}
    database.close()


def _oldest_rows() -> dict[str, dict[str, object]]:
    """A row in every table that a newsroom of the first version had something in."""
    return {
        "sites": {"site": "s", "name": "n", "is_demo": False, "released_slot": 6},
        "stories": {"site": "s", "story": "t", "is_open": True, "places": 1, "comments_total": 1},
        "comments": {
            "id": "c",
            "site": "s",
            "story": "t",
            "edition": "en",
            "state": "published",
            "arrival_slot": 6,
            "epoch": "e",
            "size_kib": 1,
            "lane": "look",
            "lang": "en",
            "once": b"o",
        },
        "envelopes": {"comment": "c", "sealed": b"x"},
        "touched": {"site": "s", "story": "t", "kind": "newest", "root": "", "number": 0},
    }


def test_no_table_counts_its_rows_and_none_has_a_sequence(newsroom: NewsroomHarness) -> None:
    sent = [newsroom.send(f"Number {number}.").id for number in range(20)]
    with newsroom.database.reading() as conn:
        if newsroom.database.is_sqlite:
            listed = conn.execute(
                sa.text(
                    "select name, wr, strict from pragma_table_list where"
                    " schema = 'main' and type = 'table'"
                )
            )
            with_rowid = {row.name for row in listed if not row.wr}
            assert with_rowid <= {"sqlite_schema", "alembic_version", "envelopes"}
            found = conn.execute(sa.text("select comment, rowid as number from envelopes")).all()
            assert {row.comment: row.number for row in found} == {
                one: ids.id_prefix(one) for one in sent
            }, "the number of an envelope is its id's, not when it came"
        else:
            sequences = sa.text("select count(*) from pg_class where relkind = 'S'")
            assert conn.execute(sequences).scalar_one() == 0


@pytest.mark.parametrize("is_writing", [True, False])
def test_every_connection_to_sqlite_has_its_pragmas(
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


def test_every_commit_to_postgresql_is_waited_for(postgresql: str) -> None:
    database = Database(postgresql.replace("postgresql://", "postgresql+psycopg://"))
    with database.reading() as conn:
        assert conn.exec_driver_sql("show synchronous_commit").scalar_one() == "on"
    database.close()


def test_a_purge_cuts_the_log_and_leaves_no_deleted_words(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    migrate(database)
    with database.writing() as conn:
        conn.execute(
            tables.held_texts.insert().values(comment="c", text="Unrepeatable.", name="", lang="en")
        )
    with database.writing() as conn:
        conn.execute(tables.held_texts.delete())
    database.purge()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert files["d.sqlite-wal"] == b""
    assert all(b"Unrepeatable." not in content for content in files.values())
    database.close()


def test_a_purge_that_a_reader_holds_up_is_not_called_done_and_is_owed(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    migrate(database)
    database.purge()
    assert not _owes(database)
    with database.reading() as reader:
        reader.execute(sa.select(tables.sites)).all()
        with database.writing() as conn:
            conn.execute(
                tables.sites.insert().values(site="s", name="n", is_demo=False, released_slot=0)
            )
        with pytest.raises(DatabaseUnavailable):
            database.purge(seconds=0.3)
        assert _owes(database)
    database.purge()
    assert not _owes(database)
    database.close()


def test_a_purge_that_waits_for_a_reader_lets_others_write(tmp_path: Path) -> None:
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
        patience_ms = conn.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert patience_ms == databases.BUSY_SECONDS * 1_000
    database.close()


def _owes(database: Database) -> bool:
    return database.is_purge_pending


def _insert_site(database: Database, site: str) -> None:
    row = {"site": site, "name": "n", "is_demo": False, "released_slot": 0}
    with database.writing() as conn:
        conn.execute(tables.sites.insert().values(row))


def test_an_old_sqlite_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "SQLITE_OLDEST", (99, 0, 0))
    with pytest.raises(UnsupportedEnvironment, match=r"needs 99\.0\.0"):
        databases.sqlite_module()


def test_an_error_never_repeats_what_was_to_be_stored(newsroom: NewsroomHarness) -> None:
    insert = tables.held_texts.insert().values(
        comment="c", text="Unrepeatable.", name="", lang="en"
    )
    with newsroom.database.writing() as conn:
        conn.execute(insert)
    with pytest.raises(sa.exc.IntegrityError) as error, newsroom.database.writing() as conn:
        conn.execute(insert)
    assert "Unrepeatable" not in str(error.value)


def test_a_pool_that_is_used_up_is_a_store_that_takes_nothing(
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


def test_a_release_lock_that_cannot_be_asked_for_is_a_store_that_takes_nothing() -> None:
    database = Database("postgresql://u:hidden@127.0.0.1:1/d")
    with pytest.raises(DatabaseUnavailable), release_lock(database):
        pass
    database.close()
