"""What a backup says inside its encryption: lines of JSON. `docs/file-formats.md` describes them.

The first line is the header, the last one the trailer, and each line between them is one row:
`["table",[value, …]]`, its values in the order that the header gives, bytes in base64.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from yobal.core.errors import BackupInvalid

FORMAT: Final = 1
LINE_BYTES_MAX: Final = 4 * 1024 * 1024  # the largest row has an envelope, a tenth of this

Row = tuple[str, list[Any]]


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="yobal backup", tag_field="kind"):
    """`columns`: of each table. `schema`: the revision that the rows were read from."""

    format: int = FORMAT
    site_id: str
    version: str
    schema: str
    columns: dict[str, list[str]]


class Trailer(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="kind"):
    """SHA-256 over every byte before this line: a backup without it is incomplete."""

    rows: int
    sha256: str


_HEADER: Final = msgspec.json.Decoder(Header)
_TRAILER: Final = msgspec.json.Decoder(Trailer)
_ROW: Final = msgspec.json.Decoder(Row)


def encode(header: Header, rows: Iterable[Row]) -> Iterator[bytes]:
    """The lines, each with its end."""
    digest, count = hashlib.sha256(), 0
    first = msgspec.json.encode(header) + b"\n"
    digest.update(first)
    yield first
    for row in rows:
        line = msgspec.json.encode(row) + b"\n"
        digest.update(line)
        count += 1
        yield line
    yield msgspec.json.encode(Trailer(rows=count, sha256=digest.hexdigest())) + b"\n"


class BackupParser:
    """Takes a backup in pieces of any size. Nothing of it may be believed before `end` returns."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.count = 0  # of rows
        self._trailer: Trailer | None = None
        self._digest, self._rest = hashlib.sha256(), b""

    def feed(self, piece: bytes) -> Iterator[Row]:
        """The rows that are complete now. Raises BackupInvalid."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > LINE_BYTES_MAX:
            raise BackupInvalid("a line is too long")
        for line in lines:
            row = self._read(line)
            if row is not None:
                yield row

    def end(self) -> Header:
        """Raises BackupInvalid if something is missing or altered."""
        if self.header is None:
            raise BackupInvalid(
                "it is not a backup; a file that ends with -secrets.age belongs after the option --secrets"
            )
        if self._trailer is None or self._rest:
            raise BackupInvalid("its end is missing")
        if (self.count, self._digest.hexdigest()) != (self._trailer.rows, self._trailer.sha256):
            raise BackupInvalid("it does not agree with its check sum")
        return self.header

    def _read(self, line: bytes) -> Row | None:
        if self._trailer is not None:
            raise BackupInvalid("something follows its end")
        try:
            if line.startswith(b"["):
                return self._row(line)
            if self.header is None:
                self.header = self._checked_header(line)
                self._digest.update(line + b"\n")
            else:
                self._trailer = _TRAILER.decode(line)
        except msgspec.DecodeError:
            raise BackupInvalid(f"line {self.count + 2} cannot be read") from None
        return None

    def _row(self, line: bytes) -> Row:
        table, values = _ROW.decode(line)
        columns = self.header.columns.get(table) if self.header is not None else None
        if columns is None or len(columns) != len(values):
            raise BackupInvalid(f"line {self.count + 2} is no row of a table that it names")
        self._digest.update(line + b"\n")
        self.count += 1
        return table, values

    def _checked_header(self, line: bytes) -> Header:
        header = _HEADER.decode(line)
        if header.format != FORMAT:
            raise BackupInvalid(f"its format is {header.format}, and this version reads {FORMAT}")
        return header
