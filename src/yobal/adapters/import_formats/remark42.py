"""Remark42: its own backup, a gzip file with a line of JSON for each comment after a line about users and pages.

What is in it was public, for Remark42 shows comments at once. Times have a zone of their own.
"""

import re
from collections.abc import Iterator
from typing import IO, Final

import msgspec

from yobal.adapters.import_formats import moments
from yobal.adapters.import_formats.options import ImportOptions
from yobal.core.errors import CannotReadImport
from yobal.core.import_rows import (
    ImportedComment,
    ImportedRow,
    ImportedThread,
    PersonalData,
    UnreadableRow,
)

LINE_BYTES_MAX: Final = 4 * 1_024 * 1_024
_FINER_THAN_MICROSECONDS: Final = re.compile(r"(\.\d{6})\d+")


class _User(msgspec.Struct):
    name: str = ""
    id: str = ""
    ip: str = ""
    picture: str = ""


class _Locator(msgspec.Struct):
    url: str = ""


class _Comment(msgspec.Struct):
    id: str
    text: str
    locator: _Locator
    time: str
    user: _User = msgspec.field(default_factory=_User)
    pid: str = ""
    title: str = ""
    delete: bool = False


class _Meta(msgspec.Struct):
    version: int


def read(file: IO[bytes], name: str, _options: ImportOptions) -> Iterator[ImportedRow]:
    """Raises CannotReadImport if the file does not begin as such a backup."""
    try:
        msgspec.json.decode(file.readline(LINE_BYTES_MAX), type=_Meta)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CannotReadImport(
            f"{name} is not a backup of Remark42: its first line has no version"
        ) from None
    decoder, urls = msgspec.json.Decoder(_Comment), set[str]()
    line = 1
    while raw := file.readline(LINE_BYTES_MAX):
        line += 1
        try:
            comment = decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            if raw.strip():
                yield UnreadableRow(line, "it is not a comment in JSON, or a part of it is missing")
            continue
        if comment.locator.url not in urls:
            urls.add(comment.locator.url)
            url = comment.locator.url
            yield ImportedThread(line=line, key=url, url=url, title=comment.title)
        yield _comment(comment, line)


def _comment(comment: _Comment, line: int) -> ImportedComment:
    user = comment.user
    kinds: list[tuple[str, PersonalData]] = [
        (user.ip, "address"),
        (user.id, "user_id"),
        (user.picture, "website"),
    ]
    return ImportedComment(
        line=line,
        id=comment.id,
        thread=comment.locator.url,
        parent_id=comment.pid,
        text=comment.text,
        markup="html",
        name=user.name,
        written_at=moments.parse(_FINER_THAN_MICROSECONDS.sub(r"\1", comment.time)),
        status="deleted" if comment.delete else "public",
        personal_data=tuple(kind for value, kind in kinds if value),
    )
