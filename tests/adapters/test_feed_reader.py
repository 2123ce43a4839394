"""RSS, Atom and sitemaps as sites really write them, and XML that wants more than to be read."""

import io
from datetime import UTC, datetime

import pytest

from yobal.adapters import feed_reader
from yobal.adapters.feed_reader import Alternate, ChildSitemap, FeedPage
from yobal.core.errors import CannotReadFeed

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>River Post</title><link>https://news.example/</link><language>en-us</language>
<image><url>https://news.example/logo.png</url><title>River Post</title><link>https://news.example/</link></image>
<item><title>Q&amp;A: the &#8220;ferry&#8221;</title><link> https://news.example/en/ferry </link>
<atom:link rel="alternate" hreflang="km" href="https://news.example/km/ferry"/>
<guid isPermaLink="false">https://news.example/?p=12</guid><pubDate>Fri, 27 Nov 2026 10:00:00 +0700</pubDate></item>
<item><title><![CDATA[Bridge &amp; road]]></title><link>https://news.example/km/bridge</link><dc:language>km</dc:language>
<dc:date>2026-11-27T03:00:00Z</dc:date></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>River Post</title>
<link rel="self" href="https://news.example/feed.atom"/>
<entry><id>urn:12</id><title type="html">Q&amp;amp;A: &lt;em&gt;the ferry&lt;/em&gt;</title>
<link rel="alternate" hreflang="km" href="https://news.example/km/ferry"/>
<link href="https://news.example/en/ferry"/><link rel="enclosure" href="https://news.example/a.mp3"/>
<published>2026-11-27T10:00:00+07:00</published><updated>2026-11-28T10:00:00Z</updated></entry></feed>"""
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:xhtml="http://www.w3.org/1999/xhtml" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://news.example/en/ferry</loc><lastmod>2026-11-28</lastmod>
<xhtml:link rel="alternate" hreflang="en" href="https://news.example/en/ferry"/>
<xhtml:link rel="alternate" hreflang="km" href="https://news.example/km/ferry"/>
<xhtml:link rel="alternate" hreflang="x-default" href="https://news.example/ferry"/>
<news:news><news:publication><news:name>River Post</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-27T03:00:00Z</news:publication_date><news:title>Ferry workers</news:title></news:news></url>
<url><loc>https://news.example/en/bridge</loc></url></urlset>"""
PUBLISHED = datetime(2026, 11, 27, 3, 0, tzinfo=UTC).timestamp()
KHMER = Alternate("km", "https://news.example/km/ferry")


def read(text: str | bytes) -> list[FeedPage | ChildSitemap]:
    content = text.encode() if isinstance(text, str) else text
    return list(feed_reader.read(io.BytesIO(content), "the feed"))


def test_rss() -> None:
    assert read(RSS) == [
        FeedPage(
            number=1,
            url="https://news.example/en/ferry",
            title="Q&A: the “ferry”",
            lang="en-us",
            guid="https://news.example/?p=12",
            published_at=PUBLISHED,
            alternates=(KHMER,),
        ),
        FeedPage(
            number=2,
            url="https://news.example/km/bridge",
            title="Bridge &amp; road",  # what the file says: it is not decoded twice
            lang="km",
            published_at=PUBLISHED,
        ),
    ]


def test_rss_1_has_its_items_beside_the_channel() -> None:
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>P</title></channel><item><title>T</title><link>https://n.example/a</link></item>"
        "</rdf:RDF>"
    )
    assert read(text) == [FeedPage(number=1, url="https://n.example/a", title="T")]


def test_atom() -> None:
    assert read(ATOM) == [
        FeedPage(
            number=1,
            url="https://news.example/en/ferry",
            title="Q&A: the ferry",
            lang="en",
            guid="urn:12",
            published_at=PUBLISHED,
            alternates=(KHMER,),
        )
    ]


def test_a_sitemap_with_languages_and_news() -> None:
    assert read(SITEMAP) == [
        FeedPage(
            number=1,
            url="https://news.example/en/ferry",
            title="Ferry workers",
            lang="en",
            published_at=PUBLISHED,
            alternates=(
                Alternate("en", "https://news.example/en/ferry"),
                KHMER,
                Alternate("x-default", "https://news.example/ferry"),
            ),
        ),
        FeedPage(number=2, url="https://news.example/en/bridge"),
    ]


def test_an_index_of_sitemaps() -> None:
    text = "<sitemapindex><sitemap><loc>https://n.example/1.xml</loc></sitemap></sitemapindex>"
    assert read(text) == [ChildSitemap("https://n.example/1.xml")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><title>Müll</title></item></channel></rss>'
    (page,) = read(text.encode(encoding))
    assert isinstance(page, FeedPage)
    assert page.title == "Müll"


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel><item><title>&c;</title></item></channel></rss>'
)
DANGEROUS = {
    "entities inside entities": LAUGHS,
    "a file of this machine": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss>&x;</rss>',
    "an address": '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd"><rss/>',
    "parameter entities": '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]><rss/>',
    "only a document type": "<!DOCTYPE html><html/>",
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_xml_that_could_do_more_is_refused(name: str) -> None:
    with pytest.raises(CannotReadFeed, match="has a document type or entities"):
        read(DANGEROUS[name])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html><body/></html>", "is not RSS, Atom or a sitemap: it begins with <html>"),
        ("not XML", "is not whole XML: line 1, column 1"),
        ("", "is not whole XML: line 1"),
        ("<rss><channel><item><title>T", "is not whole XML"),
    ],
)
def test_another_file_is_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(CannotReadFeed, match=says):
        read(text)


def test_pages_before_a_mistake_are_read() -> None:
    pages = feed_reader.read(io.BytesIO(RSS[:-40].encode()), "the feed")
    assert next(pages).url == "https://news.example/en/ferry"
    with pytest.raises(CannotReadFeed):
        list(pages)


def test_too_many_nested_elements_are_refused() -> None:
    with pytest.raises(CannotReadFeed, match="nested elements"):
        read("<rss><channel>" + "<x>" * 200)


def test_only_the_beginning_of_an_html_title_is_read() -> None:
    """Python's parser would need hours for the whole of it."""
    title = "Ferry" + "&lt;a " * 50_000
    (page,) = read(f'<feed><entry><title type="html">{title}</title></entry></feed>')
    assert isinstance(page, FeedPage)
    assert page.title.startswith("Ferry")
    assert len(page.title) <= feed_reader.TITLE_HTML_MAX


def test_a_date_that_is_none_is_left_out() -> None:
    (page,) = read("<rss><channel><item><pubDate>yesterday</pubDate></item></channel></rss>")
    assert isinstance(page, FeedPage)
    assert page.published_at is None
