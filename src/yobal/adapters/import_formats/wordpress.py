"""WordPress: the XML of Tools, Export (WXR 1.0 to 1.2).

Each comment is inside the page that it was written under. Times are in two zones: `comment_date_gmt` is UTC, and where
it is zeros, `comment_date` is in the zone of the site.
"""

from collections.abc import Iterator
from datetime import UTC
from html import unescape
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

_ITEM: Final = "rss/channel/item"
_NO_PARENT: Final = "0"
_NOT_COMMENTS: Final = ("pingback", "trackback")
_STATUS: Final[dict[str, CommentStatus]] = {
    "1": "public",
    "approve": "public",
    "approved": "public",
    "0": "unknown",
    "hold": "unknown",
    "spam": "spam",
    "trash": "deleted",
    "post-trashed": "deleted",
}
_PERSONAL: Final[tuple[tuple[str, PersonalData], ...]] = (
    ("comment_author_email", "email"),
    ("comment_author_url", "website"),
    ("comment_author_IP", "address"),
    ("comment_agent", "agent"),
)


def read(file: IO[bytes], name: str, options: ImportOptions) -> Iterator[ImportedRow]:
    """Raises CannotReadImport."""
    page: Record | None = None
    for record in xml_stream.read(file, name, records=(_ITEM, f"{_ITEM}/comment")):
        if record.name != "comment" or record.outer is None:
            continue
        if record.outer is not page:
            page = record.outer
            yield _thread(page)
        yield _comment(record, page, options)


def _thread(page: Record) -> ImportedThread:
    return ImportedThread(
        line=page.line,
        key=str(page.line),
        url=page.text("link"),
        title=unescape(page.text("title")),
        story_id=page.text("post_name"),
    )


def _comment(record: Record, page: Record, options: ImportOptions) -> ImportedComment:
    kinds = [kind for path, kind in _PERSONAL if record.text(path)]
    if record.text("comment_user_id") not in ("", "0"):
        kinds.append("user_id")
    parent = record.text("comment_parent")
    is_comment = record.text("comment_type") not in _NOT_COMMENTS
    return ImportedComment(
        line=record.line,
        id=record.text("comment_id"),
        thread=str(page.line),
        parent_id="" if parent == _NO_PARENT else parent,
        text=record.texts.get("comment_content", ""),
        markup="html_with_lines",
        name=unescape(record.text("comment_author")),  # WordPress stores it as HTML
        written_at=_written_at(record, options),
        status=_STATUS.get(record.text("comment_approved"), "unknown")
        if is_comment
        else "not_a_comment",
        personal_data=tuple(kinds),
    )


def _written_at(record: Record, options: ImportOptions) -> float | None:
    moment = moments.parse(record.text("comment_date_gmt"), UTC)  # zeros are no date
    return (
        moment if moment is not None else moments.parse(record.text("comment_date"), options.zone)
    )
