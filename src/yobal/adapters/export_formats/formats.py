"""The formats of one file that `yobal export` writes, by the name that the technician types."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from yobal.adapters.export_formats import csv_file, jsonl, wordpress
from yobal.core.export_rows import ExportHead, StoryExport


class Write(Protocol):
    """The whole file, in pieces."""

    def __call__(self, head: ExportHead, stories: Iterable[StoryExport], /) -> Iterator[bytes]: ...


FORMATS: Final[Mapping[str, Write]] = MappingProxyType(
    {"jsonl": jsonl.write, "wordpress": wordpress.write, "csv": csv_file.write}
)
