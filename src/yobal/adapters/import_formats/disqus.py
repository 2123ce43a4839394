"""Disqus: the XML that it mails to the owner of a site, also gzipped.

The format is http://disqus.com/api/schemas/1.0/disqus.xsd. Threads come before posts, times are UTC. What a moderator
has not approved yet is in the file without a mark, if Disqus exports it at all.
"""

from collections.abc import Iterator
from datetime import UTC
from typing import IO, Final

from yobal.adapters.import_formats import moments, xml_stream
from yobal.adapters.import_formats.options import ImportOptions
from yobal.adapters.import_formats.xml_stream import Record
from yobal.core.import_rows import (
    CommentStatus,
    ImportedComment,
    ImportedRow,
    ImportedThread,
    PersonalData,
)

_PERSONAL: Final[tuple[tuple[str, PersonalData], ...]] = (
    ("author/email", "email"),
    ("author/username", "user_id"),
    ("author/link", "website"),
    ("ipAddress", "address"),
)


def read(file: IO[bytes], name: str, _options: ImportOptions) -> Iterator[ImportedRow]:
    """Raises CannotReadImport."""
    for record in xml_stream.read(file, name, records=("disqus/post", "disqus/thread")):
        yield _comment(record) if record.name == "post" else _thread(record)


def _thread(record: Record) -> ImportedThread:
    return ImportedThread(
        line=record.line,
        key=record.attributes.get("@id") or record.text("id"),
        url=record.text("link"),
        title=record.text("title"),
        story_id=record.text("id"),
    )


def _comment(record: Record) -> ImportedComment:
    return ImportedComment(
        line=record.line,
        id=record.attributes.get("@id") or record.text("id"),
        thread=record.attributes.get("thread@id") or record.text("thread"),
        parent_id=record.attributes.get("parent@id") or record.text("parent"),
        text=record.texts.get("message", ""),
        markup="html",
        name=record.text("author/name"),
        written_at=moments.parse(record.text("createdAt"), UTC),
        status=_status(record),
        personal_data=tuple(kind for path, kind in _PERSONAL if record.text(path)),
    )


def _status(record: Record) -> CommentStatus:
    if record.text("isDeleted") == "true":
        return "deleted"
    if record.text("isSpam") == "true":
        return "spam"
    return "unknown" if record.text("isApproved") == "false" else "public"
