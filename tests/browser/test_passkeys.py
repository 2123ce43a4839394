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


def _sign_out(moderator: Moderator) -> None:
    """Locking without a PIN signs out."""
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
    expect(lead.page.locator("#passkey-words")).to_have_value("")
    expect(_entry(lead.page)).to_contain_text("on one device only")
    _sign_out(lead)
    _press(lead.page, "Use a passkey")
    lead.settled()
    expect(lead.row("Opened with one touch.")).to_have_count(1)
    (credential,) = device.credentials
    assert credential["isResidentCredential"]
    assert credential["userName"] == NAME, "the device does not learn the pseudonym"
    lead.go("My keys")
    _remove(lead.page)
    expect(lead.page.get_by_role("heading", name="This desk is closed for you")).to_be_visible()


def test_a_device_without_prf_is_named_and_nothing_is_half_added(lead: Moderator) -> None:
    device = Authenticator(lead.page, hasPrf=False)
    _add(lead)
    expect(lead.page.locator("#passkeys-error")).to_contain_text("lacks the extension “PRF”")
    expect(lead.page.locator("li.member")).to_have_count(0)
    assert device.credentials == [], "the browser was told to forget it"


def test_wrong_words_add_nothing_and_do_not_even_ask_the_device(lead: Moderator) -> None:
    device = Authenticator(lead.page)
    lead.passphrase = " ".join(reversed(lead.passphrase.split()))
    _add(lead)
    expect(lead.page.locator("#passkeys-error")).to_contain_text("not your seven words")
    assert device.credentials == []


def test_a_device_gets_one_passkey_and_a_removed_one_is_refused(
    still: NewsroomWithLead, lead: Moderator, actors: Actors
) -> None:
    device = Authenticator(lead.page)
    _add(lead)
    expect(_entry(lead.page)).to_have_count(1)
    _add(lead, "The same device")
    expect(lead.page.locator("#passkeys-error")).to_contain_text("already has a passkey of yours")
    other = still.lead_in_fresh_browser(actors)  # which cannot tell the device to forget it
    other.go("My keys")
    _remove(other.page)
    expect(other.page.locator("#keys-result")).to_contain_text("was removed")
    assert len(device.credentials) == 1
    _sign_out(lead)
    _press(lead.page, "Use a passkey")
    expect(lead.page.locator("#sign-in-error")).to_contain_text("does not accept this passkey")


def test_an_expired_session_is_renewed_with_a_touch(lead: Moderator) -> None:
    device = Authenticator(lead.page)
    _add(lead)
    expect(_entry(lead.page)).to_have_count(1)
    lead.page.context.clear_cookies()
    lead.go("People")
    dialog = lead.page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_role("button", name="Use a passkey").click()
    expect(dialog).to_have_count(0)
    lead.go("My keys")
    _remove(lead.page)
    expect(lead.page.get_by_role("heading", name="This desk is closed for you")).to_be_visible()
    assert device.credentials == []


def test_a_new_sheet_is_tested_before_the_old_one_stops(
    still: NewsroomWithLead, lead: Moderator, actors: Actors
) -> None:
    page, old = lead.page, still.sheet
    lead.go("My keys")
    page.locator("#sheet-words").fill(lead.passphrase)
    _press(page, "Make a new sheet")
    groups = page.locator(".groups span")
    expect(groups).to_have_count(8)
    new = " ".join(groups.all_inner_texts())
    page.locator("#sheet-typed").fill(old)
    _press(page, "Test it and make it valid")
    expect(page.locator("#sheet-typed-error")).to_contain_text("Your old sheet still works")
    page.locator("#sheet-typed").fill(new.lower())
    _press(page, "Test it and make it valid")
    expect(page.locator("#keys-result")).to_contain_text("tested and works")
    still.sheet = new
    other = actors.moderator(still.newsroom)
    other.page.goto(f"{still.newsroom.desk_url}/recover")
    other.page.locator("#pseudonym").fill(still.pseudonym)
    other.page.locator("#sheet").fill(old)
    _press(other.page, "Make a new passphrase")
    expect(other.page.locator("#recover-error")).to_contain_text("do not match")
    other.recover(still.pseudonym, new)
    still.passphrase = other.passphrase
