"""People in Chromium: readers on phones, moderators at desks; and a watch on what their pages do."""

import re
import time
from collections.abc import Callable
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
)

from tests.browser.newsroom import BrowserNewsroom, Story

PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 900}}
CODE: Final = re.compile(r"^[0-9A-HJKMNP-TV-Z]{5}( [0-9A-HJKMNP-TV-Z]{5}){3}$")
SIX_WORDS: Final = re.compile(r"^\s*[a-z-]+( [a-z-]+){5}\s*$")
INVITATION: Final = re.compile(r"/join#([\w-]{43}\.){3}(lead|moderator)$")
DECIDING: Final = ("a", "d", "Enter")
LOCAL_HOSTS: Final = ("127.0.0.1", "localhost")
WAIT_MS: Final = 30_000
expect.set_options(timeout=WAIT_MS)


class Watch:
    """Records what pages must not do: dialogs, requests to other hosts, CSP reports, script errors."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def observe(self, context: BrowserContext) -> None:
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in LOCAL_HOSTS:
            self.seen.append(f"request: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if re.search(
            r"content security policy|trusted ?(type|script|html)", message.text, re.IGNORECASE
        ):
            self.seen.append(f"csp: {message.text}")


class Reader:
    """A reader of a story, on a phone, with JavaScript off by default."""

    def __init__(self, page: Page, story: Story) -> None:
        self.page = page
        self.story = story

    def open(self) -> "Reader":
        self.page.goto(self.story.url)
        return self

    def fill(self, words: str, *, name: str = "", receipt: bool = True) -> None:
        self.page.locator("#yobal-text").fill(words)
        self.page.locator("#yobal-name").fill(name)
        self.page.locator("#yobal-receipt").set_checked(receipt)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def send(self, words: str, *, name: str = "") -> str:
        """Both steps of the form under the thread; the receipt's code."""
        self.fill(words, name=name)
        self.press("Send to the moderators")
        expect(self.page.get_by_role("heading", name="Read it once more")).to_be_visible()
        self.press("Send to the moderators")
        return self.receipt_code()

    def reply(self, words: str, *, name: str = "") -> str:
        """Answer the first comment: the form comes from the intake, so one step is enough."""
        self.page.locator("button[name='parent_id']").first.click()
        self.fill(words, name=name)
        self.press("Send to the moderators")
        return self.receipt_code()

    def receipt_code(self) -> str:
        expect(self.page.get_by_role("heading", name="Your comment reached us")).to_be_visible()
        self.story.newsroom.wait_for_round()
        code = self.page.locator(".yobal-ticket .yobal-code").inner_text()
        assert CODE.match(code), code
        return code.replace(" ", "-")

    def find(self, code: str) -> None:
        """Type the receipt's code into the thread's page."""
        self.open()
        self.page.locator("details.yobal-receipt-lookup > summary").click()
        self.page.locator("#yobal-code").fill(code)
        self.press("Look it up")

    def take_back(self, button: str) -> None:
        """Withdraw the comment whose receipt is on the page."""
        summary = self.page.locator("details.yobal-withdraw > summary")
        expect(self.page.get_by_role("button", name=button, exact=True)).to_be_hidden()
        summary.click()
        self.press(button)

    def until(self, code: str, sentence: str) -> None:
        """Look the receipt up until it shows the sentence."""
        wait_for(lambda: self._says(code, sentence))

    def _says(self, code: str, sentence: str) -> bool:
        self.find(code)
        return sentence in self.page.locator("main").inner_text()


