"""A page of fifty: rejected at once, after a question that counts, and undone as one; and left for the next."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.actors import Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send_all


def test_rejecting_a_page_of_fifty_asks_first_with_the_number(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), [f"Slogan {number}" for number in range(51)])
    desk = still.lead(actors)
    waiting = _number(desk.page.locator("#queue-title"))
    _reject_fifty(desk)
    assert _number(desk.page.locator("#queue-title")) == waiting - 50
    desk.press("z")
    expect(desk.toast).to_contain_text("Undone")
    assert _number(desk.look().page.locator("#queue-title")) == waiting
    _reject_fifty(desk)


def test_j_at_the_end_of_a_page_loads_the_next_one(still: NewsroomWithLead, actors: Actors) -> None:
    send_all(still.newsroom.story(), [f"Of two pages {number}." for number in range(60)])
    desk = still.lead(actors)
    first = desk.page.locator("li[data-id]").first.get_attribute("data-id")
    desk.page.locator("li[data-id] button").last.click()
    desk.press("j")
    expect(desk.page.locator(f"li[data-id='{first}']")).to_have_count(0)
    expect(desk.focus).to_be_focused()
    expect(desk.page.get_by_role("button", name="Back to the oldest")).to_be_visible()


def _reject_fifty(desk: Moderator) -> None:
    desk.page.get_by_role("button", name="Reject all 50 on this page…").click()
    question = desk.page.get_by_role("dialog")
    expect(question).to_contain_text("Reject 50 comments?")
    reject = question.get_by_role("button", name="Reject 50 comments")
    expect(reject).to_be_disabled()
    desk.choose("spam")
    reject.click()
    expect(desk.toast).to_contain_text("50 comments: Rejected")


def _number(title: Any) -> int:
    return int(title.inner_text().split()[0])
