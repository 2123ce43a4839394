"""Reads records from a large XML file one by one, with their lines. Only one record is in memory, and not all of a huge one.

`defusedxml` refuses document types and entities. Characters that XML forbids become spaces before it sees them:
WordPress and Disqus write them, and one of them would end the run.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError  # only a type; defusedxml parses

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from yobal.core.errors import CannotReadImport

CHUNK_BYTES: Final = 64 * 1_024
PATHS_MAX: Final = 1_000  # that are remembered; a hostile file has more
TEXT_CHARACTERS_MAX: Final = 1_000_000  # of one element; what is more is not kept
RECORD_CHARACTERS_MAX: Final = (
    16_000_000  # of one record; a page of WordPress holds all of its text
)
DEPTH_MAX: Final = 100  # exports have five
TOKEN_BYTES_MAX: Final = 8 * 1_024 * 1_024  # of one tag with its attributes
_DECLARED_ENCODING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)"
)
_UTF8: Final = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_FORBIDDEN: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_TO_SPACES: Final = bytes.maketrans(_FORBIDDEN, b" " * len(_FORBIDDEN))


class Record(msgspec.Struct):
    """An element that was asked for. `texts` and `attributes` are by path from it, without namespaces.

    Of a path that occurs twice, the first text counts. `outer` is the record around it, as far as it was read.
    """

    name: str
    line: int
    outer: "Record | None"
    attributes: dict[str, str]
    texts: dict[str, str]
    characters: int = 0

    def add(self, fields: dict[str, str], path: str, value: str) -> None:
        self.characters += len(path) + len(value)
        if self.characters <= RECORD_CHARACTERS_MAX:
            fields.setdefault(path, value)

    def text(self, path: str) -> str:
        return self.texts.get(path, "").strip()


def read(file: IO[bytes], name: str, *, records: Collection[str]) -> Iterator[Record]:
    """Each element at one of these paths, when it ends. `name` is the file's. Raises CannotReadImport."""
    collector = _Collector(frozenset(records), name)
    parser: Any = DefusedXMLParser(target=collector, forbid_dtd=True)
    collector.listen(parser.parser)
    try:
        fed_bytes = 0
        for chunk in _cleaned(file, name):
            parser.feed(chunk)
            fed_bytes += len(chunk)
            collector.check_token(fed_bytes)
            yield from collector.take()
        parser.close()
        yield from collector.take()
    except ParseError as error:
        yield from collector.take()  # what came before it in the same piece of the file
        line, column = error.position
        raise CannotReadImport(
            f"{name} is not whole XML: line {line}, column {column + 1}. What comes before was read; mend the"
            " file and run the same command again"
        ) from None
    except DefusedXmlException:
        raise CannotReadImport(
            f"{name} has a document type or entities, which no export needs: it is not read"
        ) from None


def _cleaned(file: IO[bytes], name: str) -> Iterator[bytes]:
    """Valid UTF-8 without forbidden characters, with the same line ends. Raises CannotReadImport."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    is_first = True
    while chunk := file.read(CHUNK_BYTES):
        if is_first:
            _check_encoding(chunk, name)
            is_first = False
        text = decoder.decode(chunk.translate(_TO_SPACES))
        if "\ufffe" in text or "\uffff" in text:
            text = text.replace("\ufffe", " ").replace("\uffff", " ")
        yield text.encode()


def _check_encoding(chunk: bytes, name: str) -> None:
    """Other letters than those of its authors would appear. Raises CannotReadImport."""
    declared = _DECLARED_ENCODING.match(chunk)
    if declared is not None and declared[1].lower() not in _UTF8:
        raise CannotReadImport(
            f"{name} is in {declared[1].decode()}: save it in UTF-8, and say so in its first line"
        )


class _Collector:
    """What the parser calls."""

    def __init__(self, records: frozenset[str], name: str) -> None:
        self.expat: Any = None
        self._records, self._name = records, name
        self._root = next(iter(records)).partition("/")[0]
        self._open: list[str] = []  # the path of every open element
        self._paths: dict[tuple[str, str], str] = {}  # by the path above and the tag: a few, often
        self._record: Record | None = None  # the innermost
        self._record_path = ""
        self._parts: list[str] = []
        self._length = 0
        self._done: list[Record] = []

    def listen(self, expat: Any) -> None:
        """Directly: what the parser does between costs a third of the time. Its refusals stay."""
        self.expat = expat
        expat.buffer_text = True
        expat.StartElementHandler = self.start
        expat.EndElementHandler = self.end
        expat.CharacterDataHandler = self.data

    def take(self) -> list[Record]:
        done, self._done = self._done, []
        return done

    def check_token(self, fed_bytes: int) -> None:
        """The parser holds a tag until it ends. Raises CannotReadImport."""
        if fed_bytes - self.expat.CurrentByteIndex > TOKEN_BYTES_MAX:
            line = self.expat.CurrentLineNumber
            raise CannotReadImport(f"{self._name} has a tag in line {line} that does not end")

    def start(self, tag: str, attributes: list[str]) -> None:
        """`attributes` are names and values in turn. Raises CannotReadImport."""
        if len(self._open) == DEPTH_MAX:
            line = self.expat.CurrentLineNumber
            raise CannotReadImport(
                f"{self._name} has more than {DEPTH_MAX} nested elements in line {line}"
            )
        outer = self._open[-1] if self._open else ""
        path = self._paths.get((outer, tag)) or self._new_path(outer, tag)
        self._open.append(path)
        self._parts, self._length = [], 0
        if path in self._records:
            self._record = Record(
                _name_of(path), self.expat.CurrentLineNumber, self._record, {}, {}
            )
            self._record_path = path
        if attributes and self._record is not None:
            inner = path[len(self._record_path) + 1 :]
            for key, value in zip(attributes[::2], attributes[1::2], strict=True):
                self._record.add(self._record.attributes, f"{inner}@{_local(key)}", value)

    def _new_path(self, outer: str, tag: str) -> str:
        name = _local(tag)
        if not outer and name != self._root:
            raise CannotReadImport(f"{self._name} begins with <{name}> and not with <{self._root}>")
        path = f"{outer}/{name}" if outer else name
        if len(self._paths) < PATHS_MAX:
            self._paths[outer, tag] = path
        return path

    def data(self, text: str) -> None:
        if self._record is not None and self._length < TEXT_CHARACTERS_MAX:
            self._parts.append(text)
            self._length += len(text)

    def end(self, _tag: str) -> None:
        path, record = self._open.pop(), self._record
        if record is None:
            return
        if path == self._record_path:
            self._done.append(record)
            self._record = record.outer
            self._record_path = self._path_of_outer() if record.outer is not None else ""
        elif self._parts:
            record.add(record.texts, path[len(self._record_path) + 1 :], "".join(self._parts))
        self._parts, self._length = [], 0

    def _path_of_outer(self) -> str:
        return next(path for path in reversed(self._open) if path in self._records)

    def close(self) -> None:
        """The parser asks for it."""


def _name_of(path: str) -> str:
    return path.rpartition("/")[2]


def _local(name: str) -> str:
    return name.rpartition("}")[2]