class Moderator:
    """A moderator at the desk."""

    def __init__(self, page: Page, newsroom: BrowserNewsroom) -> None:
        self.page = page
        self.newsroom = newsroom
        self.pseudonym = ""
        self.passphrase = ""
        self.sheet = ""
        self.watch = Watch()

    def join_first(self, link: str, pseudonym: str) -> "Moderator":
        """By the technician's link: pseudonym, passphrase, recovery sheet, desk."""
        self.page.goto(link)
        self.choose_keys(pseudonym)
        self.give_last_group()
        return self.settled()

    def join(self, lead: "Moderator", pseudonym: str, *, role: str = "moderator") -> "Moderator":
        """By a lead's link, and six words that the lead hears."""
        self.register(lead.invite(role), pseudonym)
        lead.confirm(pseudonym, self.read_words())
        return self.settled()

    def register(self, link: str, pseudonym: str) -> None:
        """Spend a lead's link; afterwards the six words are on the page."""
        self.page.goto(link)
        self.choose_keys(pseudonym)
        self.give_last_group()
        self.read_words()

    def read_words(self) -> str:
        """The words that an invited person reads to the lead."""
        words = self.page.locator("#confirmation-words")
        expect(words).to_have_text(SIX_WORDS)
        return words.inner_text()

    def confirm(self, pseudonym: str, words: str) -> None:
        """Type the words as the lead of a person who has registered."""
        self.type_heard_words(pseudonym, words)
        expect(self.waiting(pseudonym)).to_have_count(0)

    def type_heard_words(self, pseudonym: str, words: str) -> None:
        self.page.goto(f"{self.newsroom.desk_url}/#queue")
        self.look().go("People")
        waiting = self.waiting(pseudonym)
        waiting.get_by_label("The six words that you hear").fill(words)
        waiting.get_by_role("button", name="Add as a member").click()

    def waiting(self, pseudonym: str) -> Any:
        """The entry of a person who waits for a lead."""
        return self.page.locator("li:has(form)", has_text=pseudonym)

    def invite(self, role: str) -> str:
        """A link from the page of people, made in this lead's browser."""
        self.go("People")
        self.choose(role)
        self.page.get_by_role("button", name="Make a link").click()
        link = self.page.locator("#link")
        expect(link).to_have_value(INVITATION)
        return link.input_value()

    def choose_keys(self, pseudonym: str) -> None:
        """Pseudonym and passphrase; the recovery sheet is on the page afterwards."""
        self.page.locator("#pseudonym").fill(pseudonym)
        self.page.get_by_role("button", name="Make my passphrase").click()
        self.keep_new_words(pseudonym)

    def give_last_group(self) -> None:
        """Read the sheet, and prove it; the keys are made now."""
        groups = self.page.locator(".groups span")
        expect(groups).to_have_count(8)
        self.sheet = " ".join(groups.all_inner_texts())
        self.page.locator("#last-group").fill(self.sheet.split()[-1].lower())
        self.page.get_by_role("button", name="I have the sheet").click()

    def keep_new_words(self, pseudonym: str, look: Callable[[], None] = lambda: None) -> None:
        """Read the passphrase off the page and type it once more."""
        words = self.page.locator("#new-words")
        expect(words).to_have_text(re.compile(r"^[a-z-]+( [a-z-]+){6}$"))
        look()
        self.pseudonym, self.passphrase = pseudonym, words.inner_text()
        self.page.locator("#confirm-words").fill(self.passphrase)
        self.page.get_by_role("button", name="I have saved them").click()

    def recover(self, pseudonym: str, sheet: str) -> "Moderator":
        self.page.goto(f"{self.newsroom.desk_url}/recover")
        self.page.locator("#pseudonym").fill(pseudonym)
        self.page.locator("#sheet").fill(sheet)
        self.page.get_by_role("button", name="Make a new passphrase").click()
        self.keep_new_words(pseudonym)
        return self.settled()

    def sign_in(self, pseudonym: str, passphrase: str) -> "Moderator":
        self.page.goto(f"{self.newsroom.desk_url}/")
        self.pseudonym, self.passphrase = pseudonym, passphrase
        self.type_passphrase(pseudonym)
        return self.settled()

    def type_passphrase(self, pseudonym: str | None = None) -> None:
        if pseudonym is not None:
            self.page.locator("#pseudonym").fill(pseudonym)
        self.page.locator("#passphrase").fill(self.passphrase)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def settled(self) -> "Moderator":
        """The queue has been opened."""
        expect(self.page.locator("#queue-title")).to_be_visible()
        return self

    def look(self) -> "Moderator":
        """Load the desk again; the key is still in this browser."""
        self.page.goto(f"{self.newsroom.desk_url}/")
        return self.settled()

    def go(
        self,
        tab: Literal["Queue", "History", "Hidden", "People", "Keys", "My keys", "Imports"],
    ) -> None:
        self.page.get_by_role("link", name=tab, exact=True).click()

    def row(self, words: str) -> Any:
        return self.page.locator("li[data-id]", has=self.page.locator(".line", has_text=words))

    def open(self, words: str) -> str:
        """Put the comment with these words in focus; its id."""
        row = self.row(words)
        expect(row).to_have_count(1)
        comment = str(row.get_attribute("data-id"))
        row.locator("button").click()
        expect(self.focus).to_have_attribute("data-id", comment)
        return comment

    @property
    def focus(self) -> Any:
        return self.page.locator("#focus")

    @property
    def toast(self) -> Any:
        return self.page.locator(".toast")

    def press(self, keys: str) -> None:
        """Keys of the desk, one after the other, with nothing focused but the comment."""
        for key in keys.split():
            if key in DECIDING:
                self.glance()
            self.page.keyboard.press(key)

    def glance(self) -> None:
        """Wait until the comment in focus can be decided: not before it could be seen."""
        expect(self.page.locator("#focus[data-guarded]")).to_have_count(0)

    def choose(self, value: str) -> None:
        """A clause or a kind of edit, by its chip."""
        self.page.locator(f"label:has(input[value='{value}'])").click()

    def history_entry(self, words: str) -> Any:
        return self.page.locator("li.decision", has_text=words)


class Actors:
    """Makes the browser contexts of one test, watches all of them, and closes them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.watch = Watch()
        self._contexts: list[BrowserContext] = []
        self._pages: list[Page] = []

    def context(self, **options: Any) -> BrowserContext:
        # Tests do not wait for transitions; they look at the final state.
        defaults = {"reduced_motion": "reduce"}
        context = self.browser.new_context(locale="en-GB", **(defaults | options))
        context.set_default_timeout(WAIT_MS)
        self.watch.observe(context)
        self._contexts.append(context)
        return context

    def reader(self, story: Story, *, javascript: bool = False, **options: Any) -> Reader:
        context = self.context(java_script_enabled=javascript, **(PHONE | options))
        return Reader(context.new_page(), story).open()

    def moderator(self, newsroom: BrowserNewsroom, **options: Any) -> Moderator:
        moderator = Moderator(self.context(**(DESKTOP | options)).new_page(), newsroom)
        moderator.watch = self.watch
        return moderator

    def reopen(self, moderator: Moderator) -> Moderator:
        """A moderator who is signed in, on a new page of the same browser: deriving a key takes a second."""
        moderator.watch.seen = self.watch.seen  # what happens there from now on is this test's
        page = moderator.page.context.new_page()
        self._pages.append(page)
        reopened = Moderator(page, moderator.newsroom)
        reopened.pseudonym, reopened.passphrase = moderator.pseudonym, moderator.passphrase
        reopened.sheet, reopened.watch = moderator.sheet, moderator.watch
        return reopened.look()

    def close(self) -> None:
        for page in self._pages:
            page.close()
        self._pages.clear()
        for context in self._contexts:
            context.close()
        self._contexts.clear()


def wait_for(condition: Callable[[], bool], seconds: int = 60) -> None:
    """Poll until the condition holds. Fails with the condition's name."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"still false: {condition}"
        time.sleep(0.1)
