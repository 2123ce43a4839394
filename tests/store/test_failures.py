"""Each way in which a database cannot be used has its own sentence, and none repeats its content."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.conftest import new_postgresql
from tests.harness import make_newsroom
from tests.promises.conftest import Cluster
from yobal.core.errors import DatabaseUnavailable
from yobal.store import failures
from yobal.store.database import Database

SECRET = "hidden-password"


def fails(url: sa.URL | str, statement: str = "select 1") -> str:
    database = Database(sa.make_url(url).render_as_string(hide_password=False))
    try:
        with pytest.raises(DatabaseUnavailable) as raised, database.writing() as conn:
            conn.exec_driver_sql(statement)
    finally:
        database.close()
    message = str(raised.value)
    assert message.startswith("the database cannot be used: ")
    assert SECRET not in message
    assert "\n" not in message
    return message


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A server that asks one role for its password."""
    made = Cluster({"password_encryption": "scram-sha-256", "max_connections": "12"})
    rules = made.folder / "pg_hba.conf"
    rules.write_text("local all locked scram-sha-256\nlocal all shut reject\n" + rules.read_text())
    with psycopg.connect(made._server.get_uri(), autocommit=True) as connection:
        connection.execute(f"create role locked login password '{SECRET}'")
        connection.execute("create role shut login")
        connection.execute("create role bare login")
        connection.execute("select pg_reload_conf()")
    yield made
    made.close()


@pytest.fixture
def url(own_cluster: Cluster) -> sa.URL:
    return sa.make_url(own_cluster.new_database())


def test_a_right_password_is_no_failure(url: sa.URL) -> None:
    database = Database(
        url.set(username="locked", password=SECRET).render_as_string(hide_password=False)
    )
    with database.reading() as conn:
        assert conn.execute(sa.text("select current_user")).scalar_one() == "locked"
    database.close()


def test_a_wrong_password_a_missing_one_and_a_wrong_role_have_different_reasons(
    url: sa.URL,
) -> None:
    assert "role or its password is wrong" in fails(
        url.set(username="locked", password=SECRET + "2")
    )
    assert "asks for a password" in fails(url.set(username="locked", password=None))
    assert "there is no such role" in fails(url.set(username="nosuch"))
    assert "pg_hba.conf" in fails(url.set(username="shut"))


def test_a_wrong_database_host_and_port_have_different_reasons(url: sa.URL) -> None:
    assert "there is no database of this name" in fails(url.set(database="nosuch"))
    assert "no host of this name" in fails(f"postgresql://u:{SECRET}@nohost.invalid/d")
    assert "no server answers" in fails(f"postgresql://u:{SECRET}@127.0.0.1:1/d")
    assert "no server answers" in fails(f"postgresql://u:{SECRET}@/d?host=/nowhere")


def test_locked_read_only_and_stopped_servers_have_different_reasons(url: sa.URL) -> None:
    database = Database(url.render_as_string(hide_password=False))
    with database.writing() as conn:
        conn.exec_driver_sql("create table words (word text)")
        conn.exec_driver_sql(f"insert into words values ('{SECRET}')")
    with database.writing() as conn:
        conn.exec_driver_sql("lock table words")
        impatient = url.update_query_dict({"options": "-c lock_timeout=50"})
        assert "another session has locked it" in _locked(impatient)
    with pytest.raises(DatabaseUnavailable, match="starting or shutting down"):
        _end_own_connection(database)
    database.close()


def _locked(url: sa.URL) -> str:
    """With psycopg's own options: `Database` sets others."""
    engine = sa.create_engine(url, connect_args={"options": "-c lock_timeout=50"})
    with pytest.raises(sa.exc.DBAPIError) as raised, engine.begin() as conn:
        conn.exec_driver_sql("select * from words")
    engine.dispose()
    return failures.explain(raised.value)


def _end_own_connection(database: Database) -> None:
    with database.writing() as conn:
        conn.exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")


def test_a_server_that_accepts_no_writes_has_a_reason_of_its_own(url: sa.URL) -> None:
    with psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(
            f"alter database {url.database} set default_transaction_read_only = on".encode()
        )
    with pytest.raises(sa.exc.DBAPIError) as raised:
        _write(url)
    assert "accepts no writes" in failures.explain(raised.value)


def _write(url: sa.URL) -> None:
    engine = sa.create_engine(url)
    try:
        with engine.begin() as conn:
            conn.exec_driver_sql("create table words (word text)")
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    "statement", ["select 0x", "select from from", "select no_such_function()"]
)
def test_a_statement_that_the_server_does_not_know_needs_a_newer_one(
    url: sa.URL, statement: str
) -> None:
    engine = sa.create_engine(url)
    with pytest.raises(sa.exc.DBAPIError) as raised, engine.begin() as conn:
        conn.exec_driver_sql(statement)
    engine.dispose()
    assert "PostgreSQL 15 or newer" in failures.explain(raised.value)


def test_a_server_without_a_free_connection_has_a_reason_of_its_own(url: sa.URL) -> None:
    plain = url.set(drivername="postgresql", username="bare").render_as_string(hide_password=False)
    connections: list[psycopg.Connection] = []
    try:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                connections.append(psycopg.connect(plain))
        assert "no connection left" in fails(url.set(username="bare"))
    finally:
        for connection in connections:
            connection.close()


def test_a_role_without_rights_is_told_what_to_do(postgresql: str, tmp_path: Path) -> None:
    newsroom = make_newsroom(tmp_path, new_postgresql(postgresql))
    role = f"bare_{os.urandom(4).hex()}"
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql(f"create role {role} login")
    bare = Database(newsroom.database.url.set(username=role).render_as_string(hide_password=False))
    with pytest.raises(sa.exc.ProgrammingError) as raised, bare.reading() as conn:
        conn.exec_driver_sql("select * from sites")
    bare.close()
    newsroom.close()
    assert "`yobal grant-intake ROLE`" in failures.explain(raised.value)


# SQLite


def test_damaged_missing_and_foreign_files_have_different_reasons(tmp_path: Path) -> None:
    file = tmp_path / "yobal.sqlite"
    file.write_bytes(b"Not a database at all. " * 500)
    assert "not a database of SQLite" in fails(f"sqlite:///{file}")
    nowhere = fails(f"sqlite:///{tmp_path / 'nowhere' / 'yobal.sqlite'}")
    assert "cannot be opened" in nowhere
    assert "how its disk is mounted" in nowhere  # a read-only disk takes no write-ahead log
    file.unlink()
    database = Database(f"sqlite:///{file}")
    with database.writing() as conn:
        conn.exec_driver_sql("create table words (word text)")
        conn.exec_driver_sql(f"insert into words values ('{SECRET * 400}')")
    database.purge()
    database.close()
    with file.open("r+b") as opened:
        opened.seek(2_048)
        opened.write(b"\xff" * 2_048)
    assert "the file is damaged" in fails(f"sqlite:///{file}", "select * from words")


def test_a_locked_file_has_a_reason_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yobal.store.database.BUSY_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path / 'yobal.sqlite'}"
    database = Database(url)
    with database.writing():
        assert "another program has locked it" in fails(url)
    database.close()
    assert "do not fit this version" in fails(url, "select * from nothing")
