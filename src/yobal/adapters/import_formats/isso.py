"""Isso: its SQLite database, opened for reading only, and only for two tables that compute nothing.

`mode` is 1 for public, 2 for pending, 4 for deleted with replies. Times are seconds since 1970, texts are Markdown,
which stays as it was typed, and a thread is named by its path: `--base-url` says on which host.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import msgspec

from yobal.adapters.import_formats import moments
from yobal.adapters.import_formats.options import ImportOptions
from yobal.core.errors import CannotReadImport
from yobal.core.import_rows import (
    CommentStatus,
    ImportedComment,
    ImportedRow,
    ImportedThread,
    PersonalData,
    UnreadableRow,
)

_Row = TypeVar("_Row", bound=msgspec.Struct)
_STATUS: Final[dict[int, CommentStatus]] = {1: "public", 2: "unknown", 4: "deleted"}
_PERSONAL: Final[tuple[tuple[str, PersonalData], ...]] = (
    ("remote_addr", "address"),
    ("email", "email"),
    ("website", "website"),
)
_VALUE_BYTES_MAX: Final = 4 * 1_024 * 1_024


class _Thread(msgspec.Struct):
    id: int
    uri: str | None
    title: str | None


class _Comment(msgspec.Struct):
    id: int
    tid: int
    parent: int | None
    created: float
    mode: int
    text: str | None
    author: str | None
    email: str | None
    website: str | None
    remote_addr: str | None


_TABLES: Final[dict[str, type[_Thread | _Comment]]] = {"threads": _Thread, "comments": _Comment}


def read(file: IO[bytes], name: str, _options: ImportOptions) -> Iterator[ImportedRow]:
    """`line` is the number of the row. Raises CannotReadImport."""
    try:
        with closing(_connect(name)) as conn:
            _check_tables(conn, name)
            yield from _rows(conn, file)
    except sqlite3.DatabaseError as error:
        raise CannotReadImport(
            f"{name} is not a database of Isso that can be read: {error}"
        ) from None


def _connect(name: str) -> sqlite3.Connection:
    """SQLite opens the file by itself, so that it sees a journal beside it."""
    conn = sqlite3.connect(f"{Path(name).absolute().as_uri()}?mode=ro", uri=True)
    conn.text_factory = lambda raw: raw.decode(errors="replace")
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_BYTES_MAX)
    # What SQLite recommends for files of strangers: https://www.sqlite.org/security.html
    conn.execute("pragma trusted_schema = off")
    conn.execute("pragma cell_size_check = on")
    conn.execute("pragma query_only = on")
    return conn


def _check_tables(conn: sqlite3.Connection, name: str) -> None:
    """A view or a computed column in their place could run for days. Raises CannotReadImport."""
    for table, row_type in _TABLES.items():
        kind = conn.execute(
            "select type, sql from sqlite_master where name = ?", (table,)
        ).fetchone()
        is_table = kind is not None and kind[0] == "table"
        if not is_table or kind[1].lower().startswith("create virtual"):
            raise CannotReadImport(f"{name} is not a database of Isso: it has no table {table}")
        columns = conn.execute(
            "select name, hidden from pragma_table_xinfo(?)", (table,)
        ).fetchall()
        missing = sorted(set(row_type.__struct_fields__) - {column for column, _ in columns})
        if missing:
            raise CannotReadImport(
                f"{name} is not a database of Isso: {table} has no column {missing[0]}"
            )
        if any(hidden for _, hidden in columns):
            raise CannotReadImport(f"{name} is not a database of Isso: {table} computes a column")


def _rows(conn: sqlite3.Connection, file: IO[bytes]) -> Iterator[ImportedRow]:
    (count,) = conn.execute("select count(*) from comments").fetchone()
    size_bytes = file.seek(0, os.SEEK_END)
    for values in _select(conn, "threads"):
        thread = _converted(values, _Thread)
        if thread is not None:
            yield ImportedThread(
                line=thread.id, key=str(thread.id), url=thread.uri or "", title=thread.title or ""
            )
    for number, values in enumerate(_select(conn, "comments"), start=1):
        file.seek(size_bytes * number // count)  # only for the progress
        comment = _converted(values, _Comment)
        if comment is None:
            yield UnreadableRow(number, "it has a number or a text where Isso has none")
        else:
            yield _comment(comment)


def _select(conn: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(_TABLES[table].__struct_fields__)
    return conn.execute(f"select {columns} from {table} order by id")  # our own names


def _converted(values: tuple[Any, ...], row_type: type[_Row]) -> _Row | None:
    """None if SQLite holds values of other types, as it may in any column."""
    try:
        return msgspec.convert(dict(zip(row_type.__struct_fields__, values, strict=True)), row_type)
    except msgspec.ValidationError:
        return None


def _comment(row: _Comment) -> ImportedComment:
    return ImportedComment(
        line=row.id,
        id=str(row.id),
        thread=str(row.tid),
        parent_id=str(row.parent) if row.parent else "",
        text=row.text or "",
        markup="text",
        name=row.author or "",
        written_at=moments.plausible(row.created),
        status=_STATUS.get(row.mode, "unknown"),
        personal_data=tuple(kind for column, kind in _PERSONAL if getattr(row, column)),
    )
