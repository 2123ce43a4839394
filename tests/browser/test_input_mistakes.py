"""What a hand does without looking: a click too many, a digit, a menu, the key at the end of the page."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Route, expect

from tests.browser.actors import Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send, send_all

FOCUSED_IN_COMMENT = "document.activeElement.id"
LANGUAGE = ".story select"


def test_a_double_click_publishes_one_comment_and_not_the_next_one_unread(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), [f"Clicked twice {number}." for number in range(3)])
    desk = still.lead(actors)
    desk.open("Clicked twice 0.")
    open_before = _open(desk)
    publish = desk.page.get_by_role("button", name="Publish", exact=True)
    # The page's timers stand still, so that the key below comes too early even on a slow machine, and it does not lock.
    desk.page.clock.install()
    desk.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=5))
    publish.dblclick()
    expect(desk.toast).to_contain_text("Published")
    desk.page.keyboard.press("a")
    desk.page.clock.resume()
    desk.glance()
    assert _open(desk) == open_before - 1
    publish.click(delay=20)
    expect(desk.page.locator("li[data-state='done']")).to_have_count(2)


def test_a_digit_chooses_its_clause_and_the_focus_is_on_the_same_one(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Under the fifth clause.")
    desk = still.lead(actors)
    desk.open("Under the fifth clause.")
    desk.press("5")
    expect(desk.page.locator("input[value='spam']")).to_be_checked()
    expect(desk.page.locator("input[value='spam']")).to_be_focused()
    desk.press("Escape d")
    expect(desk.page.locator("input[value='spam']")).to_be_focused()
    desk.press("3")
    expect(desk.page.locator("input[value='personal-data']")).to_be_focused()
    desk.press("Enter")
    expect(desk.toast).to_contain_text("Rejected")


def test_control_enter_decides_from_the_editor_and_the_note(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story()
    for words in ("Sent from the editor.", "Sent from the note."):
        send(story, words, receipt=True)
    desk = still.lead(actors)
    desk.open("Sent from the editor.")
    desk.press("e")
    desk.page.locator("#edit-text").fill("Sent out of the editor.")
    desk.press("Control+Enter")
    expect(desk.focus).to_contain_text("Choose the kind of edit.")
    desk.choose("reworded")
    desk.choose("respect")
    desk.page.locator("#edit-text").focus()
    desk.press("Control+Enter")
    expect(desk.toast).to_contain_text("Published with an edit")
    desk.open("Sent from the note.")
    desk.press("d 2")
    desk.page.locator("#note").fill("Please say where you read it.")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#note")).to_have_value("Please say where you read it.\n")
    desk.press("Control+Enter")
    expect(desk.toast).to_contain_text("Rejected")


def test_the_language_menu_returns_the_focus_and_never_changes_unseen(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story("en", "km")
    send_all(story, ["In which language?", "In another one."])
    desk = still.lead(actors)
    comment = desk.open("In which language?")
    menu = desk.page.locator(LANGUAGE)
    menu.focus()
    before = menu.input_value()
    desk.press("k a e m d z 1")
    assert (menu.input_value(), desk.focus.get_attribute("data-id")) == (before, comment)
    assert desk.page.locator("#reject, #edit-text").count() == 0
    desk.press("Escape")
    assert desk.page.evaluate(FOCUSED_IN_COMMENT) == "focus"
    menu.dispatch_event("pointerdown")
    menu.select_option("km")
    assert desk.page.evaluate(FOCUSED_IN_COMMENT) == "focus"
    desk.open("In another one.")
    expect(menu).to_have_value("en")
    desk.open("In which language?")
    expect(menu).to_have_value("km")


def test_after_a_decision_the_focus_moves_on_and_is_announced_once(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), ["Spoken first.", "Spoken second."])
    desk = still.lead(actors)
    desk.open("Spoken first.")
    desk.page.evaluate("window.before = document.activeElement")
    desk.press("a")
    expect(desk.toast).to_contain_text("Published")
    assert desk.page.evaluate("[window.before.isConnected, document.activeElement.id]") == [
        False,
        "focus",
    ]
    said = desk.page.locator("[role=status]").inner_text()
    assert "Published" in said
    assert "Comment" not in said  # the element that has the focus says that


def test_a_digit_chooses_a_clause_when_rejecting_many(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), ["One of a flood.", "Another of a flood."])
    desk = still.lead(actors)
    desk.page.get_by_role("button", name="Reject all").click()
    desk.press("5")
    question = desk.page.get_by_role("dialog")
    expect(question.locator("input[value='spam']")).to_be_checked()
    expect(question.get_by_role("button", name="Reject").first).to_be_enabled()
    desk.press("Escape")
    expect(question).to_have_count(0)


def _open(desk: Moderator) -> int:
    return desk.page.locator("li[data-id]:not([data-state='done'])").count()


def test_a_late_response_does_not_turn_typed_text_into_shortcuts(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), [f"While others type {number}." for number in range(3)])
    desk = still.lead(actors)
    desk.open("While others type 0.")
    desk.press("a")
    expect(desk.toast).to_contain_text("Published")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/api/desk/undo-many", hold)
    desk.open("While others type 1.")
    open_before = _open(desk)
    with desk.page.expect_request("**/api/desk/undo-many"):
        desk.press("z e")
    field = desk.page.locator("#edit-text")
    expect(field).to_be_focused()
    held[0].continue_()
    expect(desk.toast).to_contain_text("Undone")
    desk.page.keyboard.type("aaa")
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile("aaa"))
    assert _open(desk) == open_before + 1


def test_the_focus_is_visible_on_comments_editor_and_empty_queue(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Where the keys act.")
    desk = still.lead(actors)
    desk.open("Where the keys act.")
    desk.press("k j k")
    expect(desk.focus.locator(".text")).to_have_css("outline-width", "2px")
    desk.press("e Escape")
    expect(desk.focus).to_be_focused()
    expect(desk.focus).to_have_css("outline-width", "2px")
    desk.press("Escape")
    while desk.page.locator("article#focus").count():
        before = desk.focus.get_attribute("data-id")
        desk.press("d 5 d")
        expect(desk.page.locator(f"article[data-id='{before}']")).to_have_count(0)
    expect(desk.page.locator("#focus.empty")).to_be_focused()
    expect(desk.page.locator("#focus.empty")).to_have_css("outline-width", "2px")
