"""Remembers the ids that a dry run would store, in a database without a name that vanishes when it is closed."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from yobal.store.database import sqlite_module

_CHUNK: Final = 500  # values in one `in (…)`
_CACHE_KIB: Final = 16_384  # what is more goes to a temporary file


class ScratchIds:
    """Ids with a number each: far more than fit in memory."""

    def __init__(self) -> None:
        self._conn: Any = sqlite_module().connect("")
        self._conn.execute(f"pragma cache_size = -{_CACHE_KIB}")
        self._conn.execute("create table ids (id text primary key, number integer) without rowid")

    def add(self, rows: Iterable[tuple[str, int]]) -> None:
        self._conn.executemany("insert into ids values (?, ?)", sorted(rows))

    def numbers(self, ids: Collection[str]) -> dict[str, int]:
        """The numbers of these ids, if they were added."""
        ordered = sorted(ids)
        numbers: dict[str, int] = {}
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            marks = ", ".join("?" * len(chunk))
            numbers.update(
                self._conn.execute(f"select id, number from ids where id in ({marks})", chunk)
            )
        return numbers

    def close(self) -> None:
        self._conn.close()
