"""Atom feeds (RFC 4287) of a thread and of a site: the newest comments, replies included, as plain text.

A comment is dated by its day, like everywhere; the time in a date is always midnight.
"""

import re
from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

import msgspec

from yobal.adapters.rendering.i18n import translator_for
from yobal.core.thread import FeedEntry

CONTENT_TYPE: Final = "application/atom+xml"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_DAY: Final = "1970-01-01"  # of a feed without comments
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed says of itself. Addresses are full URLs."""

    title: str
    lang: str
    url: str
    page_url: str  # of the page with the same comments; empty if there is none


def feed(head: FeedHead, entries: Iterable[tuple[FeedEntry, str]]) -> bytes:
    """The entries with their permalinks, newest first."""
    entries = list(entries)
    root = ET.Element("feed", {"xmlns": _NAMESPACE, _XML_LANG: head.lang})
    _add(root, "id", head.url)
    _add(root, "title", head.title)
    _add(root, "updated", _midnight(entries[0][0].comment.day if entries else _NO_DAY))
    ET.SubElement(root, "link", {"rel": "self", "type": CONTENT_TYPE, "href": head.url})
    if head.page_url:
        ET.SubElement(
            root, "link", {"rel": "alternate", "type": "text/html", "href": head.page_url}
        )
    for entry, permalink in entries:
        root.append(_entry(entry, permalink))
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(entry: FeedEntry, permalink: str) -> ET.Element:
    comment, translator = entry.comment, translator_for(entry.comment.edition)
    name = comment.name or translator.gettext("Anonymous")
    title = translator.gettext("%(name)s, on: %(headline)s")
    element = ET.Element("entry")
    _add(element, "id", permalink)
    _add(element, "title", title % {"name": name, "headline": entry.headline})
    ET.SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": permalink})
    _add(element, "published", _midnight(comment.day))
    _add(element, "updated", _midnight(comment.day))
    _add(ET.SubElement(element, "author"), "name", name)
    _add(element, "content", comment.text, {"type": "text", _XML_LANG: comment.lang})
    return element


def _add(parent: ET.Element, tag: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ET.SubElement(parent, tag, attributes or {}).text = _NOT_XML.sub("", text)


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"
