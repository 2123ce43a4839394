"""CSV with a line of titles. `--column NAME=TITLE` says what a column is called, where it is not called NAME.

Names: id, parent, story (an id of Yobal) or url, title, time, name, text, html (instead of text), state, and for what is
dropped and counted: email, address, agent, user_id, website. Only id, time, a text and a page are needed. An export of
Yobal also has `guarded`: the columns in which it has put an apostrophe before the text.
"""

import codecs
import csv
from collections.abc import Iterator, Mapping
from typing import IO, Final

from yobal.adapters.import_formats import moments
from yobal.adapters.import_formats.options import ImportOptions
from yobal.core.csv_cells import GUARDED, unguard
from yobal.core.errors import CannotReadImport
from yobal.core.import_rows import (
    CommentStatus,
    ImportedComment,
    ImportedRow,
    ImportedThread,
    PersonalData,
    UnreadableRow,
)

FIELD_CHARACTERS_MAX: Final = 1_000_000
ROW_CHARACTERS_MAX: Final = 4_000_000  # of all its lines
_PERSONAL: Final[tuple[PersonalData, ...]] = ("email", "address", "agent", "user_id", "website")
COLUMNS: Final = (
    *("id", "parent", "story", "url", "title", "time", "name", "text", "html", "state"),
    *_PERSONAL,
    GUARDED,
)
# What states are called in the wild. Everything else, and no state, is for a moderator.
_STATUS: Final[dict[str, CommentStatus]] = {
    **dict.fromkeys(
        ("1", "public", "published", "approved", "approve", "visible", "true"), "public"
    ),
    **dict.fromkeys(("spam", "junk"), "spam"),
    **dict.fromkeys(("deleted", "trash", "removed", "rejected", "hidden"), "deleted"),
}


def read(file: IO[bytes], name: str, options: ImportOptions) -> Iterator[ImportedRow]:
    """Raises CannotReadImport."""
    csv.field_size_limit(FIELD_CHARACTERS_MAX)
    lines = _Lines(file, name)
    rows = csv.reader(lines)
    titles = _titles(rows, name)
    columns = _columns(titles, options.columns, name)
    pages: set[str] = set()
    while True:
        line = rows.line_num + 1
        lines.begin_row()
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield UnreadableRow(line, f"it is not a line of CSV: {error}")
            continue
        if not lines.is_row_utf8:  # its letters would appear as “�”
            yield UnreadableRow(line, "it is not in UTF-8: save the file in UTF-8")
            continue
        if len(values) != len(titles):
            if values:
                yield UnreadableRow(line, f"it has {len(values)} columns and not {len(titles)}")
            continue
        row = _unguarded({column: values[index] for column, index in columns.items()})
        page = row.get("story") or row.get("url", "")
        if page not in pages:
            pages.add(page)
            yield _thread(row, page, line)
        yield _comment(row, page, line, options)


def _unguarded(row: dict[str, str]) -> dict[str, str]:
    """Without the apostrophes that an export of Yobal has put in."""
    return row | {name: unguard(row.get(name, "")) for name in row.get(GUARDED, "").split()}


class _Lines:
    """As UTF-8, with or without the mark that Excel writes; NUL bytes would end the run."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self._number = self._row_characters = 0
        self.is_row_utf8 = True

    def begin_row(self) -> None:
        self._row_characters = 0
        self.is_row_utf8 = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises CannotReadImport for a row that would not fit in memory: a quote that is not closed, or no CSV."""
        raw = self._file.readline(ROW_CHARACTERS_MAX + 1)
        if not raw:
            raise StopIteration
        self._number += 1
        self._row_characters += len(raw)
        if self._row_characters > ROW_CHARACTERS_MAX:
            raise CannotReadImport(
                f"{self._name} has a row that is longer than {ROW_CHARACTERS_MAX:,} characters and reaches line"
                f" {self._number}. What comes before was read; repair the file and run the same command again"
            )
        line = raw.removeprefix(codecs.BOM_UTF8) if self._number == 1 else raw
        text = line.decode(errors="replace")
        self.is_row_utf8 = self.is_row_utf8 and text.encode() == line
        return text.replace("\0", " ")


def _titles(rows: Iterator[list[str]], name: str) -> list[str]:
    try:
        return [title.strip() for title in next(rows)]
    except (StopIteration, csv.Error):
        raise CannotReadImport(f"{name} is empty, or its first line is not a line of CSV") from None


def _columns(titles: list[str], named: Mapping[str, str], name: str) -> dict[str, int]:
    """Where each of our columns is. Raises CannotReadImport."""
    unknown = sorted(set(named) - set(COLUMNS))
    if unknown:
        raise CannotReadImport(f"--column {unknown[0]}=…: it takes one of {', '.join(COLUMNS)}")
    lowered = [title.lower() for title in titles]
    columns: dict[str, int] = {}
    for column in COLUMNS:
        title = named.get(column, column)
        if title in titles:
            columns[column] = titles.index(title)
        elif column in named:
            raise CannotReadImport(f"{name} has no column {title}; it has {', '.join(titles)}")
        elif title in lowered:
            columns[column] = lowered.index(title)
    for needed in (("id",), ("time",), ("text", "html"), ("story", "url")):
        if not any(column in columns for column in needed):
            raise CannotReadImport(
                f"{name} has no column {' or '.join(needed)}: name it with --column {needed[0]}=TITLE. It has"
                f" {', '.join(titles)}"
            )
    return columns


def _thread(row: Mapping[str, str], page: str, line: int) -> ImportedThread:
    return ImportedThread(
        line=line,
        key=page,
        url=row.get("url", "").strip(),
        title=row.get("title", "").strip(),
        story_id=row.get("story", "").strip(),
    )


def _comment(
    row: Mapping[str, str], page: str, line: int, options: ImportOptions
) -> ImportedComment:
    html = row.get("html", "")
    return ImportedComment(
        line=line,
        id=row["id"].strip(),
        thread=page,
        parent_id=row.get("parent", "").strip(),
        text=html or row.get("text", ""),
        markup="html" if html else "text",
        name=row.get("name", ""),
        written_at=moments.parse(row["time"], options.zone),
        status=_STATUS.get(row.get("state", "").strip().lower(), "unknown"),
        personal_data=tuple(kind for kind in _PERSONAL if row.get(kind, "").strip()),
    )
