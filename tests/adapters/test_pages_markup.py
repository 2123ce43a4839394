"""The markup holds together: every reference has its target, every form goes to the thread."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

Draw = Callable[..., dict[str, bytes]]


class Ids(HTMLParser):
    """Ids, what points to them, forms and labelled fields of one page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.pointed: set[str] = set()
        self.forms: list[dict[str, str | None]] = []
        self.classes: set[str] = set()
        self.sheets = 0
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        for attribute in ("for", "form", "aria-labelledby", "aria-describedby"):
            self.pointed |= set((given.get(attribute) or "").split())
        address = given.get("href") or ""
        self.pointed |= {address[1:]} if address.startswith("#") else set()
        self.classes |= set((given.get("class") or "").split())
        self.forms += [given] if tag == "form" else []
        self.sheets += tag == "link" and given.get("rel") == "stylesheet"


@pytest.fixture(params=["en", "km"])
def pages(request: pytest.FixtureRequest, draw: Draw) -> dict[str, Ids]:
    drawn = draw("plain", request.param)
    return {name: Ids(page) for name, page in drawn.items() if name.endswith(".html")}


def test_ids_are_unique_and_whatever_is_pointed_to_is_there(pages: dict[str, Ids]) -> None:
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        assert page.pointed <= set(page.ids), name


def test_every_form_posts_plain_fields_to_the_threads_own_address(pages: dict[str, Ids]) -> None:
    for name, page in pages.items():
        base = "https://comments.river.example" if ".fragment." in name else ""
        for form in page.forms:
            assert form["method"] == "post"
            assert form["enctype"] == "application/x-www-form-urlencoded"
            assert form["accept-charset"] == "utf-8"
            assert form["autocomplete"] == "off"
            assert form["action"] in {f"{base}/river/ferry/{one}/" for one in ("en", "km")}, name


def test_every_class_is_ours(pages: dict[str, Ids]) -> None:
    for page in pages.values():
        assert all(one == "yobal" or one.startswith("yobal-") for one in page.classes)


def test_a_page_has_one_stylesheet_and_a_fragment_none(pages: dict[str, Ids]) -> None:
    for name, page in pages.items():
        assert page.sheets == (0 if ".fragment." in name else 1), name


def test_thread_and_form_stand_on_one_page_without_sharing_an_id(pages: dict[str, Ids]) -> None:
    thread, form = pages["thread.fragment.html"], pages["form.fragment.html"]
    assert not set(thread.ids) & set(form.ids)
