"""The desk's pages beside the queue, for axe and for screenshots: keys, hidden comments, imports and the lock."""

from collections.abc import Callable, Sequence

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.actors import Moderator
from tests.browser.authenticator import Authenticator
from tests.browser.newsroom import BrowserNewsroom
from tests.imports.importing import SAMPLES

Look = Callable[[str, Page], None]
PIN = "4711"
HIDDEN_TRIES = 6
HIDDEN_MS = 1_500


def locked(look: Look, desk: Moderator) -> None:
    """With an edit that was begun, which is there again afterwards."""
    draft = desk.page.locator("#edit-text").input_value()
    desk.page.keyboard.press("Control+Shift+L")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Locked")
    look("desk-locked", desk.page)
    desk.page.locator("#pin").fill("0000")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#pin-error")).to_be_visible()
    look("desk-locked-wrong-pin", desk.page)
    desk.page.locator("#pin").fill(PIN)
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#edit-text")).to_have_value(draft)


def set_pin(desk: Moderator) -> None:
    desk.go("People")
    desk.page.get_by_label("A PIN for this session").fill(PIN)
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#sessions-result")).to_be_focused()
    desk.go("Queue")


def own_keys(look: Look, moderator: Moderator) -> None:
    """My keys before and after a passkey is added, a new sheet, and signing in with the passkey."""
    page = moderator.page
    Authenticator(page)
    moderator.go("My keys")
    expect(page.locator("#new-passkey-name")).to_be_visible()
    look("desk-my-keys", page)
    page.locator("#new-passkey-name").fill("Blue key")
    page.locator("#passkey-words").fill(moderator.passphrase)
    _press(page, "Add a passkey")
    expect(page.locator("#keys-result")).to_contain_text("was added")
    look("desk-my-keys-passkey", page)
    page.locator("li.member").get_by_role("button", name="Remove…").click()
    expect(page.get_by_role("button", name="Remove the passkey")).to_be_visible()
    look("desk-my-keys-remove", page)
    _press(page, "Keep it")
    _press(page, "Make it with a passkey")
    expect(page.locator("#sheet-typed")).to_be_visible()
    look("desk-my-keys-sheet", page)
    page.emulate_media(media="print")
    look("desk-my-keys-sheet-printed", page)
    page.emulate_media(media="screen")
    _press(page, "Keep the old sheet")
    _press(page, "Lock")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    look("desk-sign-in-passkey", page)
    _press(page, "Use a passkey")
    moderator.settled()


def hidden(look: Look, desk: Moderator, remove: Callable[[], Sequence[str]]) -> None:
    """A removed text is hidden for a slot or two, which is short here: the page is opened until it has one."""
    for _ in range(HIDDEN_TRIES):
        remove()
        desk.go("Queue")
        desk.go("Hidden")
        button = desk.page.get_by_role("button", name="Destroy now").first
        try:
            button.click(timeout=HIDDEN_MS)
            break
        except PlaywrightTimeout:
            continue
    expect(desk.page.locator(".destruction")).to_be_visible()
    look("desk-hidden", desk.page)


def imports(look: Look, desk: Moderator, newsroom: BrowserNewsroom) -> None:
    """A lead looks at an import, reads some of it, and refuses it."""
    newsroom.story(key="ferry")
    newsroom.import_comments("old-site", SAMPLES / "disqus.xml")
    desk.go("Imports")
    section = desk.page.get_by_role("region", name="old-site")
    expect(section).to_be_visible()
    look("desk-imports", desk.page)
    section.get_by_role("button", name="Show some of them").click()
    expect(section.get_by_role("list")).to_be_visible()
    look("desk-imports-sample", desk.page)
    section.get_by_role("button", name="Refuse…").click()
    look("desk-imports-refuse", desk.page)
    section.get_by_role("button", name="Delete them").click()
    expect(section.get_by_role("button", name="Sign", exact=True)).to_have_count(0)


def _press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
