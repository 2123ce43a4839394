"""The markup is consistent: every reference has a target, every form posts to its thread."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from yobal.core import paths

RenderAll = Callable[..., dict[str, bytes]]


class ParsedPage(HTMLParser):
    """The ids of a page, the references to them, its forms, classes and stylesheets."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.referenced: set[str] = set()
        self.forms: list[dict[str, str | None]] = []
        self.classes: set[str] = set()
        self.stylesheets = 0
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.ids += [attributes["id"] or ""] if "id" in attributes else []
        for attribute in ("for", "form", "aria-labelledby", "aria-describedby"):
            self.referenced |= set((attributes.get(attribute) or "").split())
        href = attributes.get("href") or ""
        self.referenced |= {href[1:]} if href.startswith("#") else set()
        self.classes |= set((attributes.get("class") or "").split())
        self.forms += [attributes] if tag == "form" else []
        self.stylesheets += tag == "link" and attributes.get("rel") == "stylesheet"


@pytest.fixture(params=["en", "km"])
def pages(request: pytest.FixtureRequest, render_all: RenderAll) -> dict[str, ParsedPage]:
    rendered = render_all("plain", request.param)
    return {name: ParsedPage(page) for name, page in rendered.items() if name.endswith(".html")}


def test_ids_are_unique_and_every_referenced_id_exists(pages: dict[str, ParsedPage]) -> None:
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        assert page.referenced <= set(page.ids), name


def test_every_form_posts_plain_fields_to_the_threads_own_address(
    pages: dict[str, ParsedPage],
) -> None:
    for name, page in pages.items():
        base = "https://comments.river.example" if ".fragment." in name else ""
        for form in page.forms:
            assert form["method"] == "post"
            assert form["enctype"] == "application/x-www-form-urlencoded"
            assert form["accept-charset"] == "utf-8"
            assert form["autocomplete"] == "off"
            is_framed = name.startswith("frame/") or name == paths.FORM_FRAME
            assert form["action"] in {
                f"{base}/river/ferry/{edition}/" + (paths.FORM_FRAME if is_framed else "")
                for edition in ("en", "km")
            }, name


def test_every_class_begins_with_yobal(pages: dict[str, ParsedPage]) -> None:
    for page in pages.values():
        assert all(name == "yobal" or name.startswith("yobal-") for name in page.classes)


def test_a_page_has_one_stylesheet_and_a_fragment_has_none(pages: dict[str, ParsedPage]) -> None:
    for name, page in pages.items():
        assert page.stylesheets == (0 if ".fragment." in name else 1), name


def test_thread_and_form_fragments_share_no_id(pages: dict[str, ParsedPage]) -> None:
    thread, form = pages["thread.fragment.html"], pages["form.fragment.html"]
    assert not set(thread.ids) & set(form.ids)
