"""Passkeys at the desk, with Chromium's virtual authenticator."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actors import Actors, Moderator
from tests.browser.authenticator import Authenticator
from tests.browser.fixtures import NewsroomWithLead

NAME = "Blue key"


@pytest.fixture
def lead(still: NewsroomWithLead, actors: Actors) -> Moderator:
    """In a fresh browser, with no passkeys from other tests."""
    moderator = still.lead_in_fresh_browser(actors)
    moderator.sheet = still.sheet
    return moderator


def _add(moderator: Moderator, name: str = NAME) -> None:
    moderator.go("My keys")
    moderator.page.locator("#new-passkey-name").fill(name)
    moderator.page.locator("#passkey-words").fill(moderator.passphrase)
    _press(moderator.page, "Add a passkey")


def _press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def _entry(page: Page, name: str = NAME) -> Any:
    return page.locator("li.member", has_text=name)


def _remove(page: Page, name: str = NAME) -> None:
    _entry(page, name).get_by_role("button", name="Remove…").click()
    _press(page, "Remove the passkey")


def _lock(moderator: Moderator) -> None:
    _press(moderator.page, "Lock")
    expect(moderator.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_one_touch_signs_in_and_opens_the_comments(
    still: NewsroomWithLead, lead: Moderator, actors: Actors
) -> None:
    reader = actors.reader(still.newsroom.story())
    reader.send("Opened with one touch.")
    device = Authenticator(lead.page)
    _add(lead)
    expect(lead.page.locator("#keys-result")).to_contain_text("was added")
    expect(_entry(lead.page)).to_contain_text("on one device only")
    _lock(lead)
    _press(lead.page, "Use a passkey")
    lead.settled()
    expect(lead.row("Opened with one touch.")).to_have_count(1)
    (credential,) = device.credentials
    assert credential["isResidentCredential"]
    assert credential["userName"] == NAME, "the device does not learn the pseudonym"
    lead.go("My keys")
    _remove(lead.page)
    expect(lead.page.get_by_role("heading", name="This desk is closed for you")).to_be_visible()
