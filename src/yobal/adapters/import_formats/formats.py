"""The formats that `yobal import` knows, by the name that the technician types."""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final, Protocol, cast

import msgspec

from yobal.adapters.import_formats import csv_file, disqus, isso, jsonl, remark42, wordpress
from yobal.adapters.import_formats.options import ImportOptions
from yobal.core.import_rows import ImportedRow

_GZIP_MAGIC: Final = b"\x1f\x8b"


class Read(Protocol):
    """Reads an open file from its beginning; `name` is for errors."""

    def __call__(
        self, file: IO[bytes], name: str, options: ImportOptions, /
    ) -> Iterator[ImportedRow]: ...


FORMATS: Final[Mapping[str, Read]] = {
    "disqus": disqus.read,
    "wordpress": wordpress.read,
    "isso": isso.read,
    "remark42": remark42.read,
    "csv": csv_file.read,
    "jsonl": jsonl.read,
}


class ImportFile(msgspec.Struct, frozen=True):
    """An open file; `position` says how many of its `size_bytes` were read, before unpacking."""

    file: IO[bytes]
    packed: IO[bytes]
    size_bytes: int

    @property
    def position(self) -> int:
        return self.packed.tell()

    def close(self) -> None:
        self.file.close()
        self.packed.close()


def open_file(path: Path) -> ImportFile:
    """Unpacked while it is read, if it is a gzip file. Raises OSError."""
    packed = path.open("rb")
    size_bytes = path.stat().st_size
    magic = packed.read(len(_GZIP_MAGIC))
    packed.seek(0)
    if magic != _GZIP_MAGIC:
        return ImportFile(packed, packed, size_bytes)
    return ImportFile(cast("IO[bytes]", gzip.GzipFile(fileobj=packed)), packed, size_bytes)
