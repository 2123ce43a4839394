"""Isso: its SQLite database, opened for reading only.

`mode` is 1 for public, 2 for pending, 4 for deleted with replies. Times are seconds since 1970, texts are Markdown,
which stays as it was typed, and a thread is named by its path: `--base-url` says on which host.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Final

from yobal.adapters.import_formats.options import ImportOptions
from yobal.core.errors import CannotReadImport
from yobal.core.import_rows import (
    CommentStatus,
    ImportedComment,
    ImportedRow,
    ImportedThread,
    PersonalData,
)

_STATUS: Final[dict[int, CommentStatus]] = {1: "public", 2: "unknown", 4: "deleted"}
_PERSONAL: Final[tuple[tuple[str, PersonalData], ...]] = (
    ("remote_addr", "address"),
    ("email", "email"),
    ("website", "website"),
)


def read(file: IO[bytes], name: str, _options: ImportOptions) -> Iterator[ImportedRow]:
    """`line` is the number of the row. Raises CannotReadImport."""
    try:
        # SQLite opens the file by itself, so that it sees a journal beside it.
        with closing(
            sqlite3.connect(f"{Path(name).absolute().as_uri()}?mode=ro", uri=True)
        ) as conn:
            conn.row_factory = sqlite3.Row
            conn.text_factory = lambda raw: raw.decode(errors="replace")
            yield from _rows(conn, file)
    except sqlite3.DatabaseError as error:
        raise CannotReadImport(f"{name} is no database of Isso that can be read: {error}") from None


def _rows(conn: sqlite3.Connection, file: IO[bytes]) -> Iterator[ImportedRow]:
    for row in conn.execute("select id, uri, title from threads order by id"):
        yield ImportedThread(
            line=row["id"], key=str(row["id"]), url=row["uri"] or "", title=row["title"] or ""
        )
    (count,) = conn.execute("select count(*) from comments").fetchone()
    size_bytes = file.seek(0, os.SEEK_END)
    for number, row in enumerate(conn.execute("select * from comments order by id")):
        file.seek(size_bytes * number // count)  # only for the progress
        yield _comment(row)


def _comment(row: Any) -> ImportedComment:
    created = row["created"]
    return ImportedComment(
        line=row["id"],
        id=str(row["id"]),
        thread=str(row["tid"]),
        parent_id=str(row["parent"]) if row["parent"] else "",
        text=row["text"] or "",
        markup="text",
        name=row["author"] or "",
        written_at=float(created) if isinstance(created, int | float) else None,
        status=_STATUS.get(row["mode"], "unknown"),
        personal_data=tuple(kind for column, kind in _PERSONAL if row[column]),
    )
