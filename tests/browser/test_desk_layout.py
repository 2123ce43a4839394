"""Nothing that is being read moves, and the buttons are in sight: at 1,280 x 800 and on a phone."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.actors import Actors, Moderator, wait_for
from tests.browser.bulk import BulkHarness, open_bulk_harness
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send, send_all

SMALL_DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
SMALL_PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 360, "height": 640},
    "is_mobile": True,
    "has_touch": True,
}
# Where the row in focus begins, from the top of the list, in thirds of its height.
ROW = """() => {
  const list = document.querySelector(".queue");
  const row = document.querySelector(".row[aria-current='true']");
  return (row.getBoundingClientRect().top - list.getBoundingClientRect().top) * 3 / list.clientHeight;
}"""

# How far a button's text is from its edge.
INSET = """button => {
  const { borderInlineStartWidth, paddingInlineStart } = getComputedStyle(button);
  return parseFloat(borderInlineStartWidth) + parseFloat(paddingInlineStart);
}"""


@pytest.fixture(scope="module")
def bulk(quick: NewsroomWithLead) -> Iterator[BulkHarness]:
    yield from open_bulk_harness(quick)


def test_the_row_in_focus_stays_a_third_from_the_top_and_decided_rows_fold(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), [f"In a long list {number}." for number in range(30)])
    desk = still.lead(actors)
    desk.page.set_viewport_size(SMALL_DESKTOP)
    desk.page.locator("li[data-id] button").nth(8).click()
    for decided in range(1, 6):
        before = desk.page.evaluate(ROW)
        assert 0.8 < before < 1.2, before
        desk.press("a" if decided % 2 else "5 d")
        expect(desk.page.locator(".fold, [data-state='done']").first).to_be_visible()
        expect(desk.page.locator("[data-state='sending']")).to_have_count(0)
    fold = desk.page.locator(".fold summary")
    expect(fold).to_have_text(re.compile(r"3 done\s+✓ 2\s+published\s+✕ 1\s+rejected"))
    expect(fold).to_be_in_viewport()
    fold.click()
    expect(desk.page.locator(".fold li")).to_have_count(3)
    expect(desk.page.locator(".fold li").nth(1)).to_contain_text("✕ Rejected (Spam)")
    desk.press("z")
    expect(fold).to_contain_text("2 done")


def test_the_button_that_sends_is_in_sight_at_1280_by_800(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Longer than a screen. " * 80, receipt=True)
    desk = still.lead(actors)
    desk.page.set_viewport_size(SMALL_DESKTOP)
    desk.open("Longer than a screen.")
    expect(_button(desk, "Publish")).to_be_in_viewport(ratio=1)
    desk.press("d")
    expect(desk.page.locator("#reject")).to_be_in_viewport(ratio=1)
    desk.press("Escape e")
    expect(desk.page.locator("#publish-edited")).to_be_in_viewport(ratio=1)
    # The control: without the rule it is far below.
    desk.focus.locator(".actions").evaluate("bar => { bar.style.position = 'static'; }")
    expect(desk.page.locator("#publish-edited")).not_to_be_in_viewport()


def test_all_of_the_form_for_a_rejection_is_in_sight_at_1280_by_800(
    quick: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    story = quick.newsroom.story()
    send(story, "A parent of three lines. " * 8)
    bulk.publish_all(story)
    wait_for(lambda: len(story.texts()) == 1)
    parent_id = story.json()["comments"][0]["id"]
    for words in ("A short reply.", "A long reply. " * 60):
        bulk.send(words, parent_id=parent_id, story_id=story.key, edition="en")
    desk = quick.lead(actors)
    desk.page.set_viewport_size(SMALL_DESKTOP)
    for words in ("A short reply.", "A long reply."):
        desk.open(words)
        desk.press("d")
        bar = desk.page.locator(".rejection .actions").bounding_box()
        assert bar is not None
        for part in (*desk.page.locator(".rejection label").all(), desk.page.locator("#note")):
            box = part.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= bar["y"], words
            expect(part).to_be_in_viewport(ratio=1)
        desk.press("Escape")


def test_on_a_phone_four_buttons_are_at_the_bottom_and_no_key_is_named(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), ["On a small phone.", "The one after it."])
    desk = still.lead_in_fresh_browser(actors, **SMALL_PHONE)
    header = desk.page.locator(".header").bounding_box()
    notices = desk.page.locator(".notices").bounding_box()
    assert header is not None
    assert notices is not None
    assert notices["y"] + notices["height"] <= 640 / 3
    desk.row("On a small phone.").locator("button").click()
    bar = desk.page.locator(".phone-bar")
    names = bar.get_by_role("button").all_inner_texts()
    assert [name.strip() for name in names] == ["Skip", "Reject", "Edit", "Publish"]
    for button in bar.get_by_role("button").all():
        expect(button).to_be_in_viewport(ratio=1)
    assert desk.page.locator("kbd:visible").count() == 0
    comment = desk.focus.get_attribute("data-id")
    bar.get_by_role("button", name="Edit").click()
    assert desk.page.locator("kbd:visible").count() == 0
    expect(desk.page.locator("#publish-edited")).to_be_in_viewport(ratio=1)
    expect(bar).to_have_count(0)
    desk.page.get_by_role("button", name="Close").click()
    bar.get_by_role("button", name="Publish").click()
    expect(desk.toast).to_contain_text("Published, appears at")
    expect(desk.focus).not_to_have_attribute("data-id", str(comment))


def test_the_whole_form_for_a_removal_is_in_sight_at_1280_by_800(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    send_all(story, ["To be removed from a small screen."])
    desk = quick.lead(actors)
    desk.page.set_viewport_size(SMALL_DESKTOP)
    comment = desk.open("To be removed from a small screen.")
    desk.press("a")
    wait_for(lambda: story.texts() == ["To be removed from a small screen."])
    desk.go("History")
    entry = desk.page.locator(f"li.decision[data-id='{comment}']")
    # At the fold, wherever the entry stands in the list.
    entry.evaluate("entry => { entry.style.marginBlockStart = '560px'; scrollTo(0, 0); }")
    entry.get_by_role("button", name="Remove…").focus()
    desk.press("Enter")
    expect(desk.page.locator(".removal-form input").first).to_be_focused()
    expect(desk.page.get_by_role("button", name="Remove now")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [360, 1280])
def test_an_entry_of_the_history_is_three_lines_high(
    quick: NewsroomWithLead, bulk: BulkHarness, actors: Actors, width: int
) -> None:
    story = quick.newsroom.story(title="Ferry")
    send(story, f"One line for the history at {width}.", name="Delta")
    bulk.publish_all(story)
    wait_for(lambda: len(story.texts()) == 1)
    desk = quick.lead(actors)
    desk.page.set_viewport_size({"width": width, "height": 800})
    desk.go("History")
    entry = desk.page.locator("li.decision", has_text=f"history at {width}.")
    box = entry.bounding_box()
    name = entry.get_by_text("Delta").bounding_box()
    button = entry.get_by_role("button", name="Remove…").bounding_box()
    assert box is not None
    assert name is not None
    assert button is not None
    assert box["height"] <= 120
    assert button["y"] < name["y"] + name["height"] / 2 < button["y"] + button["height"]
    assert button["height"] >= 44


def test_on_a_phone_the_missing_choices_are_in_sight_beside_the_message(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Edited on a small phone.")
    desk = still.lead_in_fresh_browser(actors, **SMALL_PHONE)
    desk.row("Edited on a small phone.").locator("button").click()
    desk.page.locator(".phone-bar").get_by_role("button", name="Edit").click()
    desk.page.locator("#edit-text").fill("Edited.")
    desk.page.locator("#publish-edited").click()
    message = desk.focus.locator(".actions .item-message")
    expect(message).to_be_in_viewport(ratio=1)
    kinds = desk.focus.locator(".chips").first
    expect(kinds).to_be_in_viewport(ratio=1)
    chips, bar = kinds.bounding_box(), desk.focus.locator(".editor .actions").bounding_box()
    assert chips is not None
    assert bar is not None
    assert chips["y"] + chips["height"] <= bar["y"]


def test_on_a_phone_the_current_tab_is_in_sight(still: NewsroomWithLead, actors: Actors) -> None:
    desk = still.lead_in_fresh_browser(actors, **SMALL_PHONE)
    current = desk.page.locator(".header nav a[aria-current]")
    desk.page.goto(f"{still.newsroom.desk_url}/#imports")
    expect(current).to_have_text("Imports")
    expect(current).to_be_in_viewport(ratio=1)
    desk.go("Queue")
    expect(current).to_have_text("Queue")
    expect(current).to_be_in_viewport(ratio=1)
    # The control: where the line is when it was not scrolled, the last tab is out of sight.
    last = desk.page.get_by_role("link", name="Imports", exact=True)
    desk.page.locator(".header nav").evaluate("line => { line.scrollLeft = 0; }")
    expect(last).not_to_be_in_viewport(ratio=1)


def test_on_a_phone_a_button_on_a_line_of_its_own_begins_where_the_line_begins(
    still: NewsroomWithLead, actors: Actors
) -> None:
    desk = still.lead_in_fresh_browser(actors, **SMALL_PHONE)
    desk.go("People")
    session = desk.page.locator(".sessions li").first
    button = session.get_by_role("button")
    name, end = session.locator("b").bounding_box(), button.bounding_box()
    inset = button.evaluate(INSET)
    assert name is not None
    assert end is not None
    assert end["y"] > name["y"] + name["height"], "not on a line of its own"
    assert abs(end["x"] + inset - name["x"]) < 1


def _button(desk: Moderator, name: str) -> Any:
    return desk.focus.get_by_role("button", name=name)
