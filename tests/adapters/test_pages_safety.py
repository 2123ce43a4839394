"""Nothing that anybody writes becomes markup, and no page needs or asks for more than itself."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

import msgspec
import pytest

from yobal.adapters.rendering.pages import PageRenderer, SiteContext
from yobal.adapters.rendering.urls import web_url
from yobal.core.thread import Edition, NewestView, ThreadRef

Draw = Callable[..., dict[str, bytes]]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "</textarea><svg onload=alert(1)>",
    "</title></style><b>",
    "<!-- --> <![CDATA[ ]]>",
    "&lt;b&gt; &amp; &#60;",
    "{{ 7 * 7 }} {% raw %} %(name)s %s %",
    "javascript:alert(1)",
    "\u202etxet \u2066 \u0000 ▮▮",
    "a\n\nb\r\nc\td",
    "``` ${1} \\u003c \\x3c",
]
SHARE_HOSTS = {"wa.me", "t.me"}
OURS = {"comments.river.example", "river.example"}


class Seen(HTMLParser):
    """What a browser would make of a page: tags with their attributes, and the words between."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _tag, found in self.tags if attribute in found]


def html_of(drawn: dict[str, bytes]) -> dict[str, Seen]:
    return {name: Seen(page) for name, page in drawn.items() if name.endswith(".html")}


@pytest.mark.parametrize("edition", ["en", "km", "ar"])
@pytest.mark.parametrize("words", HOSTILE)
def test_words_never_become_markup_in_any_place_of_any_page(
    draw: Draw, words: str, edition: str
) -> None:
    calm, hostile = html_of(draw("plain▮", edition)), html_of(draw(words + "▮", edition))
    assert {name: page.shape() for name, page in hostile.items()} == {
        name: page.shape() for name, page in calm.items()
    }


@pytest.mark.parametrize("words", HOSTILE)
def test_words_come_out_as_they_went_in(draw: Draw, words: str) -> None:
    kept = words.replace("\r\n", "\n")  # the parser's own doing
    pages = html_of(draw(words))
    for name in ("index.html", "page/7.html", "thread.fragment.html", "answer/refused.html"):
        assert kept in pages[name].words.replace("\r\n", "\n"), name
    assert words in pages["answer/confirm.html"].values("value")


@pytest.mark.parametrize("words", HOSTILE)
def test_json_holds_the_words_and_nothing_else(draw: Draw, words: str) -> None:
    newest = msgspec.json.decode(draw(words)["index.json"])
    assert newest["title"] == words
    assert newest["comments"][0]["text"] == words + "▮▮▮"
    assert newest["comments"][0]["replies"][0]["parent_name"] == words


def test_no_page_has_a_script_an_inline_style_or_an_event_attribute(draw: Draw) -> None:
    for name, page in html_of(draw()).items():
        for tag, attributes in page.tags:
            assert tag not in {"script", "style", "iframe", "object", "embed", "img", "base"}, name
            assert not [one for one in attributes if one == "style" or one.startswith("on")], name


def test_no_page_points_anywhere_but_home_and_to_the_share_links(draw: Draw) -> None:
    for name, page in html_of(draw()).items():
        for address in page.values("href") + page.values("action") + page.values("src"):
            parts = urlsplit(address)
            assert parts.scheme in {"", "https", "mailto"}, (name, address)
            assert not parts.netloc or parts.netloc in SHARE_HOSTS | OURS, (name, address)


def test_a_fragment_has_whole_addresses_only(draw: Draw) -> None:
    for name, page in html_of(draw()).items():
        if ".fragment." in name:
            addresses = page.values("href") + page.values("action")
            assert addresses
            assert all(re.match(r"https://|mailto:", one) for one in addresses), name


def test_a_story_address_that_is_none_of_the_web_is_not_linked(site_context: SiteContext) -> None:
    edition = Edition(tag="en", title="T", url="javascript:alert(1)")
    place = ThreadRef(site_id="river", story_id="ferry", edition=edition)
    view = NewestView(thread=place, comments=(), comments_total=0, older_page=None)
    assert "javascript:" not in " ".join(
        Seen(PageRenderer(site_context).newest(view)["index.html"]).values("href")
    )
    assert web_url("https://river.example/ferry") == "https://river.example/ferry"
