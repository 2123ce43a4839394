"""A lead removes a colleague, and a colleague leaves: with the keyboard, in real browsers."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actors import Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import STILL_SECONDS
from tests.browser.sending import send

CLOSED: str = "This desk is closed for you"


@pytest.fixture(scope="module")
def own(browser_here: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsroomWithLead]:
    """A newsroom whose members come and go."""
    yield from serve_newsroom(
        browser_here, tmp_path_factory.mktemp("own"), release_interval_seconds=STILL_SECONDS
    )


def _member(page: Page, pseudonym: str) -> Any:
    return page.locator("li.member", has=page.locator("bdi", has_text=pseudonym))


def _publish(moderator: Moderator, words: str) -> None:
    moderator.open(words)
    moderator.press("a")
    expect(moderator.toast).to_contain_text("Published")


def test_a_lead_removes_a_colleague_with_the_keyboard_and_their_desk_closes(
    own: NewsroomWithLead, actors: Actors
) -> None:
    story = own.newsroom.story()
    send(story, "Accepted by Egret.")
    lead = own.lead_in_fresh_browser(actors)
    egret = actors.moderator(own.newsroom).join(lead, "Egret")
    _publish(egret.look(), "Accepted by Egret.")

    lead.page.goto(f"{own.newsroom.desk_url}/#people")
    lead.page.reload()
    remove = _member(lead.page, "Egret").get_by_role("button", name="Remove")
    expect(_member(lead.page, "Heron").get_by_role("button")).to_have_count(0)
    remove.focus()
    lead.page.keyboard.press("Enter")
    dialog = lead.page.get_by_role("dialog", name="Remove Egret?")
    expect(dialog.get_by_role("listitem")).to_have_count(5)
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    lead.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(remove).to_be_focused()
    lead.page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    lead.page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Remove Egret")).to_be_focused()
    lead.page.keyboard.press("Enter")
    result = lead.page.locator("#removal-result")
    expect(result).to_be_focused()
    expect(result).to_contain_text("Egret is removed, and a new key has begun. 1 comment")
    expect(_member(lead.page, "Egret")).to_have_count(0)

    egret.go("History")
    expect(egret.page.get_by_role("heading", level=1)).to_have_text(CLOSED)
    expect(egret.page.get_by_role("alert")).to_contain_text("a lead has removed you")
    egret.page.get_by_role("link", name="To the sign-in page").click()
    egret.type_passphrase("Egret")
    expect(egret.page.get_by_role("alert")).to_contain_text("Wrong pseudonym or passphrase")

    send(story, "Sealed to the new key.")
    lead.page.goto(f"{own.newsroom.desk_url}/#queue")
    lead.page.reload()
    for words in ("Accepted by Egret.", "Sealed to the new key."):
        lead.open(words)


def test_a_colleague_leaves_and_the_leads_open_desk_begins_a_new_key_by_itself(
    own: NewsroomWithLead, actors: Actors
) -> None:
    story = own.newsroom.story()
    lead = own.lead_in_fresh_browser(actors)
    ibis = actors.moderator(own.newsroom).join(lead, "Ibis")
    swift = actors.moderator(own.newsroom).join(lead, "Swift")
    ibis.go("People")
    expect(_member(ibis.page, "Heron").get_by_role("button")).to_have_count(0)
    _member(ibis.page, "Ibis").get_by_role("button", name="Leave").click()
    ibis.page.get_by_role("button", name="Leave this desk").click()
    expect(ibis.page.get_by_role("alert")).to_contain_text("You have left this desk")

    with lead.page.expect_response("**/api/desk/begin-epoch") as begun:
        lead.look()
    assert begun.value.status == 200
    send(story, "Sealed after Ibis left.")
    swift.page.goto(f"{own.newsroom.desk_url}/")
    for moderator in (lead.look(), swift):
        moderator.open("Sealed after Ibis left.")
        expect(moderator.focus).to_contain_text("Sealed after Ibis left.")


def test_the_second_of_two_removals_at_once_says_that_the_list_changed(
    own: NewsroomWithLead, actors: Actors
) -> None:
    lead = own.lead_in_fresh_browser(actors)
    actors.moderator(own.newsroom).join(lead, "Avocet")
    other = actors.moderator(own.newsroom).join(lead, "Plover", role="lead")
    for moderator in (lead, other):
        moderator.page.goto(f"{own.newsroom.desk_url}/#people")
        moderator.page.reload()
        _member(moderator.page, "Avocet").get_by_role("button", name="Remove").click()
    for moderator in (lead, other):
        moderator.page.get_by_role("button", name="Remove Avocet").click()
        expect(moderator.page.get_by_role("dialog")).to_have_count(0)
    expect(lead.page.locator("#removal-result")).to_be_visible()
    error = other.page.locator("#removal-error")
    expect(error).to_be_focused()
    expect(error).to_contain_text("No member was removed")
    expect(_member(other.page, "Avocet")).to_have_count(0)
