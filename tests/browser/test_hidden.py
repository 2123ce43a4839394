"""A lead brings removed comments back, or destroys one, and tests the sheet: with the keyboard alone."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actors import PHONE, Actors, Moderator, wait_for
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom

SLOT_SECONDS = 20  # long enough to act between two slots, short enough to wait for one
NARROW = {"width": 360, "height": 740}
PICTURES = os.environ.get("PICTURES_DIR", "")  # a folder for pictures of the screens


@pytest.fixture(scope="module")
def own(browser_here: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsroomWithLead]:
    yield from serve_newsroom(
        browser_here, tmp_path_factory.mktemp("own"), release_interval_seconds=SLOT_SECONDS
    )


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        page.emulate_media(color_scheme="light")
        page.screenshot(path=f"{PICTURES}/{name}-light.png", full_page=True)
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=f"{PICTURES}/{name}-dark.png", full_page=True)


def _press(page: Page, button: Any) -> None:
    button.focus()
    page.keyboard.press("Enter")


def _remove(desk: Moderator, words: str) -> None:
    desk.look().go("History")
    _press(desk.page, desk.history_entry(words).get_by_role("button", name="Remove…"))
    desk.page.keyboard.press("5")
    _press(desk.page, desk.page.get_by_role("button", name="Remove now"))
    expect(desk.page.locator("li.decision", has_text="now removed").first).to_be_visible()


def test_removed_comments_are_brought_back_and_one_is_destroyed_with_the_keyboard(
    own: NewsroomWithLead, actors: Actors
) -> None:
    story = own.newsroom.story()
    desk = own.lead(actors)
    words = ["The first ferry.", "The second ferry.", "The third ferry."]
    for line in words:
        actors.reader(story).send(line, name="A reader")
    for line in words:
        desk.look().open(line)
        desk.press("a")
        expect(desk.toast).to_contain_text("Published")
    wait_for(lambda: sorted(story.texts()) == words, seconds=60)
    for line in words:
        _remove(desk, line)
    wait_for(lambda: not set(words) & set(story.texts()))

    desk.page.goto(f"{own.newsroom.desk_url}/#hidden")
    page = desk.page
    expect(desk.history_entry("Removed by Heron (Spam)")).to_have_count(3)
    _picture(page, "hidden-1280")
    _press(page, desk.history_entry(words[2]).get_by_role("button", name="Destroy now"))
    expect(page.get_by_role("button", name="Destroy for good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(desk.history_entry("Removed by Heron")).to_have_count(2)
    _press(page, page.get_by_role("button", name="Bring back all that Heron removed"))
    expect(page.get_by_text("There are no hidden comments.")).to_be_visible()
    wait_for(lambda: set(words[:2]) <= set(story.texts()))
    desk.go("History")
    expect(page.locator("li.decision", has_text="Brought back by Heron")).to_have_count(2)
    expect(page.locator("li.decision", has_text="Destroyed by Heron")).to_have_count(1)


def test_a_sheet_is_tested_on_the_page_of_keys(own: NewsroomWithLead, actors: Actors) -> None:
    desk = own.lead(actors)
    page = desk.page
    desk.go("Keys")
    expect(page.locator("li.member", has_text="never tested")).to_have_count(1)
    expect(page.locator("table.overview tbody tr")).to_have_count(1)
    _picture(page, "keys-1280")
    sheet = page.get_by_label("The 32 characters on the sheet")
    sheet.fill("0" * 32)
    page.keyboard.press("Enter")
    expect(page.locator("#tested-sheet-error")).to_contain_text("do not match")
    sheet.fill(own.sheet)
    page.keyboard.press("Enter")
    expect(page.locator("#sheet-result")).to_be_focused()
    expect(page.locator("li.member", has_text="never tested")).to_have_count(0)
    desk.look()
    desk.go("People")
    expect(page.locator("li.member", has_text="since ").first).to_contain_text("last opened")
    _picture(page, "people-1280")


@pytest.mark.parametrize("tab", ["hidden", "people", "keys"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    own: NewsroomWithLead, actors: Actors, tab: str
) -> None:
    desk = own.lead_in_fresh_browser(actors, **PHONE | {"viewport": NARROW, "screen": NARROW})
    desk.page.goto(f"{own.newsroom.desk_url}/#{tab}")
    expect(desk.page.locator("main h1")).to_have_text(tab.capitalize())
    expect(desk.page.locator(".empty", has_text="Loading")).to_have_count(0)
    # A phone widens its layout for what is too wide, and `innerWidth` with it.
    assert desk.page.evaluate("document.documentElement.scrollWidth <= screen.width")
    _picture(desk.page, f"{tab}-phone")
