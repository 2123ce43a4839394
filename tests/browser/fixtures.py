"""Fixtures of tests in Chromium: the system's browser, newsrooms it opened itself, people in it.

All are per module: Playwright keeps an event loop in this thread while it runs, and tests of other
parts want to start their own.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.actors import Moderator, Visitors
from tests.browser.newsroom import STILL_SECONDS, BrowserNewsroom

ARGUMENTS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LEAD: Final = "Heron"
SLOT_SECONDS: Final = 1


def chromium_path() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is not installed; Debian's package is `chromium`"
    return found


def chromium_arguments() -> list[str]:
    # Root has no sandbox in Chromium; everybody else keeps theirs.
    return [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else list(ARGUMENTS)


@pytest.fixture(scope="module")
def playwright_here() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser_here(playwright_here: Playwright) -> Iterator[Browser]:
    browser = playwright_here.chromium.launch(
        executable_path=chromium_path(), args=chromium_arguments()
    )
    yield browser
    browser.close()


@pytest.fixture
def visitors(browser_here: Browser) -> Iterator[Visitors]:
    """People of one test; at its end nothing may have happened on their pages that must not."""
    made = Visitors(browser_here)
    yield made
    made.close()
    assert made.watch.seen == []


class Founded:
    """A newsroom with its first lead, made through the browser, and how that lead signs in."""

    def __init__(self, newsroom: BrowserNewsroom, lead: Moderator) -> None:
        self.newsroom = newsroom
        self.pseudonym = lead.pseudonym
        self.passphrase = lead.passphrase
        self.sheet = lead.sheet
        self._lead = lead

    def lead(self, visitors: Visitors) -> Moderator:
        """The lead in the browser that made the keys, on a new page; it stays signed in for others."""
        return visitors.again(self._lead)

    def lead_anew(self, visitors: Visitors, **given: object) -> Moderator:
        """The lead in a fresh browser, signed in: for tests that end sessions or use another device."""
        return visitors.moderator(self.newsroom, **given).sign_in(self.pseudonym, self.passphrase)


def found(
    browser: Browser,
    folder: Path,
    *,
    release_interval_seconds: int,
    database: str = "",
    **settings: object,
) -> Iterator[Founded]:
    """Serve a new newsroom, and let the first lead open it; afterwards the server must have been quiet."""
    newsroom = BrowserNewsroom(
        folder, release_interval_seconds=release_interval_seconds, database=database, **settings
    )
    newsroom.start()
    people = Visitors(browser)
    try:
        lead = people.moderator(newsroom).join(newsroom.first_link, LEAD)
        yield Founded(newsroom, lead)
    finally:
        people.close()
        said = newsroom.stop()
    assert said == ""


@pytest.fixture(scope="module")
def quick(browser_here: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Founded]:
    """A newsroom that releases every second."""
    yield from found(
        browser_here, tmp_path_factory.mktemp("quick"), release_interval_seconds=SLOT_SECONDS
    )


@pytest.fixture(scope="module")
def still(browser_here: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Founded]:
    """A newsroom whose next slot is too far away to come: what is decided can be undone."""
    yield from found(
        browser_here, tmp_path_factory.mktemp("still"), release_interval_seconds=STILL_SECONDS
    )
