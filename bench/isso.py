"""Isso as packaged, with its default storage and its own server; only its rate limit is off."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from bench import newsroom, serving

VARIABLE: Final = "BENCH_ISSO"  # set by `tools/bench`
INSTALL_HINT: Final = (
    "Isso is not installed: `make bench` installs it into an environment of its own"
)
_CONFIG: Final = """[general]
dbpath = {folder}/comments.db
host = {origin}/
[server]
listen = http://{host}/
[guard]
enabled = false
"""


class Isso(msgspec.Struct, frozen=True):
    """A running Isso: its port and its database."""

    port: int
    database: Path

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    def stored(self) -> int:
        with contextlib.closing(sqlite3.connect(self.database)) as conn:
            return int(conn.execute("select count(*) from comments").fetchone()[0])


@contextlib.contextmanager
def running(folder: Path, *, origin: str = "") -> Iterator[Isso]:
    """With `origin`, its widget is on a page of that origin. Raises NotAvailable where it is not installed."""
    program = os.environ.get(VARIABLE, "")
    if not program:
        raise serving.NotAvailable(INSTALL_HINT)
    folder.mkdir(parents=True, exist_ok=True)
    peer = Isso(newsroom.free_port(), folder / "comments.db")
    config = folder / "isso.cfg"
    config.write_text(
        _CONFIG.format(folder=folder, host=peer.host, origin=origin or f"http://{peer.host}")
    )
    with serving.running([program, "-c", str(config), "run"], port=peer.port, is_quiet=True):
        yield peer
