"""A five-year-old browser knows neither `oklch` nor `light-dark()`: it must show a whole page."""

import re
from typing import Any, Final

from playwright.sync_api import Page, expect

from tests.browser.actors import PHONE, Actors, Reader
from tests.browser.fixtures import NewsroomWithLead

MODERN: Final = re.compile(r"oklch|light-dark|color-mix")
# Every button and field with what borders it, and the colours of page and words.
RENDERED: Final = """() => {
  const drawn = [...document.querySelectorAll(
    "button, textarea, input[type=text], input:not([type])")].map((element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return {
      what: element.textContent.trim() || element.id,
      border: style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) >= 1,
      line: style.borderTopColor,
      isPlain: element.matches("[form=yobal-reply]"),
      isSeen: box.width > 0,
    };
  });
  const page = getComputedStyle(document.body);
  return {
    drawn, ink: page.color, paper: page.backgroundColor,
    width: document.documentElement.scrollWidth, window: innerWidth,
  };
}"""


def test_without_modern_css_the_page_is_complete_and_buttons_have_borders(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story("en", "km")
    page = actors.context(**PHONE).new_page()
    plain = _served_stripped(page, story.newsroom.public_url)
    reader = Reader(page, story).open()
    assert len(plain) == 1
    assert not MODERN.search(plain[0])
    _check_rendered(page)
    reader.fill("Seen in an old browser.", name="n" * 61)
    reader.press("Send to the moderators")
    expect(page.locator(".yobal-errors")).to_be_visible()
    _check_rendered(page)
    page.locator("#yobal-name").fill("")
    reader.press("Send to the moderators")
    reader.receipt_code()
    _check_rendered(page)


def test_control_without_our_stylesheet_a_missing_border_is_noticed(
    still: NewsroomWithLead, actors: Actors
) -> None:
    page = actors.context(**PHONE).new_page()
    Reader(page, still.newsroom.story()).open()
    page.locator("button").first.evaluate("button => { button.style.border = '0' }")
    assert not all(element["border"] for element in _seen(page.evaluate(RENDERED)))


def _served_stripped(page: Page, origin: str) -> list[str]:
    """The stylesheet goes out without its `@supports` blocks; what was sent."""
    sent: list[str] = []

    def strip(route: Any) -> None:
        answer = route.fetch()
        sent.append(without_supports(answer.text()))
        route.fulfill(response=answer, body=sent[-1])

    page.route(f"{origin}/**/comments.css", strip)
    return sent


def without_supports(css: str) -> str:
    """CSS as a browser reads it that meets none of the conditions."""
    kept, at = "", 0
    for start in [match.start() for match in re.finditer("@supports", css)]:
        if start < at:
            continue
        kept, depth, end = kept + css[at:start], 0, css.index("{", start)
        while True:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
            if depth == 0:
                break
        at = end
    assert at > 0, "the stylesheet has no @supports block"
    return kept + css[at:]


def _seen(found: Any) -> list[dict[str, Any]]:
    return [element for element in found["drawn"] if element["isSeen"] and not element["isPlain"]]


def _check_rendered(page: Page) -> None:
    expect(page.locator("body")).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    found = page.evaluate(RENDERED)
    bare = [element["what"] for element in _seen(found) if not element["border"]]
    assert bare == []
    assert found["ink"] != found["paper"]
    assert "rgba(0, 0, 0, 0)" not in (found["ink"], found["paper"])
    assert all(
        element["line"] not in (found["paper"], "rgba(0, 0, 0, 0)") for element in _seen(found)
    )
    assert found["width"] <= found["window"]
