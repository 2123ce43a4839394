"""No text becomes markup, and no page loads anything from another host."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.adapters.conftest import ID_SUFFIX, make_thread
from tests.adapters.test_pages import make_comment
from yobal.adapters.rendering.comment_presenter import author_element
from yobal.adapters.rendering.i18n import translator_for
from yobal.adapters.rendering.pages import PageRenderer, SiteContext
from yobal.adapters.rendering.urls import web_url
from yobal.core import paths
from yobal.core.thread import Edition, NewestView, PageView, ThreadRef

RenderAll = Callable[..., dict[str, bytes]]
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


class ParsedPage(HTMLParser):
    """A page as a browser parses it: tags with their attributes, and the text between them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (tag, attrs) == ("br", []):  # stands before a line feed of a text
            return
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def values(self, attribute: str) -> list[str]:
        return [
            attributes[attribute] or "" for _tag, attributes in self.tags if attribute in attributes
        ]


def parse_html(rendered: dict[str, bytes]) -> dict[str, ParsedPage]:
    return {name: ParsedPage(page) for name, page in rendered.items() if name.endswith(".html")}


@pytest.mark.parametrize("edition", ["en", "km", "ar"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_never_becomes_markup_in_any_place_of_any_page(
    render_all: RenderAll, text: str, edition: str
) -> None:
    plain, hostile = (
        parse_html(render_all("plain▮", edition)),
        parse_html(render_all(text + "▮", edition)),
    )
    assert {name: page.shape() for name, page in hostile.items()} == {
        name: page.shape() for name, page in plain.items()
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_shown_as_it_was_sent(render_all: RenderAll, text: str) -> None:
    expected = text.replace("\r\n", "\n")  # HTMLParser normalizes line breaks
    pages = parse_html(render_all(text))
    for name in ("index.html", "page/7.html", "thread.fragment.html", "response/invalid.html"):
        assert expected in pages[name].text.replace("\r\n", "\n"), name
    assert text in pages["response/confirm.html"].values("value")


@pytest.mark.parametrize("text", HOSTILE)
def test_json_contains_the_text_unescaped(render_all: RenderAll, text: str) -> None:
    newest = msgspec.json.decode(render_all(text)["index.json"])
    assert newest["title"] == text
    assert newest["comments"][0]["text"] == text + "▮▮▮"
    assert newest["comments"][0]["replies"][0]["parent_name"] == text


def test_no_page_has_a_script_an_inline_style_or_an_event_attribute(render_all: RenderAll) -> None:
    """The only frame is the empty one that `embed.js` counts, in what is itself in a frame."""
    for name, page in parse_html(render_all()).items():
        is_framed = name.startswith("frame/") or name == paths.FORM_FRAME
        frames = [set(attributes) for tag, attributes in page.tags if tag == "iframe"]
        assert frames == ([{"title", "hidden"}] if is_framed else []), name
        for tag, attributes in page.tags:
            assert tag not in {"script", "style", "object", "embed", "img", "base"}, name
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (
                name
            )


def test_ids_in_an_answer_in_a_frame_cannot_be_guessed(render_all: RenderAll) -> None:
    """A page that knows an id can ask its frame to scroll there, and see how far its own window scrolled."""
    pages = parse_html(render_all())
    answers = {name: page for name, page in pages.items() if name.startswith("frame/")}
    assert answers["frame/invalid.html"].values("id")
    for name, page in answers.items():
        ids = page.values("id")
        assert all(element_id.endswith(ID_SUFFIX) for element_id in ids), name
        same_page = [url.removeprefix("#") for url in page.values("href") if url.startswith("#")]
        described = " ".join(page.values("aria-describedby")).split()
        assert {*page.values("for"), *described, *same_page} <= set(ids), name
    for name, page in pages.items():
        assert (ID_SUFFIX in " ".join(page.values("id"))) == bool(
            name in answers and page.values("id")
        ), name


def test_a_page_links_only_to_the_site_and_the_share_targets(render_all: RenderAll) -> None:
    for name, page in parse_html(render_all()).items():
        for url in page.values("href") + page.values("action") + page.values("src"):
            parts = urlsplit(url)
            assert parts.scheme in {"", "https", "mailto"}, (name, url)
            assert not parts.netloc or parts.netloc in SHARE_HOSTS | OURS, (name, url)


def test_a_fragment_contains_only_full_urls(render_all: RenderAll) -> None:
    for name, page in parse_html(render_all()).items():
        if ".fragment." in name:
            urls = page.values("href") + page.values("action")
            assert urls
            assert all(re.match(r"https://|mailto:", url) for url in urls), name


def test_a_story_url_that_is_not_http_is_not_linked(site_context: SiteContext) -> None:
    edition = Edition(tag="en", title="T", url="javascript:alert(1)")
    thread = ThreadRef(site_id="river", story_id="ferry", edition=edition)
    view = NewestView(thread=thread, comments=(), comments_total=0, older=None)
    assert "javascript:" not in " ".join(
        ParsedPage(PageRenderer(site_context).newest(view)["index.html"]).values("href")
    )
    assert web_url("https://river.example/ferry") == "https://river.example/ferry"


@pytest.mark.parametrize("is_fragment", [False, True])
def test_what_was_written_into_the_database_stays_inside_its_attribute(
    site_context: SiteContext, *, is_fragment: bool
) -> None:
    """A fragment is part of the newsroom's own page, which has no policy of ours."""
    hostile = '"><script>alert(1)</script>'
    clause = f"clause{hostile}"
    reply = make_comment("A reply.", id=f"b{hostile}")
    comment = make_comment(
        "x ▮▮▮▮▮▮▮▮",
        id=f"a{hostile}",
        lang=f"km{hostile}",
        edit_kind="masked",
        edited_clause=clause,
        replies=msgspec.to_builtins([reply]),
    )
    removed = make_comment("", id="c" * 26, removal="removed", removal_clause=clause)
    view = PageView(
        thread=make_thread("en"),
        number=1,
        last_position=2,
        has_newer=False,
        comments=(comment, removed),
    )
    suffix = ".fragment.html" if is_fragment else ".html"
    page = PageRenderer(site_context).page(view)[f"page/1{suffix}"]
    parsed = ParsedPage(page)
    assert "script" not in {tag for tag, _ in parsed.tags}
    assert {f"c-a{hostile}", f"c-b{hostile}"} <= set(parsed.values("id"))
    assert {f"a{hostile}", f"b{hostile}"} <= set(parsed.values("value"))
    assert f"km{hostile}" in parsed.values("lang")
    assert any(url.endswith(f"#{clause}") for url in parsed.values("href"))
    assert any(clause in title for title in parsed.values("title"))
    assert parsed.text.count(clause) == 2


def test_the_language_of_a_page_that_was_written_into_the_database_stays_inside_its_attribute() -> (
    None
):
    """A name in the script of an edition has the edition's language, on a page in another one."""
    hostile = 'fr"><script>alert(1)</script>'
    element = author_element(translator_for("km"), "Dara", hostile)
    parsed = ParsedPage(element.encode())
    assert parsed.tags == [("bdi", {"lang": hostile})]
    assert parsed.text == "Dara"
