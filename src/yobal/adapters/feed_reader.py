"""Reads pages of stories from RSS, Atom and sitemaps, one by one. XML is refused that could do more than that.

A document type, entities and anything external are refused by `defusedxml`; an element is dropped
from memory once it is read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import IO, Final
from xml.etree.ElementTree import Element, ParseError  # only types; defusedxml parses

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from yobal.core.errors import CannotReadFeed

# What each kind of file calls its entries.
_ENTRIES: Final = {
    "rss": "item",
    "RDF": "item",
    "feed": "entry",
    "urlset": "url",
    "sitemapindex": "sitemap",
}
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
ALTERNATES_MAX: Final = 200  # of one page
DEPTH_MAX: Final = 100  # feeds have five
TITLE_HTML_MAX: Final = 2_000  # Python's parser needs the square of its length for hostile HTML


class Alternate(msgspec.Struct, frozen=True):
    """The same story in a language, as the page says it: `x-default` means every other language."""

    lang: str
    url: str


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a story, as a feed names it; empty where it says nothing."""

    number: int  # in its file, from 1
    url: str
    title: str = ""
    lang: str = ""
    guid: str = ""
    published_at: float | None = None
    alternates: tuple[Alternate, ...] = ()


class ChildSitemap(msgspec.Struct, frozen=True):
    """A sitemap that an index of sitemaps names."""

    url: str


def read(file: IO[bytes], name: str) -> Iterator[FeedPage | ChildSitemap]:
    """In the order of the file, whose `name` is for errors. Raises CannotReadFeed, also in the middle."""
    try:
        yield from _read(file, name)
    except ParseError as error:
        line, column = error.position
        raise CannotReadFeed(f"{name} is not whole XML: line {line}, column {column + 1}") from None
    except DefusedXmlException:
        raise CannotReadFeed(
            f"{name} has a document type or entities, which no feed needs: it is not read"
        ) from None


def _read(file: IO[bytes], name: str) -> Iterator[FeedPage | ChildSitemap]:
    open_elements: list[Element] = []
    channel_lang, number = "", 0
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            open_elements.append(element)
            _check_place(open_elements, name)
            continue
        open_elements.pop()
        if not open_elements:
            return
        name_of_entries = _ENTRIES[_local(open_elements[0])]
        if any(_local(parent) == name_of_entries for parent in open_elements):
            continue  # a part of an entry that is not whole yet
        if _local(element) == name_of_entries:
            number += 1
            feed_lang = channel_lang or open_elements[0].get(_XML_LANG, "")
            yield _entry(element, number, feed_lang)
        elif _local(element) == "language":
            channel_lang = _text(element)
        open_elements[-1].remove(element)


def _check_place(open_elements: list[Element], name: str) -> None:
    """Raises CannotReadFeed."""
    root = _local(open_elements[0])
    if root not in _ENTRIES:
        raise CannotReadFeed(f"{name} is not RSS, Atom or a sitemap: it begins with <{root}>")
    if len(open_elements) > DEPTH_MAX:
        raise CannotReadFeed(f"{name} has more than {DEPTH_MAX} nested elements")


def _entry(element: Element, number: int, feed_lang: str) -> FeedPage | ChildSitemap:
    match _local(element):
        case "sitemap":
            return ChildSitemap(_child_text(element, "loc"))
        case "url":
            return _sitemap_page(element, number)
        case "entry":
            return _atom_page(element, number, feed_lang)
        case _:
            return _rss_page(element, number, feed_lang)


def _rss_page(item: Element, number: int, feed_lang: str) -> FeedPage:
    return FeedPage(
        number=number,
        url=_child_text(item, "link"),
        title=_child_text(item, "title"),
        lang=_child_text(item, "language") or feed_lang,
        guid=_child_text(item, "guid"),
        published_at=_moment(_child_text(item, "pubDate") or _child_text(item, "date")),
        alternates=_alternates(item),
    )


def _atom_page(entry: Element, number: int, feed_lang: str) -> FeedPage:
    links = [link for link in entry if _local(link) == "link"]
    pages = [link for link in links if link.get("rel", "alternate") == "alternate"]
    lang = entry.get(_XML_LANG, "") or feed_lang
    own = next((link for link in pages if link.get("hreflang", lang) == lang), None)
    own = own if own is not None else next(iter(pages), None)
    return FeedPage(
        number=number,
        url=own.get("href", "").strip() if own is not None else "",
        title=_atom_title(entry),
        lang=(own.get("hreflang", "") if own is not None else "") or lang,
        guid=_child_text(entry, "id"),
        published_at=_moment(_child_text(entry, "published") or _child_text(entry, "updated")),
        alternates=_alternates(entry),
    )


def _sitemap_page(url: Element, number: int) -> FeedPage:
    news = next((child for child in url if _local(child) == "news"), None)
    publication = next((part for part in news or () if _local(part) == "publication"), None)
    return FeedPage(
        number=number,
        url=_child_text(url, "loc"),
        title=_child_text(news, "title"),
        lang=_child_text(publication, "language"),
        published_at=_moment(_child_text(news, "publication_date") or _child_text(url, "lastmod")),
        alternates=_alternates(url),
    )


def _alternates(element: Element) -> tuple[Alternate, ...]:
    links = [
        Alternate(link.get("hreflang", "").strip(), link.get("href", "").strip())
        for link in element
        if _local(link) == "link" and link.get("rel", "alternate") == "alternate"
    ]
    return tuple(link for link in links if link.lang and link.url)[:ALTERNATES_MAX]


def _atom_title(entry: Element) -> str:
    title = next((child for child in entry if _local(child) == "title"), None)
    if title is None:
        return ""
    if title.get("type") != "html":
        return _text(title)
    collector = _TextOfHtml()
    collector.feed(_text(title)[:TITLE_HTML_MAX])
    collector.close()
    return "".join(collector.parts)


class _TextOfHtml(HTMLParser):
    """What a reader would see of a short piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _local(element: Element) -> str:
    """The name without its namespace: real feeds use different namespaces, or none."""
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _child_text(element: Element | None, name: str) -> str:
    """The text of the first child with this name that has one."""
    children = () if element is None else element
    texts = (_text(child) for child in children if _local(child) == name)
    return next((text for text in texts if text), "")


def _moment(text: str) -> float | None:
    """A date of RSS, or of Atom and sitemaps; None if it is none."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
